//! The one error type: what happened, and what to do about it.

/// An error of the control plane for tests, written for the person who runs the tests.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}\n  hint: {hint}\n  code: {code}")]
pub struct Error {
    /// Stable and short, for instance `control-plane/not-ready`.
    pub code: &'static str,
    /// What happened; the tail of a part's log is at its end where one helps.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Error {
    /// An error from its three parts.
    pub fn new(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// A file could not be read or written at `path`.
    pub(crate) fn file(path: &std::path::Path, cause: impl std::fmt::Display) -> Self {
        Self::new(
            "control-plane/file",
            format!("{}: {cause}", path.display()),
            "Check that the disk has room and that the target folder belongs to you.",
        )
    }

    /// The API server refused or did not answer while the harness did `what`.
    pub(crate) fn kubernetes(what: &str, cause: impl std::fmt::Display) -> Self {
        Self::new(
            "control-plane/kubernetes",
            format!("{what}: {cause}"),
            "Set SLIPWAY_KEEP_CONTROL_PLANE=1 and read the logs of the parts.",
        )
    }
}

/// The result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
