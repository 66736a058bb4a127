use judge::{Evidence, IntervalOf, Reason, Verdict};
use release::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the judge knew of one signal, moment by moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// What the bounds are in: that of the newest one. Moments with bounds in anything else are not among them.
    pub interval_of: Option<IntervalOf>,
    /// The interval of the difference between the versions, oldest first; thinned evenly.
    pub bounds: Vec<Bounds>,
    /// When the verdict changed and to what, oldest first; the first one is where it began.
    pub changes: Vec<VerdictChange>,
}

/// What the difference canary − stable lay in at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Bounds {
    /// When.
    pub at: Timestamp,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The smallest effect worth stopping for, as a size.
    pub effect: Option<f64>,
}

/// A change of a signal's verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VerdictChange {
    /// When.
    pub at: Timestamp,
    /// What it was from then on.
    pub verdict: Verdict,
    /// Why, with the numbers of that moment.
    pub reason: Reason,
    /// How much evidence there was.
    pub evidence: Evidence,
}
