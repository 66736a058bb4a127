//! Objects pruned while they are parsed: what a matrix of thousands of workloads needs of each, and nothing else.

use crate::holds;
use crate::workloads::moment;
use release::{Timestamp, Version};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A page of a list.
#[derive(Deserialize)]
pub(crate) struct Page<T> {
    #[serde(default)]
    pub metadata: PageMetadata,
    #[serde(default = "Vec::new")]
    pub items: Vec<T>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageMetadata {
    #[serde(default)]
    pub resource_version: String,
    #[serde(default, rename = "continue")]
    pub next: String,
}

/// Something that is kept of an object.
pub(crate) trait Kept: for<'de> Deserialize<'de> + Send + Sync + 'static {
    /// Whether metadata alone is asked for.
    const METADATA_ONLY: bool;
    fn uid(&self) -> &str;
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Meta {
    pub name: String,
    pub namespace: String,
    pub uid: String,
    pub resource_version: String,
    pub generation: i64,
    pub labels: BTreeMap<String, String>,
    pub annotations: Annotations,
    pub managed_fields: Vec<Manager>,
    pub creation_timestamp: Option<Moment>,
}

/// The annotations that are read; the others (a whole manifest as last applied, for example) are left behind.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Annotations {
    #[serde(rename = "slipway.dev/release")]
    pub release: Option<String>,
    #[serde(rename = "deployment.kubernetes.io/revision")]
    pub revision: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Manager {
    #[serde(default)]
    pub manager: String,
    #[serde(default)]
    pub time: Option<Moment>,
    #[serde(default)]
    pub subresource: String,
}

/// A time as the API server writes it; `None` if it is written otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Moment(pub Option<Timestamp>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(Moment(text.as_deref().and_then(moment)))
    }
}

#[derive(Deserialize)]
pub(crate) struct Deployment {
    #[serde(default)]
    pub metadata: Meta,
    pub spec: DeploymentSpec,
    #[serde(default)]
    pub status: DeploymentStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeploymentSpec {
    #[serde(default = "one")]
    pub replicas: u32,
    #[serde(default)]
    pub paused: bool,
    #[serde(default)]
    pub min_ready_seconds: i64,
    #[serde(default)]
    pub strategy: Strategy,
    pub template: Template,
}

fn one() -> u32 {
    1
}

#[derive(Default, Deserialize)]
pub(crate) struct Strategy {
    #[serde(default, rename = "type")]
    pub kind: String,
}

/// A pod template, read and let go: its version and its labels stay.
pub(crate) struct Template {
    pub version: Version,
    pub labels: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
        let template = Value::deserialize(deserializer)?;
        let labels = template.pointer("/metadata/labels").and_then(Value::as_object);
        let labels = labels
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        Ok(Template {
            labels: labels.collect(),
            version: holds::version_of(&template),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DeploymentStatus {
    pub observed_generation: i64,
    pub replicas: u32,
    pub updated_replicas: u32,
    pub ready_replicas: u32,
    pub available_replicas: u32,
    pub conditions: Vec<Condition>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Condition {
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    pub reason: String,
    pub message: String,
    pub last_transition_time: Option<Moment>,
}

impl Kept for Deployment {
    const METADATA_ONLY: bool = false;
    fn uid(&self) -> &str {
        &self.metadata.uid
    }
}

/// An owned object of which metadata is enough: a ReplicaSet or a pod.
pub(crate) struct Owned {
    pub uid: String,
    pub owner: String,
    pub created: Option<Timestamp>,
    pub revision: Option<i64>,
    pub terminating: bool,
}

impl<'de> Deserialize<'de> for Owned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Owned, D::Error> {
        #[derive(Deserialize)]
        struct Whole {
            #[serde(default)]
            metadata: OwnedMeta,
        }
        let OwnedMeta {
            uid,
            owner_references,
            creation_timestamp,
            deletion_timestamp,
            annotations,
        } = Whole::deserialize(deserializer)?.metadata;
        Ok(Owned {
            uid,
            owner: owner_references
                .into_iter()
                .find(|owner| owner.controller)
                .map(|owner| owner.uid)
                .unwrap_or_default(),
            created: creation_timestamp.and_then(|moment| moment.0),
            revision: annotations.revision.and_then(|text| text.parse().ok()),
            terminating: deletion_timestamp.is_some(),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OwnedMeta {
    uid: String,
    owner_references: Vec<Owner>,
    creation_timestamp: Option<Moment>,
    deletion_timestamp: Option<serde::de::IgnoredAny>,
    annotations: Annotations,
}

#[derive(Deserialize)]
struct Owner {
    #[serde(default)]
    uid: String,
    #[serde(default)]
    controller: bool,
}

impl Kept for Owned {
    const METADATA_ONLY: bool = true;
    fn uid(&self) -> &str {
        &self.uid
    }
}

#[derive(Deserialize)]
pub(crate) struct Service {
    #[serde(default)]
    pub metadata: ServiceMeta,
    #[serde(default)]
    pub spec: ServiceSpec,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ServiceMeta {
    pub name: String,
    pub namespace: String,
    pub uid: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ServiceSpec {
    pub selector: BTreeMap<String, String>,
}

impl Kept for Service {
    const METADATA_ONLY: bool = false;
    fn uid(&self) -> &str {
        &self.metadata.uid
    }
}

/// One line of a watch.
#[derive(Deserialize)]
pub(crate) struct Line<'a> {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(borrow)]
    pub object: &'a serde_json::value::RawValue,
}
