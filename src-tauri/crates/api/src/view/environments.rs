use super::{
    Contact, Control, EnvironmentTag, Failure, ManifestDiff, PhaseTrack, RollbackChoice, RunningRelease,
    Said, ShareStep, VersionTag,
};
use release::{GateOutcome, Person, RollbackTarget, Share, Stage, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One column of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentColumn {
    /// Which.
    pub environment: EnvironmentTag,
    /// The kubeconfig context; `None` for the practice cluster.
    pub context: Option<String>,
    /// Its namespaces.
    pub namespaces: Vec<String>,
    /// Whether it is live.
    pub contact: Contact,
    /// Whether the first list is still coming, so that missing cells are unknown rather than empty.
    pub loading: bool,
    /// Why it cannot be read, if so.
    pub failure: Option<Failure>,
    /// Whether a source of health data is known.
    pub metrics: bool,
}

/// One row of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRow {
    /// Stable over the environments.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The team from `app.kubernetes.io/part-of`, if there is one.
    pub part_of: Option<String>,
}

/// What one application is in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum CellState {
    /// Not known yet.
    Loading,
    /// There is no such workload.
    NotDeployed,
    /// It may not be read.
    Forbidden {
        /// What is missing, for example `list deployments`.
        needs: String,
    },
    /// It runs as it should; no release.
    Idle {
        /// Whether all pods are Ready.
        ready: bool,
    },
    /// No release, and something is wrong.
    Trouble {
        /// What.
        because: Said,
        /// Since when.
        since: Option<Timestamp>,
    },
    /// A rollout that Slipway did not make is under way.
    ForeignRollout {
        /// Who wrote last, as the field manager says.
        manager: Option<String>,
    },
    /// A release that another person's Slipway drives.
    Elsewhere {
        /// Its id.
        release: String,
        /// What is released.
        to: VersionTag,
        /// Where it is, as the driver wrote it beside the workload; `None` where that cannot be read.
        stage: Option<Stage>,
        /// The current phase, counted from 0.
        phase: u32,
        /// How many phases there are; 0 where the plan cannot be read.
        phases: u32,
        /// Who drives it, where it is known.
        driver: Option<String>,
        /// Since when, by the driver's clock.
        since: Option<Timestamp>,
        /// Whether it can be taken over now.
        take_over: Control,
    },
    /// A release.
    Release {
        /// Its id.
        release: String,
        /// What is released.
        to: VersionTag,
        /// Where it is.
        stage: Stage,
        /// What is known about the health.
        outcome: GateOutcome,
        /// The canary's share now.
        share: Share,
        /// The current phase, counted from 0.
        phase: u32,
        /// The phases, for the small way.
        phases: Vec<PhaseTrack>,
        /// The canary's share from the start on.
        shares: Vec<ShareStep>,
        /// The clock of this picture.
        now: Timestamp,
    },
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Which row.
    pub application: String,
    /// Which column.
    pub environment: String,
    /// What it is.
    pub state: CellState,
    /// What serves (in a release: what served before it); `None` where nothing does.
    pub version: Option<VersionTag>,
    /// Since when that version serves, where it is known.
    pub since: Option<Timestamp>,
    /// For example `Deployment shop/checkout`.
    pub workload: Option<String>,
    /// Ready pods.
    pub ready_pods: u32,
    /// Wanted pods.
    pub wanted_pods: u32,
    /// How many versions this environment is ahead of the next one; `None` where it is not known or nothing.
    pub ahead: Option<u32>,
    /// Whether it may be more of them than are counted.
    #[serde(default)]
    pub ahead_at_least: bool,
    /// The environment that it is ahead of.
    pub ahead_of: Option<String>,
    /// How many versions can be gone back to.
    pub rollback_targets: u32,
}

/// Something that needs a person, above the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// Which row.
    pub application: String,
    /// Which column.
    pub environment: String,
    /// The release, if there is one.
    pub release: Option<RunningRelease>,
    /// What is wrong, if there is no release.
    pub because: Option<Said>,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// All environments and applications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// In the order of promotion: development first.
    pub environments: Vec<EnvironmentColumn>,
    /// By name.
    pub applications: Vec<ApplicationRow>,
    /// Those that are known.
    pub cells: Vec<Cell>,
    /// Most urgent first.
    pub attention: Vec<Attention>,
}

/// Which cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CellRequest {
    /// Which row.
    pub application: String,
    /// Which column.
    pub environment: String,
}

/// What the panel of one cell shows, also for workloads that Slipway never released.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CellDetail {
    /// The cell.
    pub cell: Cell,
    /// Where one click goes, with its checks.
    pub rollback: super::Rollback,
    /// Every version that can be gone back to, newest first.
    pub targets: Vec<RollbackChoice>,
    /// Who wrote the workload last, as the field managers say.
    pub written_by: Vec<FieldWriter>,
}

/// Somebody who writes the workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldWriter {
    /// The field manager's name.
    pub manager: String,
    /// When it wrote last.
    pub at: Option<Timestamp>,
}

/// Go back to a known version where Slipway has made no release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CellRollBackRequest {
    /// Which row.
    pub application: String,
    /// Which column.
    pub environment: String,
    /// Where to.
    pub target: RollbackTarget,
    /// Why; may be empty.
    pub reason: String,
}

/// What differs between two environments, or between two revisions of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChangesRequest {
    /// Which application.
    pub application: String,
    /// The environment that is compared.
    pub environment: String,
    /// With which environment; `None` is the one before it in the order of promotion.
    pub with: Option<String>,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// What is on the left.
    pub from: VersionTag,
    /// What is on the right.
    pub to: VersionTag,
    /// The manifests.
    pub manifests: Vec<ManifestDiff>,
}

/// The user says which row a workload belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MatchApplicationRequest {
    /// Which column.
    pub environment: String,
    /// For example `Deployment shop/checkout`.
    pub workload: String,
    /// The row; `None` goes back to what labels and names say.
    pub application: Option<String>,
}

/// Who acts here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnlockRequest {
    /// Which environment.
    pub environment: String,
    /// Why; at least ten characters. Stands in every record made while it is unlocked.
    pub reason: String,
}

/// Who is unlocked, and until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Unlocked {
    /// The environment as it is now.
    pub environment: EnvironmentTag,
    /// By whom.
    pub by: Person,
}
