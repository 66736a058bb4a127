use judge::ReleaseVerdict;
use release::{GateOutcome, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is known about the health of a release, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// What the release goes by: readiness and verdict taken together.
    pub outcome: GateOutcome,
    /// Since when.
    pub since: Timestamp,
    /// Readiness alone.
    pub readiness: GateOutcome,
    /// The judge's verdict with one for each signal; `None` without metrics.
    pub verdict: Option<ReleaseVerdict>,
}
