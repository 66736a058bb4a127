use super::{Course, Failure};
use judge::{Arm, SignalSpec};
use release::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One sample, in the unit of the signal's `spec`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// What; `None` is a gap (no data), never a zero.
    pub value: Option<f64>,
    /// Lower end of the interval, where one is known.
    pub low: Option<f64>,
    /// Upper end of the interval, where one is known.
    pub high: Option<f64>,
}

/// The samples of one arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    /// Which version.
    pub arm: Arm,
    /// Oldest first, aligned in time over the arms.
    pub samples: Vec<Sample>,
}

/// One signal with its series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Signal {
    /// What it is and what it is held against. Its id is the one that verdicts name.
    pub spec: SignalSpec,
    /// The samples, stable first.
    pub series: Vec<Series>,
    /// Why there is nothing, when reading it failed. No data without an error is an empty series.
    pub failure: Option<Failure>,
    /// Whether the newest sample was read from the pods themselves, because the new ones are young.
    pub firsthand: bool,
    /// What the judge knew of it, moment by moment.
    pub course: Course,
}
