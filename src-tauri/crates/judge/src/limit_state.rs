use crate::options::Minimum;
use crate::signal::{Limit, SignalKind, Worse};
use crate::sufficiency::is_sufficient;
use crate::totals::Totals;

/// Follows the canary against an absolute limit with hysteresis and a required duration. Looks are put together until
/// they hold the minimum of requests, so that one failed request of three at night is not a hundred percent.
#[derive(Debug, Clone, Default)]
pub(crate) struct LimitState {
    growing: Totals,
    value: Option<f64>,
    over_since_ms: Option<i64>,
    newest_ms: i64,
}

impl LimitState {
    /// `look` is what the canary alone showed.
    pub(crate) fn observe(
        &mut self,
        at_ms: i64,
        kind: SignalKind,
        worse: Worse,
        limit: &Limit,
        minimum: &Minimum,
        look: &Totals,
    ) {
        self.newest_ms = at_ms;
        self.growing = self.growing.merged(look);
        let complete = match kind {
            SignalKind::Gauge | SignalKind::Rate => self.growing.looks > 0.0,
            _ => is_sufficient(kind, minimum, &self.growing),
        };
        if !complete {
            return;
        }
        let Some(value) = std::mem::take(&mut self.growing).value(kind) else {
            return;
        };
        self.value = Some(value);
        let past = |bound: f64| (value - bound) * worse.sign() > 0.0;
        let clears_at = limit.clears_at.unwrap_or(limit.value);
        let over = past(limit.value) || (self.over_since_ms.is_some() && past(clears_at));
        self.over_since_ms = if over {
            Some(self.over_since_ms.unwrap_or(at_ms))
        } else {
            None
        };
    }

    /// The newest value that was compared.
    pub(crate) fn value(&self) -> Option<f64> {
        self.value
    }

    /// Seconds past the limit; none if the canary is within it.
    pub(crate) fn seconds_over(&self) -> Option<f64> {
        self.over_since_ms
            .map(|since| self.newest_ms.saturating_sub(since) as f64 / 1000.0)
    }
}
