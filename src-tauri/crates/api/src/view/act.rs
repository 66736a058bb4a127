use super::Failure;
use release::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far an action has come. Never a bare success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ActStatus {
    /// Waiting for contact; asked again after two minutes.
    Queued,
    /// The intent is durable and the request is on its way.
    Sent,
    /// The API server took it.
    Accepted,
    /// The watch shows the object as asked for.
    Applied,
    /// The pods are as asked for.
    Settled,
    /// No answer: being looked up on the object.
    Unknown,
    /// Not done; the failure says why.
    Refused,
}

/// The last action on a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Act {
    /// The operation's id, as on the object.
    pub operation: String,
    /// What was asked.
    pub kind: ActKind,
    /// How far it is.
    pub status: ActStatus,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// From asking to the API server's acceptance, in milliseconds; `None` until then.
    pub accepted_after_ms: Option<f64>,
    /// From asking to settled, in milliseconds; `None` until then.
    pub settled_after_ms: Option<f64>,
    /// Why it was refused, or what is wrong although it goes on.
    pub failure: Option<Failure>,
}

/// What a person or a rule can do to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ActKind {
    /// Begin.
    Start,
    /// From one phase to the next, by the plan.
    Advance,
    /// Stop where it is.
    Hold,
    /// Go on after a hold.
    Resume,
    /// Say yes to the phase.
    Approve,
    /// Go to the next phase now.
    SkipBake,
    /// Everything now, and finish.
    Promote,
    /// Back to the version before, or another known one.
    RollBack,
    /// Give the control to another person.
    HandOver,
    /// Take the control from another person's Slipway.
    TakeOver,
}

/// How a person confirmed an action that goes forward. Checked in the backend against the environment's protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Confirmation {
    /// How long the button was held, in milliseconds; 0 for a press. `confirm` and `locked` need 1,200.
    pub held_ms: u32,
}
