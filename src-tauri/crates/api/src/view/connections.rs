use super::{Danger, EnvironmentTag, Failure, Protection};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a context answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum ContextState {
    /// Not asked.
    NotAsked,
    /// Being asked.
    Asking,
    /// It answers.
    Answers {
        /// The server's version, for example `v1.36.3`.
        server_version: String,
        /// How long it took, in milliseconds.
        took_ms: f64,
        /// The user name that the cluster knows.
        user: Option<String>,
        /// Whether namespaces may be listed; if not, they are typed.
        may_list_namespaces: bool,
    },
    /// It does not.
    Failed {
        /// Why: sign-in expired, unreachable, plugin hangs, unknown context …
        failure: Failure,
    },
}

/// One context of a kubeconfig file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContextRow {
    /// Its name.
    pub name: String,
    /// The file it is from, as the user would write it.
    pub file: String,
    /// The server's address, without user info.
    pub server: String,
    /// The namespace that the context names, if it does.
    pub namespace: Option<String>,
    /// Namespaces that can be chosen, if they are known.
    pub namespaces: Vec<String>,
    /// How it answers.
    pub state: ContextState,
    /// How dangerous it is, guessed from its name or set by the user.
    pub danger: Danger,
    /// Whether the user has set it.
    pub danger_set: bool,
    /// Environments made from it.
    pub environments: Vec<EnvironmentTag>,
}

/// A kubeconfig file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KubeconfigFile {
    /// As the user would write it.
    pub path: String,
    /// Whether it is there because the user added it (rather than by KUBECONFIG or the default place).
    pub added: bool,
    /// What is wrong with it, if anything is.
    pub failure: Option<Failure>,
    /// How many contexts it has.
    pub contexts: u32,
}

/// The practice cluster as a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PracticeOffer {
    /// Whether it is among the environments.
    pub on: bool,
    /// How many environments it has.
    pub environments: u32,
    /// How many applications it has.
    pub applications: u32,
    /// How fast its clock goes; 1 is real time.
    pub acceleration: f64,
    /// What can be made to happen.
    pub scenarios: Vec<Scenario>,
}

/// Something that the practice cluster can make happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Scenario {
    /// Stable; the window has the words for those it knows.
    pub id: String,
    /// In English, for those it does not know.
    pub title: String,
    /// The application it is about.
    pub application: String,
    /// The environment it is about.
    pub environment: String,
}

/// Everything on the connections page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Connections {
    /// Files, in the order in which they are read.
    pub files: Vec<KubeconfigFile>,
    /// Contexts of all files.
    pub contexts: Vec<ContextRow>,
    /// The practice cluster.
    pub practice: PracticeOffer,
}

/// Ask one context again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContextRequest {
    /// Its name.
    pub context: String,
}

/// A kubeconfig file to read or to forget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KubeconfigRequest {
    /// Its path; `None` opens the system's file picker.
    pub path: Option<String>,
}

/// Make or change an environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentRequest {
    /// The environment to change; `None` makes one.
    pub id: Option<String>,
    /// As the user calls it.
    pub name: String,
    /// The context.
    pub context: String,
    /// Its namespaces; at least one.
    pub namespaces: Vec<String>,
    /// How careful one has to be.
    pub danger: Danger,
    /// What it takes to go forward. Going from locked to less takes an unlocked environment.
    pub protection: Protection,
}

/// An environment by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentIdRequest {
    /// Which.
    pub environment: String,
}

/// Turn the practice cluster on or off, or set its clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PracticeRequest {
    /// Whether it is among the environments.
    pub on: bool,
    /// How fast its clock goes; 1 is real time.
    pub acceleration: Option<f64>,
}

/// Make a scenario happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScenarioRequest {
    /// Its id.
    pub scenario: String,
}
