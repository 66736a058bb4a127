use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::kayenta::KayentaOptions;
use crate::signal_error::SignalError;

/// How signals are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// Tests that stay valid at every look, under the assumptions that each states: error ratios, latencies and counts
    /// against stable. Absolute limits, levels and speeds are held against thresholds.
    #[default]
    Sequential,
    /// Compares totals with the limit and the effect, once there are enough requests. Says nothing about chance: at
    /// low traffic it raises false alarms, the more the closer the effect is to the noise.
    Threshold,
    /// Kayenta's judge, for teams that come from Spinnaker: a Mann–Whitney test of the values from look to look with a score
    /// ([`crate::kayenta`]). Assumes independent values and *one* look. Here it is repeated at every look, so that its
    /// false-alarm rate grows with every one of them ([`crate::kayenta::false_alarm_bound`]). A marginal score is not
    /// enough evidence.
    Kayenta,
}

/// What the threshold method wants to have seen before it says anything.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Minimum {
    /// Requests (or observations) per arm and phase.
    pub requests: f64,
    /// Looks with data per arm and phase, for signals that are levels, and exposure for counts.
    pub looks: u32,
}

impl Default for Minimum {
    fn default() -> Self {
        Minimum {
            requests: 200.0,
            looks: 6,
        }
    }
}

/// Options of a whole release.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Options {
    /// The method.
    pub method: Method,
    /// Greatest probability that a release with a canary no worse than stable is ever called degraded, over all
    /// critical signals and all looks, under the method's assumptions.
    pub alpha: f64,
    /// Greatest probability that a signal is ever called healthy in a phase while the true effect is the smallest one
    /// worth stopping for, under the method's assumptions.
    pub false_healthy: f64,
    /// Seconds after the start of a phase in which latencies, levels and speeds are not counted, because new pods are
    /// still cold. Failed requests and counted events always count.
    pub warmup_seconds: f64,
    /// A signal is no longer healthy when it has brought no data for this many of the distances that its looks usually have.
    pub stale_looks: f64,
    /// The least of that, in seconds.
    pub stale_seconds: f64,
    /// For the threshold method.
    pub minimum: Minimum,
    /// For Kayenta's judge.
    pub kayenta: KayentaOptions,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            method: Method::default(),
            alpha: 0.01,
            false_healthy: 0.05,
            warmup_seconds: 10.0,
            stale_looks: 4.0,
            stale_seconds: 30.0,
            minimum: Minimum::default(),
            kayenta: KayentaOptions::default(),
        }
    }
}

impl Options {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// Names the option that does not.
    pub fn check(&self) -> Result<(), SignalError> {
        let probability = |p: f64| p > 0.0 && p < 1.0;
        let duration = |s: f64| s.is_finite() && s >= 0.0;
        let field = if !probability(self.alpha) {
            "alpha"
        } else if !probability(self.false_healthy) {
            "falseHealthy"
        } else if !duration(self.warmup_seconds) {
            "warmupSeconds"
        } else if !duration(self.stale_looks) {
            "staleLooks"
        } else if !duration(self.stale_seconds) {
            "staleSeconds"
        } else if !duration(self.minimum.requests) {
            "minimum.requests"
        } else if let Some(field) = self.kayenta.wrong() {
            field
        } else {
            return Ok(());
        };
        Err(SignalError::Option { field })
    }
}
