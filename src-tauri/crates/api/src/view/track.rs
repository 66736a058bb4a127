use super::Said;
use release::{Gate, Share, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How one phase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PhaseState {
    /// Not reached.
    Planned,
    /// Pods are being moved.
    Shifting,
    /// Baking.
    Baking,
    /// Held in it.
    Held,
    /// Its gates passed.
    Passed,
    /// A person skipped the rest of its bake.
    Skipped,
    /// A gate failed in it, or it was rolled back from here.
    Failed,
}

/// How one gate of a phase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum GateState {
    /// Not asked yet, or not answered.
    Pending,
    /// Passed.
    Passed,
    /// Failed.
    Failed,
}

/// One gate of a phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PhaseGate {
    /// Which.
    pub gate: Gate,
    /// How it stands.
    pub state: GateState,
    /// Why.
    pub because: Option<Said>,
}

/// One phase as planned and as it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PhaseTrack {
    /// The planned share.
    pub share: Share,
    /// The shortest bake in seconds.
    pub bake_seconds: f64,
    /// How far the bake may be extended, in seconds.
    pub bake_maximum_seconds: f64,
    /// When it was planned to start, from the plan's bake times alone; moved by what has really happened.
    pub planned_start: Timestamp,
    /// When it was planned to end.
    pub planned_end: Timestamp,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How long it has baked with samples seen, in seconds.
    pub baked_seconds: f64,
    /// How long it must bake now, extensions included, in seconds.
    pub must_bake_seconds: f64,
    /// How it stands.
    pub state: PhaseState,
    /// Its gates.
    pub gates: Vec<PhaseGate>,
    /// Who looks after it. May be empty.
    pub owner: String,
    /// What it is to show. May be empty.
    pub goal: String,
}

/// The canary's share from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShareStep {
    /// From when.
    pub at: Timestamp,
    /// The canary's share of all serving pods.
    pub share: Share,
    /// Whether users were harmed then (degraded).
    pub harm: bool,
}
