use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// What a port says when it cannot answer: a stable code for programs, a sentence for people, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct PortError {
    /// Stable; one of the codes that the adapter lists.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do. May be empty.
    pub hint: String,
    /// Whether the other side could not be reached at all, so that nothing is known to have happened there.
    pub unreachable: bool,
}

impl PortError {
    /// An answer that the other side gave.
    pub fn new(code: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> PortError {
        PortError {
            code: code.into(),
            message: message.into(),
            hint: hint.into(),
            unreachable: false,
        }
    }

    /// No answer.
    pub fn unreachable(
        code: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> PortError {
        PortError {
            unreachable: true,
            ..PortError::new(code, message, hint)
        }
    }
}
