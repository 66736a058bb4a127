use crate::{Gate, Share};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    /// The new version's share in this phase. 100 % is promotion and then a watched bake.
    pub share: Share,
    /// How long the phase lasts at least, in seconds. Only time in which samples were seen counts.
    #[ts(type = "number")]
    pub bake_seconds: u64,
    /// How far the bake may be extended while evidence is missing, in seconds; then the release holds and asks.
    /// `None` is twice the bake.
    #[ts(type = "number | null")]
    pub bake_maximum_seconds: Option<u64>,
    /// What must be met to pass; each at most once.
    pub gates: Vec<Gate>,
    /// Who looks after this phase. May be empty.
    pub owner: String,
    /// What this phase is to show. May be empty.
    pub goal: String,
}

impl Phase {
    /// The shortest bake in milliseconds.
    pub fn bake_millis(&self) -> u64 {
        self.bake_seconds.saturating_mul(1000)
    }

    /// The longest bake in milliseconds.
    pub fn bake_maximum_millis(&self) -> u64 {
        self.bake_maximum_seconds
            .unwrap_or_else(|| self.bake_seconds.saturating_mul(2))
            .saturating_mul(1000)
    }

    /// Whether this phase has the gate.
    pub fn has(&self, gate: Gate) -> bool {
        self.gates.contains(&gate)
    }
}
