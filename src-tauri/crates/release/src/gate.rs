use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A condition that a phase must meet before the release goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Gate {
    /// Every pod of the new version is Ready and none crashes.
    Readiness,
    /// The judge finds the new version no worse than the current one.
    Verdict,
    /// A person has said yes in this phase.
    Approval,
}

/// What a gate, or the whole release, is found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum GateOutcome {
    /// Known to be no worse.
    Healthy,
    /// Known to be worse.
    Degraded,
    /// Neither is known. Never passes a gate, however long it lasts.
    #[default]
    NotEnoughEvidence,
}
