use crate::{ActKind, OperationId};
use release::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far an act is. Never a bare success: each step is what has been seen, and nothing more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActProgress {
    /// The act's name.
    pub operation: OperationId,
    /// What it is for.
    pub kind: ActKind,
    /// How far it is.
    pub step: ActStep,
    /// When it was sent.
    pub sent: Timestamp,
    /// When it came to its present step.
    pub since: Timestamp,
    /// The object's generation after it, once accepted.
    #[ts(type = "number | null")]
    pub generation: Option<i64>,
    /// The cluster's sentence, if it was refused or no answer came. May be empty.
    pub message: String,
}

/// The steps of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ActStep {
    /// The intent is durable and the request is on its way.
    Sent,
    /// The API server has stored it.
    Accepted,
    /// The workload's controller has seen it.
    Applied,
    /// What it asked for is so.
    Settled,
    /// It is not known whether it happened; it is being looked up.
    Unknown,
    /// The cluster refused it; nothing happened.
    Refused,
}
