use super::Said;
use release::{ContainerImage, RollbackTarget, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A version that can be gone back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RollbackChoice {
    /// What the command takes.
    pub target: RollbackTarget,
    /// A short name for people, as [`release::Version::label`].
    pub label: String,
    /// The images of all containers.
    pub containers: Vec<ContainerImage>,
    /// When this revision was made; `None` if unknown.
    pub made_at: Option<Timestamp>,
    /// Pods of it that are Ready now; with all of them the way back takes no start of pods.
    pub warm_pods: u32,
}

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CheckState {
    /// Being asked.
    Running,
    /// Good.
    Passed,
    /// To be known. Never stops a person.
    Warning,
    /// Bad. Stops a start; a rollback goes on all the same.
    Failed,
}

/// One thing that was asked before acting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// How it ended.
    pub state: CheckState,
    /// What it says.
    pub said: Said,
}

/// How long it should take, and what that is measured on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Seconds until the old version serves everything.
    pub seconds: f64,
    /// How many starts of this application's own pods it rests on.
    pub measured_starts: u32,
}

/// How one step of a running rollback stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// To come.
    Pending,
    /// Now.
    Running,
    /// Done.
    Done,
    /// Went wrong; the next way is offered.
    Failed,
}

/// One step of a rollback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RollbackStep {
    /// What.
    pub said: Said,
    /// How it stands.
    pub state: StepState,
    /// How long it took or has taken, in seconds.
    pub seconds: Option<f64>,
    /// What is being seen.
    pub detail: Option<Said>,
}

/// The spot bottom right. A failed preflight stands beside the button; it never takes it away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum RollbackSpot {
    /// Press it and it goes.
    Ready,
    /// Press it and it goes; users are harmed now.
    Degraded,
    /// Something speaks against it. It can be pressed all the same; Hold stands beside it.
    PreflightFailed,
    /// Without contact it waits for two minutes, then asks again.
    Queued {
        /// Since when.
        since: Timestamp,
    },
    /// On its way.
    Running {
        /// Since when.
        since: Timestamp,
        /// Whether a rule rather than a person began it.
        automatic: bool,
        /// Over twice the estimate.
        slow: bool,
    },
    /// The old version serves everything.
    Finished {
        /// Since when.
        at: Timestamp,
        /// How long it took, in seconds.
        seconds: f64,
    },
    /// No other version is known.
    Nothing {
        /// Why.
        because: Said,
    },
}

/// Rollback readiness, computed all the time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Rollback {
    /// What the spot is.
    pub spot: RollbackSpot,
    /// Where one click goes; `None` if nothing is known.
    pub target: Option<RollbackChoice>,
    /// What was checked, the most important first.
    pub checks: Vec<Check>,
    /// When the checks were last made.
    pub checked_at: Option<Timestamp>,
    /// How long it should take.
    pub estimate: Option<Estimate>,
    /// The steps, once it runs or has run.
    pub steps: Vec<RollbackStep>,
    /// Other versions that are known, newest first.
    pub others: Vec<RollbackChoice>,
    /// The whole `kubectl patch` that does the same by hand; `None` until the patch is known.
    pub by_hand: Option<String>,
}
