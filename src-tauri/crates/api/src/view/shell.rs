use super::{Contact, Failure, Language, RunningRelease, Theme};
use release::Person;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the window needs before it shows anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Shell {
    /// Slipway's version.
    pub version: String,
    /// `linux`, `macos` or `windows`; decides between ⌘ and Ctrl.
    pub platform: String,
    /// The local profile.
    pub person: Person,
    /// The language.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Whether there is any environment; without one the window shows the first run.
    pub has_environments: bool,
    /// Whether the practice cluster is all there is.
    pub practice_only: bool,
    /// Releases that go on.
    pub running: Vec<RunningRelease>,
    /// One per environment.
    pub contacts: Vec<EnvironmentContact>,
    /// What is wrong with the program itself, for example a database that cannot be written.
    pub trouble: Vec<Failure>,
}

/// The contact of one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentContact {
    /// Which.
    pub environment: String,
    /// As the user calls it.
    pub name: String,
    /// Its contact.
    pub contact: Contact,
}

/// How a person leaves the window while releases run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Leaving {
    /// The window goes, Slipway stays in the tray and goes on judging.
    Tray,
    /// Every release is held where it is, then Slipway ends.
    Hold,
    /// Slipway ends. Releases stay in their phases.
    Quit,
}

/// Leave the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LeaveRequest {
    /// How.
    pub how: Leaving,
}

/// What becomes of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WindowGoes {
    /// Out of sight; the program goes on.
    Hidden,
    /// The program ends.
    Closed,
}

/// A release that runs while the window is asked to close.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClosingRelease {
    /// The release.
    pub release: RunningRelease,
    /// Whether it can be held now; a rollback and a promotion go on by the cluster itself.
    pub can_hold: bool,
    /// The whole command that goes back by hand; `None` until it is known.
    pub by_hand: Option<String>,
}
