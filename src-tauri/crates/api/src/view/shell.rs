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
