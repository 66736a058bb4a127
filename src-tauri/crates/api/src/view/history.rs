use super::{
    EnvironmentTag, EventLine, Impact, Judgement, PhaseTrack, Pods, ReleaseHead, Rollback, ShareStep, Signal,
};
use release::{Person, Share, Stage, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A moment of a release's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MomentRequest {
    /// Which release.
    pub release: String,
    /// When; moments before its first or after its last are taken for these.
    pub at: Timestamp,
}

/// How a release ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// It goes on.
    Running,
    /// Held now.
    Held,
    /// The new version serves everything.
    Completed,
    /// Back on the version before.
    RolledBack,
    /// Never started.
    Refused,
}

/// Which releases to list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryFilter {
    /// Words that must all occur in application, environment, version, person or notes. May be empty.
    pub text: String,
    /// Only the last so many days; `None` is all.
    pub days: Option<u32>,
    /// Only environments plated as production.
    pub production_only: bool,
    /// Only this ending.
    pub ending: Option<Ending>,
    /// At most so many rows; `None` is the backend's own limit.
    pub limit: Option<u32>,
    /// Only releases made before this one, for the next page.
    pub before: Option<Timestamp>,
}

/// One release in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    /// Its id.
    pub id: String,
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: EnvironmentTag,
    /// Short name of what ran before.
    pub from: String,
    /// Short name of what was released.
    pub to: String,
    /// When it was made.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub ending: Ending,
    /// Whether it was held on the way.
    pub was_held: bool,
    /// Who made it.
    pub started_by: Person,
    /// How many notes there are.
    pub notes: u32,
    /// The phases, for the small way.
    pub phases: Vec<PhaseTrack>,
    /// The canary's share from the start on.
    pub shares: Vec<ShareStep>,
}

/// The list and what can be counted over it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryList {
    /// Newest first.
    pub rows: Vec<HistoryRow>,
    /// How many match the filter.
    pub matching: u32,
    /// How many there are on this computer.
    pub total: u32,
    /// Size on disk in bytes.
    pub bytes: f64,
    /// Of the matching ones: how many ended as completed.
    pub completed: u32,
    /// Of the matching ones: how many were rolled back.
    pub rolled_back: u32,
    /// Median seconds from the first bad sample (or, without metrics, from asking) to the old version serving
    /// everything, over the matching rollbacks; `None` without any.
    pub median_recovery_seconds: Option<f64>,
    /// Matching releases a week, over the filter's days or since the first one.
    pub per_week: Option<f64>,
}

/// A value from a moment on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StageFrom {
    /// From when.
    pub at: Timestamp,
    /// What it was from then on.
    pub stage: Stage,
    /// The phase from then on, counted from 0.
    pub phase: u32,
}

/// The health from a moment on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct JudgementFrom {
    /// From when.
    pub at: Timestamp,
    /// What was known from then on.
    pub judgement: Judgement,
}

/// The pods from a moment on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PodsFrom {
    /// From when.
    pub at: Timestamp,
    /// What they were from then on.
    pub pods: Pods,
}

/// What a person wrote about a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Person,
    /// The words.
    pub text: String,
}

/// The record of one release: everything that the live screen showed, at every moment, readable without any cluster.
/// Lists ending in `From` are in order of time; what holds at a moment is the last entry not after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Capsule {
    /// What it was about.
    pub head: ReleaseHead,
    /// How it ended.
    pub ending: Ending,
    /// The phases as planned and as they went at the end.
    pub phases: Vec<PhaseTrack>,
    /// The canary's share from the start on.
    pub shares: Vec<ShareStep>,
    /// Stages in order.
    pub stages: Vec<StageFrom>,
    /// Judgements in order.
    pub judgements: Vec<JudgementFrom>,
    /// Pods in order.
    pub pods: Vec<PodsFrom>,
    /// The signals with all samples.
    pub signals: Vec<Signal>,
    /// Series that were not recorded, by name; empty in a complete capsule.
    pub missing: Vec<String>,
    /// Oldest first.
    pub events: Vec<EventLine>,
    /// The rollback, if there was one.
    pub rollback: Option<Rollback>,
    /// What users met.
    pub impact: Option<Impact>,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// The largest share that was reached.
    pub reached: Share,
}
