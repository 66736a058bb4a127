use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Forbids a start; a person may override it where [`Finding::can_override`] says so. Never forbids a rollback.
    Blocking,
    /// To be thought about.
    Warning,
    /// To be known.
    Info,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Stable; listed in the documentation of [`crate::preflight`].
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is so, and what it means for the release.
    pub message: String,
    /// What to do. May be empty.
    pub hint: String,
    /// Whether a person may say "all the same".
    pub can_override: bool,
}

impl Finding {
    pub(crate) fn new(
        severity: Severity,
        code: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        Finding {
            code: code.to_owned(),
            severity,
            message: message.into(),
            hint: hint.into(),
            can_override: false,
        }
    }

    pub(crate) fn blocking(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Finding {
        Finding::new(Severity::Blocking, code, message, hint)
    }

    pub(crate) fn warning(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Finding {
        Finding::new(Severity::Warning, code, message, hint)
    }

    pub(crate) fn info(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Finding {
        Finding::new(Severity::Info, code, message, hint)
    }

    pub(crate) fn overridable(mut self) -> Finding {
        self.can_override = true;
        self
    }
}
