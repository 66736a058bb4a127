use crate::judge::Arms;
use crate::limit_state::LimitState;
use crate::totals::Totals;
use crate::window::Window;

/// What is known in the current phase.
#[derive(Debug, Clone)]
pub(crate) struct Phase {
    pub(crate) arms: Arms,
    /// First look with requests of the canary.
    pub(crate) started_ms: Option<i64>,
    pub(crate) window: Window,
    pub(crate) limit: LimitState,
    pub(crate) newest_ms: Option<i64>,
    pub(crate) looks: u32,
    pub(crate) stable_ms: Option<i64>,
    pub(crate) canary_ms: Option<i64>,
    pub(crate) stable_total: Totals,
    /// First and last look that `stable_total` is of.
    pub(crate) stable_between: Option<(i64, i64)>,
    /// Requests of the canary that were counted, and the looks they came in.
    pub(crate) canary_size: f64,
    pub(crate) looks_counted: u32,
    pub(crate) wrong_reading: bool,
}

impl Phase {
    pub(crate) fn new(arms: Arms) -> Self {
        Phase {
            arms,
            started_ms: None,
            window: Window::default(),
            limit: LimitState::default(),
            newest_ms: None,
            looks: 0,
            stable_ms: None,
            canary_ms: None,
            stable_total: Totals::default(),
            stable_between: None,
            canary_size: 0.0,
            looks_counted: 0,
            wrong_reading: false,
        }
    }

    /// Seconds between two looks, on average.
    pub(crate) fn seconds_per_look(&self) -> Option<f64> {
        (self.looks > 1).then(|| self.seconds() / f64::from(self.looks - 1))
    }

    /// Seconds since the canary's first request of the phase.
    pub(crate) fn seconds(&self) -> f64 {
        match (self.started_ms, self.newest_ms) {
            (Some(start), Some(newest)) => newest.saturating_sub(start) as f64 / 1000.0,
            _ => 0.0,
        }
    }
}
