use conductor::PortError;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why the record cannot be opened, read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HistoryError {
    /// The file is something else than a database. It was not touched.
    #[error("{} is not a database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database of another program. It was not touched.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A newer Slipway wrote it. It was not touched.
    #[error("{} was written by a newer Slipway (format {found}; this one knows up to {known})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: i64,
        /// The newest format that this program knows.
        known: i64,
    },
    /// The file or its folder cannot be written. It was not touched.
    #[error("{} cannot be written: {detail}", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        detail: String,
    },
    /// The file is a database of Slipway, and damaged.
    #[error("{} is damaged: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the integrity check says.
        detail: String,
    },
    /// The file cannot be opened for another reason.
    #[error("{} cannot be opened: {detail}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        detail: String,
    },
    /// The disk is full.
    #[error("the disk is full; nothing of this step was written")]
    DiskFull,
    /// Another process holds the database for longer than five seconds.
    #[error("another process holds the history")]
    Busy,
    /// There is no release with this id.
    #[error("the history has no release {id}")]
    UnknownRelease {
        /// The id.
        id: String,
    },
    /// A release with this id is already there.
    #[error("the history already has the release {id}")]
    Exists {
        /// The id.
        id: String,
    },
    /// Something stored cannot be read back.
    #[error("{what} cannot be read back: {detail}")]
    Unreadable {
        /// What.
        what: String,
        /// Why.
        detail: String,
    },
    /// A file is no exported release.
    #[error("this file is no exported release: {detail}")]
    NotACapsule {
        /// Why.
        detail: String,
    },
    /// An exported release is not what it was when it was written.
    #[error("this exported release was changed after it was written")]
    BrokenSeal,
    /// A newer Slipway exported it.
    #[error("a newer Slipway exported this release (format {found}; this one knows up to {known})")]
    NewerCapsule {
        /// The format found.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// There is a file where one shall be made. It was not touched.
    #[error("there is a file {} already", path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// A setting looks like a credential.
    #[error("the setting {key} has a field {field}, which may be a credential")]
    LooksSecret {
        /// The setting.
        key: String,
        /// The field in it.
        field: String,
    },
    /// The history is closed.
    #[error("the history is closed")]
    Closed,
    /// Another failure of the database.
    #[error("the history cannot be used: {detail}")]
    Failed {
        /// What the database says.
        detail: String,
    },
}

impl HistoryError {
    /// Stable; for programs.
    pub fn code(&self) -> &'static str {
        match self {
            HistoryError::NotADatabase { .. } => "history-not-a-database",
            HistoryError::Foreign { .. } => "history-foreign",
            HistoryError::Newer { .. } => "history-newer",
            HistoryError::ReadOnly { .. } => "history-read-only",
            HistoryError::Damaged { .. } => "history-damaged",
            HistoryError::Unusable { .. } => "history-unusable",
            HistoryError::DiskFull => "history-disk-full",
            HistoryError::Busy => "history-busy",
            HistoryError::UnknownRelease { .. } => "history-unknown-release",
            HistoryError::Exists { .. } => "history-release-exists",
            HistoryError::Unreadable { .. } => "history-unreadable",
            HistoryError::NotACapsule { .. } => "capsule-not-one",
            HistoryError::BrokenSeal => "capsule-broken-seal",
            HistoryError::NewerCapsule { .. } => "capsule-newer",
            HistoryError::FileExists { .. } => "history-file-exists",
            HistoryError::LooksSecret { .. } => "setting-looks-secret",
            HistoryError::Closed => "history-closed",
            HistoryError::Failed { .. } => "history-failed",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            HistoryError::NotADatabase { .. } | HistoryError::Foreign { .. } => {
                "The file was left as it is. Move it away, or start Slipway with another data folder."
            }
            HistoryError::Newer { .. } | HistoryError::NewerCapsule { .. } => {
                "The file was left as it is. Update Slipway to the newest version."
            }
            HistoryError::ReadOnly { .. } => {
                "Give your user the right to write to the file and its folder, or start Slipway with another data folder."
            }
            HistoryError::Damaged { .. } => {
                "Restore the file from a backup, or let Slipway set it aside and begin a new history. Running releases are still in the cluster."
            }
            HistoryError::Unusable { .. } => {
                "Check that the folder exists and that your user may write there."
            }
            HistoryError::DiskFull => "Free some space. A rollback still works without the record.",
            HistoryError::Busy => "Close the other Slipway or the tool that has the file open.",
            HistoryError::UnknownRelease { .. } => {
                "It may have been removed by the retention rule. Reload the list."
            }
            HistoryError::Exists { .. } => "Open the release that is there.",
            HistoryError::Unreadable { .. } => {
                "Export what can be read and report this with the diagnostics."
            }
            HistoryError::NotACapsule { .. } => "Choose a file that Slipway exported.",
            HistoryError::BrokenSeal => "Ask for the file again; do not rely on this one.",
            HistoryError::FileExists { .. } => "Name another file, or move that one away.",
            HistoryError::LooksSecret { .. } => {
                "Credentials belong in the operating system's keyring, not in settings."
            }
            HistoryError::Closed => "Start Slipway again.",
            HistoryError::Failed { .. } => "Try again; if it stays, restart Slipway and check the disk.",
        }
    }

    /// What a failure of SQLite means, for a file that is open.
    pub(crate) fn of_file(path: &Path, error: &rusqlite::Error) -> HistoryError {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        let detail = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => HistoryError::NotADatabase { path },
            Some(ErrorCode::DatabaseCorrupt) => HistoryError::Damaged { path, detail },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                HistoryError::ReadOnly { path, detail }
            }
            Some(ErrorCode::DiskFull) => HistoryError::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => HistoryError::Busy,
            _ => HistoryError::Unusable { path, detail },
        }
    }

    pub(crate) fn unreadable(what: impl Into<String>, why: impl std::fmt::Display) -> HistoryError {
        HistoryError::Unreadable {
            what: what.into(),
            detail: why.to_string(),
        }
    }
}

impl From<rusqlite::Error> for HistoryError {
    fn from(error: rusqlite::Error) -> HistoryError {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => HistoryError::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => HistoryError::Busy,
            _ => HistoryError::Failed {
                detail: error.to_string(),
            },
        }
    }
}

impl From<HistoryError> for PortError {
    fn from(error: HistoryError) -> PortError {
        PortError::new(error.code(), error.to_string(), error.hint())
    }
}
