use crate::options::Minimum;
use crate::signal::SignalKind;
use crate::totals::Totals;
use crate::verdict::Needed;

/// What an arm has of what the threshold method wants to see: `(have, need, unit)`.
pub(crate) fn sufficiency(kind: SignalKind, minimum: &Minimum, totals: &Totals) -> (f64, f64, Needed) {
    match kind {
        SignalKind::ErrorRatio | SignalKind::Latency { .. } => {
            (totals.size, minimum.requests.max(1.0), Needed::Requests)
        }
        SignalKind::Count | SignalKind::Gauge | SignalKind::Rate => (
            (totals.looks + 1e-6).floor(),
            f64::from(minimum.looks.max(1)),
            Needed::Looks,
        ),
    }
}

/// Whether it has all of it.
pub(crate) fn is_sufficient(kind: SignalKind, minimum: &Minimum, totals: &Totals) -> bool {
    let (have, need, _) = sufficiency(kind, minimum, totals);
    have >= need
}
