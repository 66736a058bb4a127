use crate::{Command, Observation, Person, Share, Stage};
use serde::{Deserialize, Serialize};

/// What can happen to a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "event")]
pub enum Event {
    /// A person asks for something.
    Commanded {
        /// Who.
        by: Person,
        /// What.
        command: Command,
    },
    /// It was written down and its start never was: whoever asked for it ended in between.
    NeverStarted,
    /// The checks before the start are done.
    PreflightAnswered {
        /// A sentence for each reason that forbids the start; empty means go.
        blocking: Vec<String>,
    },
    /// The workload stands as [`crate::Release::goal`] says, and every pod that it needs is Ready.
    Arrived,
    /// A look at the health.
    Observed(Observation),
    /// The new version has more than the plan's share, and it was not Slipway that did it.
    Exceeded {
        /// The share found.
        share: Share,
    },
    /// The number of replicas changed such that the phase's share cannot be expressed any more.
    ShareNotPossible {
        /// How many pods are wanted now.
        replicas: u32,
    },
    /// Somebody else changed the workload.
    ForeignChange {
        /// What was changed and by whom, in a sentence.
        what: String,
    },
    /// The workload does not exist any more, or another one has its name.
    WorkloadGone,
    /// The cluster refuses an act for good (forbidden, invalid, quota): waiting would not help.
    ActRefused {
        /// The cluster's sentence.
        message: String,
    },
    /// Another Slipway drives this release now.
    TakenOver {
        /// The person there.
        by: String,
    },
    /// This Slipway drives now; another one did before.
    TookOver {
        /// The person here.
        by: Person,
        /// The person there.
        from: String,
    },
    /// The Slipway that took this release over has brought it to its end.
    EndedElsewhere {
        /// The end.
        stage: Stage,
    },
    /// A person's rollback could not be sent for so long that the person must be asked again.
    RollbackNotSent,
}
