use crate::RollbackTarget;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a person can ask of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "command")]
pub enum Command {
    /// Begin with the checks, then go on by itself.
    Start,
    /// Stop where it is.
    Hold {
        /// Why; may be empty.
        reason: String,
    },
    /// Go on after a hold.
    Resume,
    /// Say yes to the current phase's approval gate.
    Approve {
        /// Why; may be empty.
        reason: String,
    },
    /// Go to the next phase now.
    SkipBake {
        /// Why; may be empty.
        reason: String,
    },
    /// Give the new version everything now and finish.
    Promote {
        /// Why; may be empty.
        reason: String,
    },
    /// Go back.
    RollBack {
        /// Where to.
        target: RollbackTarget,
        /// Why; may be empty.
        reason: String,
    },
    /// Give the control of this release to a named person.
    HandOver {
        /// The person's name.
        to: String,
    },
}
