use super::{EnvironmentContact, EnvironmentTag, Failure, LiveRelease, Matrix, RunningRelease, WindowGoes};
use release::RecordKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something to tell that needs no answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The release it is about.
    pub release: String,
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: EnvironmentTag,
    /// What happened.
    pub what: RecordKind,
    /// The phase in which it happened, counted from 0.
    pub phase: u32,
}

/// What the backend pushes. At most ten a second for each view; later ones replace earlier ones of the same kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Event {
    /// The release that is watched (see the command `release.watch`) has changed.
    Live {
        /// All of it.
        release: Box<LiveRelease>,
    },
    /// Releases that go on have changed.
    Running {
        /// All of them.
        releases: Vec<RunningRelease>,
    },
    /// The matrix has changed.
    Matrix {
        /// All of it.
        matrix: Box<Matrix>,
    },
    /// Contacts have changed.
    Contact {
        /// All of them.
        contacts: Vec<EnvironmentContact>,
    },
    /// Something to tell that needs no answer.
    Notice {
        /// What.
        notice: Box<Notice>,
    },
    /// Something went wrong that belongs to no command.
    Trouble {
        /// What.
        failure: Failure,
    },
    /// The window was asked to close while releases run: the person is asked first.
    CloseAsked {},
    /// The person has chosen; for whoever shows the window.
    Leave {
        /// What becomes of it.
        window: WindowGoes,
    },
    /// The window is asked to show a place (from the tray, or from a notification).
    Show {
        /// A release's id, or nothing for the environments.
        release: Option<String>,
    },
}
