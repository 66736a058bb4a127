use crate::{Command, GateOutcome, HoldReason, Person, RollbackTarget, Share};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One line of a release's history: what happened, who did it, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// What happened.
    pub what: RecordKind,
    /// The person who did it; `None` if a rule or the cluster did.
    pub by: Option<Person>,
    /// The phase in which it happened, counted from 0.
    pub phase: usize,
}

/// What can happen, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum RecordKind {
    /// A person asked for something that was done.
    Commanded {
        /// What.
        command: Command,
    },
    /// The checks found nothing that forbids the start.
    PreflightPassed,
    /// The checks forbid the start.
    PreflightFailed {
        /// A sentence for each reason.
        reasons: Vec<String>,
    },
    /// A phase began.
    PhaseStarted {
        /// Its share.
        share: Share,
    },
    /// The phase's share is reached; the bake begins.
    ShareReached {
        /// The share.
        share: Share,
    },
    /// All gates of the phase are passed.
    PhasePassed {
        /// The bake as counted, in milliseconds.
        #[ts(type = "number")]
        baked_millis: u64,
    },
    /// The bake goes on past its minimum.
    BakeExtended {
        /// How long at most, in milliseconds from the start of the bake.
        #[ts(type = "number")]
        maximum_millis: u64,
    },
    /// The health is found to be something else than before.
    HealthChanged {
        /// Before.
        from: GateOutcome,
        /// Now.
        to: GateOutcome,
    },
    /// Promotion began.
    PromotionStarted,
    /// The release is complete.
    Completed,
    /// The release is held.
    Held {
        /// Why.
        reason: HoldReason,
    },
    /// The release goes on after a hold.
    Resumed,
    /// A rollback began.
    RollbackStarted {
        /// Where to.
        target: RollbackTarget,
        /// Whether a rule started it.
        automatic: bool,
        /// Why, in a sentence. May be empty when a person gave no reason.
        reason: String,
    },
    /// The rollback is complete.
    RolledBack,
    /// The cluster refused a part of a rollback; Slipway keeps trying.
    RollbackTrouble {
        /// The cluster's sentence.
        message: String,
    },
    /// This Slipway drives from here on; another one did before.
    TakenOver {
        /// The person there.
        from: String,
    },
    /// Something else pushed the share over the plan's.
    Exceeded {
        /// The share found.
        share: Share,
        /// The plan's.
        planned: Share,
    },
    /// Somebody else changed the workload.
    ForeignChange {
        /// What, in a sentence.
        what: String,
    },
}
