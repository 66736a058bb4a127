use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An error that reaches a person: what happened and what it means, what to do, and a stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Stable; shown last and copyable.
    pub code: String,
    /// What happened and what it means for the release, users first.
    pub message: String,
    /// What to do now.
    pub hint: String,
}
