use crate::histogram::Histogram;
use crate::reading::Reading;
use crate::signal::SignalKind;

impl SignalKind {
    /// The one number that a chart shows for a reading, in the signal's unit: the ratio, the quantile, events per
    /// exposure, or the value. `None` where there is no data or nothing to divide by; that is a gap, never a zero.
    pub fn shown(&self, reading: &Reading) -> Option<f64> {
        match (self, reading) {
            (
                SignalKind::Latency { quantile, .. },
                Reading::Histogram {
                    upper_bounds, counts, ..
                },
            ) => Histogram::new(upper_bounds, counts).quantile(*quantile),
            (_, Reading::Ratio { total, bad }) => (*total > 0.0).then(|| bad / total),
            (_, Reading::Count { events, exposure }) => (*exposure > 0.0).then(|| events / exposure),
            (_, Reading::Value { value }) => Some(*value),
            _ => None,
        }
    }
}
