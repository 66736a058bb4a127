use crate::verdict::Verdict;

/// Logarithms of the e-values that decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Levels {
    /// At this "no worse" is rejected: `ln(1/alpha)` with the signal's part of alpha.
    pub(crate) degraded: f64,
    /// At this "worse by the effect" is rejected.
    pub(crate) healthy: f64,
}

/// What is kept of evidence beyond its level: about twenty times as much. Less is a verdict that flickers, more is one
/// that stays when the canary changes.
const SPARE: f64 = 3.0;

impl Levels {
    pub(crate) fn healthy_cap(&self) -> f64 {
        self.healthy + SPARE
    }

    pub(crate) fn degraded_cap(&self) -> f64 {
        self.degraded + SPARE
    }
}

/// What a sequential test of any kind knows after some looks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing {
    /// Logarithm of the evidence against "no worse".
    pub(crate) degraded: f64,
    /// Logarithm of the evidence against "worse by the effect".
    pub(crate) healthy: f64,
    /// The canary has been found worse.
    pub(crate) rejected: bool,
    /// Which verdict recent looks point to.
    pub(crate) towards: Option<Verdict>,
    /// Looks until "no worse" is rejected, if that evidence grows.
    pub(crate) degraded_in: Option<f64>,
    /// Looks until "worse by the effect" is rejected, if that evidence grows.
    pub(crate) healthy_in: Option<f64>,
    /// Confidence sequence of the difference.
    pub(crate) interval: Option<(f64, f64)>,
    /// Factor that evidence is divided by.
    pub(crate) overdispersion: f64,
    /// For latencies: the edge with the largest difference, and the shares past it of canary and stable.
    pub(crate) edge: Option<(f64, f64, f64)>,
}

impl Standing {
    /// Looks until the verdict that recent looks point to.
    pub(crate) fn looks_until(&self) -> Option<f64> {
        match self.towards {
            Some(Verdict::Degraded) => self.degraded_in,
            _ => self.healthy_in,
        }
    }
}
