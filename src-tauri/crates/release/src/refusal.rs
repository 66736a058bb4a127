use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// Why a command is refused. Nothing changes by a refused command.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum Refusal {
    /// The release is over, or not begun.
    #[error("not possible while the release is {stage}")]
    WrongStage {
        /// The stage's name.
        stage: String,
    },
    /// Going forward is off while the new version is known to be worse.
    #[error("the new version is degraded; going forward is off")]
    Degraded,
    /// The phase has no approval gate, or it has been approved.
    #[error("there is nothing to approve in this phase")]
    NothingToApprove,
    /// The same person has approved.
    #[error("{by} has approved this phase already")]
    AlreadyApproved {
        /// The person's name.
        by: String,
    },
    /// Promotion runs on the workload's own controller and cannot be stopped half-way; rolling back can.
    #[error("a promotion cannot be held; rolling back is possible")]
    PromotionCannotBeHeld,
    /// Another person's Slipway drives.
    #[error("{driver} drives this release")]
    NotTheDriver {
        /// Who drives.
        driver: String,
    },
}
