use super::{Check, Confirmation, EnvironmentTag, Estimate, ManifestDiff, VersionTag};
use release::{ContainerImage, Plan, PlanError, Share, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the new version comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum VersionSource {
    /// The template that runs in another environment.
    Environment {
        /// Which.
        environment: String,
    },
    /// An image per container; the rest of the template stays.
    Images {
        /// Every container that changes.
        containers: Vec<ContainerImage>,
    },
    /// Edited YAML of the pod template.
    Yaml {
        /// The text.
        text: String,
    },
    /// A practice scenario's version.
    Scenario {
        /// Its id.
        scenario: String,
    },
}

/// A source that is offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VersionOffer {
    /// What choosing it means.
    pub source: VersionSource,
    /// The version it gives.
    pub version: VersionTag,
    /// The environment in which it serves, if it does.
    pub environment: Option<EnvironmentTag>,
    /// Since when it serves there.
    pub since: Option<Timestamp>,
}

/// What a draft is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftRequest {
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: String,
}

/// What the page starts with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: EnvironmentTag,
    /// What serves now.
    pub current: VersionTag,
    /// The pod template as it is, for editing; literal environment values are not masked here: it is the user's own text.
    pub current_yaml: String,
    /// Versions that can be chosen, the likeliest first.
    pub offers: Vec<VersionOffer>,
    /// The plan used last here, else the default.
    pub plan: Plan,
    /// Pods wanted now.
    pub replicas: u32,
    /// Every share that this number of pods and this surge limit can express, ascending.
    pub possible_shares: Vec<Share>,
    /// Whether a source of health data is known.
    pub metrics: bool,
    /// Requests a second now, if known.
    pub requests_per_second: Option<f64>,
}

/// Ask what would happen. Asked again at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PreflightRequest {
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: String,
    /// The new version.
    pub source: VersionSource,
    /// The plan.
    pub plan: Plan,
}

/// One thing that preflight found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Stable; the user overrides a finding by it.
    pub id: String,
    /// What it says.
    pub check: Check,
    /// Whether it stops the start unless the user says otherwise.
    pub can_override: bool,
}

/// Pods and traffic of one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PhasePods {
    /// Pods of the new version.
    pub canary: u32,
    /// Pods of the old version.
    pub stable: u32,
    /// Whether the phase's share can be expressed exactly.
    pub possible: bool,
    /// The nearest possible shares, if not.
    pub nearest: Vec<Share>,
    /// What the phase can see at the traffic of now; `None` at 100 %, and where no source counts requests.
    pub sees: Option<Sees>,
}

/// What a phase can find out about errors at the traffic of now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sees {
    /// The smallest rise of the error ratio (0 to 1) that it is likely to find; `None` if it has too few requests for any.
    pub rise: Option<f64>,
    /// Requests a second that this rests on, both versions together.
    pub per_second: f64,
}

/// What would happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Preflight {
    /// The version that the source gives; `None` if it gives none.
    pub version: Option<VersionTag>,
    /// Problems of the plan, at their places.
    pub problems: Vec<PlanError>,
    /// One per phase.
    pub pods: Vec<PhasePods>,
    /// What was found, failures first.
    pub findings: Vec<Finding>,
    /// Whether it may start, with the overrides that are possible.
    pub may_start: bool,
    /// How long the way back should take at the largest share below 100 %.
    pub rollback_estimate: Option<Estimate>,
    /// What changes.
    pub changes: Vec<ManifestDiff>,
    /// When it was asked.
    pub asked_at: Timestamp,
}

/// Start a release. Preflight is asked again; protection is checked here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StartRequest {
    /// What was asked before.
    pub preflight: PreflightRequest,
    /// Findings that the user overrides, by id.
    pub overrides: Vec<String>,
    /// Why, seen in the record; may be empty.
    pub reason: String,
    /// How the person confirmed.
    pub confirmation: Confirmation,
}

/// A release that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    /// Its id.
    pub release: String,
}
