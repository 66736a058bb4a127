use super::path;
use super::pods::Pod;
use super::view::Parts;
use crate::request::{Ask, ask_within};
use conductor::{Manifest, Observed, PortError, WorkloadRef};
use kube::Client;
use release::Timestamp;
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a read that a look waits for may take.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// The objects of one workload, read directly.
pub(crate) struct Objects {
    pub deployment: Manifest,
    pub replica_sets: Vec<Manifest>,
    /// `None` if this user may not read pods.
    pub pods: Option<Vec<Value>>,
}

impl Objects {
    pub fn observed(self) -> Observed {
        let pods: Option<Vec<Pod>> = self.pods.map(|pods| pods.iter().map(Pod::read).collect());
        let parts = Parts {
            deployment: &self.deployment,
            replica_sets: self.replica_sets.iter().collect(),
            pods: pods.as_ref().map(|pods| pods.iter().collect()),
        };
        parts.observed(now())
    }
}

/// The wall clock, for records.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

pub(crate) async fn deployment(client: &Client, at: &WorkloadRef) -> Result<Value, PortError> {
    match ask_within(client, Ask::get(&path::deployment(at)), READ_TIMEOUT).await {
        Ok(object) => Ok(object),
        Err(trouble) if trouble.is_status(404) => Err(gone(at)),
        Err(trouble) => Err(trouble.of_read("The workload")),
    }
}

pub(crate) fn gone(at: &WorkloadRef) -> PortError {
    PortError::new(
        "workload-gone",
        format!(
            "There is no Deployment {} in the namespace {}.",
            at.name, at.namespace
        ),
        "It was deleted or renamed. Look at the environment's applications.",
    )
}

pub(crate) fn selector(deployment: &Value) -> String {
    deployment
        .pointer("/spec/selector")
        .map(path::selector_text)
        .unwrap_or_default()
}

pub(crate) async fn replica_sets(
    client: &Client,
    at: &WorkloadRef,
    deployment: &Value,
) -> Result<Vec<Value>, PortError> {
    let path = path::selected(&path::replica_sets(&at.namespace), &selector(deployment));
    match ask_within(client, Ask::get(&path), READ_TIMEOUT).await {
        Ok(list) => Ok(items(list)),
        Err(trouble) => Err(trouble.of_read("The workload's ReplicaSets")),
    }
}

pub(crate) async fn pods(
    client: &Client,
    at: &WorkloadRef,
    deployment: &Value,
) -> Result<Option<Vec<Value>>, PortError> {
    let path = path::selected(&path::pods(&at.namespace), &selector(deployment));
    match ask_within(client, Ask::get(&path), READ_TIMEOUT).await {
        Ok(list) => Ok(Some(items(list))),
        Err(trouble) if trouble.is_status(403) => Ok(None),
        Err(trouble) => Err(trouble.of_read("The workload's pods")),
    }
}

/// What belongs to a Deployment that was just read.
pub(crate) async fn rest(client: &Client, at: &WorkloadRef, deployment: Value) -> Result<Objects, PortError> {
    let (replica_sets, pods) = futures::join!(
        replica_sets(client, at, &deployment),
        pods(client, at, &deployment)
    );
    Ok(Objects {
        replica_sets: replica_sets?.into_iter().map(Manifest::from).collect(),
        pods: pods?,
        deployment: deployment.into(),
    })
}

pub(crate) fn items(list: Value) -> Vec<Value> {
    match list {
        Value::Object(mut map) => match map.remove("items") {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
