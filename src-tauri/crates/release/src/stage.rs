use crate::{RollbackTarget, Share, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a release is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "stage")]
pub enum Stage {
    /// Written down; nothing has been asked or done.
    Planned,
    /// The checks before the start are running.
    Preflight,
    /// The workload is on its way to the current phase's share.
    Shifting,
    /// The current phase's share is reached and its bake runs.
    Baking,
    /// The new version gets everything.
    Promoting,
    /// The new version serves everything and the workload is as it was apart from that. The end, unless it is rolled back.
    Completed,
    /// The workload is on its way back.
    RollingBack {
        /// Where to.
        target: RollbackTarget,
        /// Whether a rule started it and not a person.
        automatic: bool,
        /// When it was asked for.
        since: Timestamp,
    },
    /// The target of the rollback serves everything. The end.
    RolledBack,
    /// Stopped where it is, safe to leave there.
    Held {
        /// Why.
        reason: HoldReason,
        /// Where it was, and goes on.
        at: Active,
        /// Since when.
        since: Timestamp,
    },
    /// Never started: a check failed or the start was withdrawn. Nothing was changed. The end.
    Refused {
        /// Why, in a sentence for each reason.
        reasons: Vec<String>,
    },
}

/// The stages in which a release moves forward, and in which it can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Active {
    /// See [`Stage::Shifting`].
    Shifting,
    /// See [`Stage::Baking`].
    Baking,
}

/// Why a release is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum HoldReason {
    /// A person asked for it.
    Person {
        /// The person's name.
        by: String,
        /// What the person said. May be empty.
        reason: String,
    },
    /// The bake reached its maximum and there is still not enough evidence.
    EvidenceMissing,
    /// Pods of the new version are still not Ready: the bake reached its maximum, or the share was pursued up to the plan's
    /// limit without a pod getting nearer to it.
    NotReady,
    /// Something else pushed the new version's share over the plan's, and the plan says hold.
    Excess {
        /// The share found.
        share: Share,
        /// The plan's share in this phase.
        planned: Share,
    },
    /// Somebody else changed the workload.
    ForeignChange {
        /// What was changed and by whom, in a sentence.
        what: String,
    },
    /// The workload does not exist any more, or another one has its name.
    WorkloadGone,
    /// The cluster refuses to go on.
    ActRefused {
        /// The cluster's sentence.
        message: String,
    },
    /// A share that this number of pods cannot express; others changed the number of replicas.
    ShareNotPossible {
        /// The plan's share.
        planned: Share,
        /// How many pods are wanted now.
        replicas: u32,
    },
    /// Another person's Slipway drives the release now.
    HandedOver {
        /// The person's name.
        to: String,
    },
    /// The cluster could not be reached for so long that a person's rollback is not sent any more without asking again.
    RollbackNotSent {
        /// When the rollback was asked for.
        since: Timestamp,
    },
}

impl HoldReason {
    /// Whether no rule may leave this hold: what happened is not the new version's doing.
    pub fn asks_for_a_person(&self) -> bool {
        matches!(
            self,
            HoldReason::ForeignChange { .. } | HoldReason::HandedOver { .. } | HoldReason::WorkloadGone
        )
    }
}

impl Stage {
    /// Whether a release in this stage is over (a completed one can still be rolled back).
    pub fn is_end(&self) -> bool {
        matches!(self, Stage::Completed | Stage::RolledBack | Stage::Refused { .. })
    }

    /// Whether the cluster may hold traces of the release that somebody has to look after.
    pub fn is_live(&self) -> bool {
        matches!(
            self,
            Stage::Shifting
                | Stage::Baking
                | Stage::Promoting
                | Stage::RollingBack { .. }
                | Stage::Held { .. }
        )
    }
}
