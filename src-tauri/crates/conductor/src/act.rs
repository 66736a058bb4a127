use crate::Manifest;
use release::{ReleaseId, Share};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// Names one act for ever; the object carries the last one applied to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct OperationId(pub String);

impl OperationId {
    /// The name of a release's act: `release.epoch.number`.
    pub fn of(release: &ReleaseId, epoch: u64, number: u64) -> OperationId {
        OperationId(format!("{release}.{epoch}.{number}"))
    }

    /// The fencing token of the driver that sent it, if it is an act of this release.
    pub fn epoch_in(&self, release: &ReleaseId) -> Option<u64> {
        let rest = self.0.strip_prefix(&release.0)?.strip_prefix('.')?;
        rest.split('.').next()?.parse().ok()
    }

    /// The number of the operation among those of its driver.
    pub fn number(&self) -> Option<u64> {
        self.0.rsplit('.').next()?.parse().ok()
    }
}

/// What an act is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum ActKind {
    /// Sets the new template and the hold, and lets the first pods of the new version come.
    Begin {
        /// The share that these pods will be.
        share: Share,
    },
    /// Lets more pods of the new version come.
    AddPods {
        /// How many pods of the new version there will be.
        canary: u32,
    },
    /// Takes pods of the old version away, the new ones being Ready.
    MakeRoom {
        /// How many pods of the old version there will be.
        stable: u32,
    },
    /// Gives the new version everything and restores the workload's own settings but for the deadline.
    Promote,
    /// Restores `progressDeadlineSeconds` after a promotion is complete.
    RestoreDeadline,
    /// Puts the target's template and the workload's own settings back.
    RollBack,
    /// Restores `maxSurge` after a rollback that had to raise it.
    RestoreSurge,
    /// Removes what is left of a hold after somebody else put the original template back.
    Tidy,
    /// Writes the mark of a driver that took over, and changes nothing else: acts of the driver before are refused from then on.
    TakeOver,
}

/// An act as it will be sent: complete, so that after a crash the same act can be sent again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreparedAct {
    /// The name that the object will carry once the act is applied.
    pub operation: OperationId,
    /// What it is for.
    pub kind: ActKind,
    /// A JSON Patch (RFC 6902) on the workload that first `test`s the preconditions.
    pub patch: serde_json::Value,
}

/// What the cluster said when it accepted an act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// The object's resourceVersion after the act.
    pub resource_version: String,
    /// Its generation after the act: the act is applied when the controller has observed it.
    pub generation: i64,
    /// The live object after the act.
    pub object: Manifest,
}

/// Why an act did not happen, or is not known to have happened.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum ActError {
    /// A precondition does not hold: somebody else wrote in between. Read again.
    #[error("somebody else changed the workload in between")]
    Conflict,
    /// The object would not be valid.
    #[error("the cluster finds the change invalid: {message}")]
    Invalid {
        /// The cluster's sentence.
        message: String,
    },
    /// The user may not do this.
    #[error("{message}")]
    Forbidden {
        /// The cluster's sentence.
        message: String,
    },
    /// The user is not known any more (token expired).
    #[error("{message}")]
    Unauthorized {
        /// The cluster's sentence.
        message: String,
    },
    /// An admission rule or a quota refuses.
    #[error("{message}")]
    Denied {
        /// The cluster's sentence.
        message: String,
    },
    /// Too many requests; nothing happened.
    #[error("the cluster is busy; next try in {after_millis} ms")]
    Throttled {
        /// How long to wait.
        after_millis: u64,
    },
    /// The object does not exist.
    #[error("the workload does not exist")]
    Gone,
    /// The cluster could not be reached; nothing happened.
    #[error("the cluster cannot be reached: {message}")]
    Unreachable {
        /// What went wrong.
        message: String,
    },
    /// Sent, but no answer came: it may or may not have happened. Look at the object.
    #[error("no answer: {message}")]
    Unknown {
        /// What went wrong.
        message: String,
    },
}

impl ActError {
    /// Whether the same act may succeed later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            ActError::Conflict
                | ActError::Throttled { .. }
                | ActError::Unreachable { .. }
                | ActError::Unknown { .. }
        )
    }
}
