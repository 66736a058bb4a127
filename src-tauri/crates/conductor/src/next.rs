use crate::PreparedAct;
use release::{Share, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What comes next on the way to a goal.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// The goal is reached and every pod that it needs is Ready.
    Arrived,
    /// Nothing to do until the cluster has changed.
    Wait(Waiting),
    /// Send this.
    Act(PreparedAct),
    /// The new version has more than the goal's share, and no act of this release did it.
    Exceeded {
        /// The share found.
        share: Share,
    },
    /// This number of replicas cannot express the share.
    ShareNotPossible {
        /// Pods wanted now.
        replicas: u32,
        /// The nearest shares that are possible, below and above.
        nearest: Vec<Share>,
    },
    /// A later driver of this release has acted: this one sends nothing any more.
    Superseded {
        /// The later driver's fencing token.
        epoch: u64,
    },
    /// Somebody else changed what the release depends on.
    Foreign {
        /// What and who, in a sentence.
        what: String,
    },
    /// The workload does not exist, or another one has its name.
    Gone,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum Waiting {
    /// The controller has not seen the last change yet.
    Controller,
    /// Pods of a version are not Ready yet.
    PodsReady {
        /// How many are.
        ready: u32,
        /// How many must be.
        wanted: u32,
    },
    /// Pods are still there that shall go.
    PodsGone {
        /// How many.
        left: u32,
    },
    /// There are no pods to give a share of (`replicas` is 0).
    NoReplicas,
    /// The workload is paused and pursuing the goal would need it not to be.
    Paused,
    /// It is not known whether this Slipway still leads: the Lease cannot be renewed.
    Leadership {
        /// Since when.
        since: Timestamp,
    },
    /// The cluster cannot be reached, and a rollback waits for it.
    Contact {
        /// Since when the rollback waits.
        since: Timestamp,
    },
}
