//! ConfigMaps and Secrets that a version reads. Only their metadata is asked for, never what is in them.

use super::Finding;
use super::surroundings::not_asked;
use crate::request::{ANSWER_TIMEOUT, Ask, Trouble, ask_bytes};
use crate::workloads::moment;
use conductor::{Observed, WorkloadRef};
use kube::Client;
use release::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// A ConfigMap or Secret that a template names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    /// `configmaps` or `secrets`.
    pub plural: &'static str,
    pub name: String,
}

/// Whether the new template's configuration is there, and whether any was changed in place since the running pods started: then
/// new pods of the *old* version would not be what ran before either.
pub(crate) async fn check(
    client: &Client,
    at: &WorkloadRef,
    seen: &Observed,
    template: &Value,
) -> Vec<Finding> {
    let running_since = oldest_start(client, at, seen).await;
    let current = seen
        .object
        .pointer("/spec/template")
        .map(references)
        .unwrap_or_default();
    let wanted = references(template);
    let mut all = current.clone();
    all.extend(wanted.clone());
    let asks = all.keys().map(|reference| metadata(client, at, reference));
    let answers = futures::future::join_all(asks).await;
    let mut findings = Vec::new();
    for (reference, answer) in all.keys().zip(answers) {
        let kind = if reference.plural == "secrets" {
            "Secret"
        } else {
            "ConfigMap"
        };
        match answer {
            Ok(object) => {
                let changed = last_change(&object)
                    .zip(running_since)
                    .filter(|(change, since)| change > since);
                if current.contains_key(reference) && changed.is_some() {
                    findings.push(Finding::warning(
                        "config-changed",
                        format!(
                            "The {kind} {} was changed since the running pods started: a rollback starts pods with the changed one.",
                            reference.name
                        ),
                        "Check that both versions work with it.",
                    ));
                }
            }
            Err(trouble) if trouble.is_status(404) => {
                if wanted.get(reference) == Some(&true) {
                    findings.push(Finding::blocking(
                        "config-missing",
                        format!(
                            "The new version needs the {kind} {}, and there is none in the namespace {}.",
                            reference.name, at.namespace
                        ),
                        "Create it first: pods cannot start without it.",
                    ));
                }
            }
            Err(trouble) if trouble.is_status(403) => findings.push(Finding::info(
                "config-unknown",
                format!(
                    "The {kind} {} may not be read, so whether it was changed is not known.",
                    reference.name
                ),
                "",
            )),
            Err(trouble) => findings.extend(not_asked(kind, &trouble)),
        }
    }
    findings
}

/// What changed in place among what a rollback target reads; for rollback readiness.
pub(crate) async fn of_target(
    client: &Client,
    at: &WorkloadRef,
    seen: &Observed,
    target: &Value,
) -> Vec<Finding> {
    let mut findings = check(client, at, seen, target).await;
    for finding in &mut findings {
        // A person's rollback is never refused.
        if finding.severity == super::Severity::Blocking {
            finding.severity = super::Severity::Warning;
            finding.message = finding
                .message
                .replace("The new version", "The version to go back to");
        }
    }
    findings
}

/// References of a template, each with whether pods cannot start without it.
pub(crate) fn references(template: &Value) -> BTreeMap<Reference, bool> {
    let mut found = BTreeMap::new();
    let mut add = |plural: &'static str, source: Option<&Value>, key: &str| {
        let Some(source) = source else { return };
        let Some(name) = source
            .get(key)
            .and_then(Value::as_str)
            .filter(|name| !name.is_empty())
        else {
            return;
        };
        let needed = source.get("optional").and_then(Value::as_bool) != Some(true);
        let reference = Reference {
            plural,
            name: name.to_owned(),
        };
        *found.entry(reference).or_insert(false) |= needed;
    };
    let list = |object: &Value, key: &str| {
        object
            .get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let spec = template.get("spec").cloned().unwrap_or(Value::Null);
    for kind in ["initContainers", "containers"] {
        for container in list(&spec, kind) {
            for variable in list(&container, "env") {
                add(
                    "configmaps",
                    variable.pointer("/valueFrom/configMapKeyRef"),
                    "name",
                );
                add("secrets", variable.pointer("/valueFrom/secretKeyRef"), "name");
            }
            for source in list(&container, "envFrom") {
                add("configmaps", source.get("configMapRef"), "name");
                add("secrets", source.get("secretRef"), "name");
            }
        }
    }
    for volume in list(&spec, "volumes") {
        add("configmaps", volume.get("configMap"), "name");
        add("secrets", volume.get("secret"), "secretName");
        for source in volume
            .pointer("/projected/sources")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            add("configmaps", source.get("configMap"), "name");
            add("secrets", source.get("secret"), "name");
        }
    }
    found
}

async fn metadata(client: &Client, at: &WorkloadRef, reference: &Reference) -> Result<Value, Trouble> {
    let path = format!(
        "/api/v1/namespaces/{}/{}/{}",
        at.namespace, reference.plural, reference.name
    );
    let ask = Ask {
        accept: METADATA,
        ..Ask::get(&path)
    };
    let bytes = ask_bytes(client, ask, ANSWER_TIMEOUT).await?;
    let mut object: Value =
        serde_json::from_slice(&bytes).map_err(|error| Trouble::Unreadable(error.to_string()))?;
    // A server that does not know partial metadata sends everything; nothing of it is kept.
    if let Some(map) = object.as_object_mut() {
        map.retain(|key, _| key == "metadata");
    }
    Ok(object)
}

/// When an object was written last: the latest time among its managers, else its creation.
pub(crate) fn last_change(object: &Value) -> Option<Timestamp> {
    let entries = object
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array);
    let times = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| moment(entry.get("time")?.as_str()?));
    let created = object
        .pointer("/metadata/creationTimestamp")
        .and_then(Value::as_str)
        .and_then(moment);
    times.chain(created).max()
}

async fn oldest_start(client: &Client, at: &WorkloadRef, seen: &Observed) -> Option<Timestamp> {
    let pods = crate::workloads::pods_of(client, at, &seen.object).await.ok()??;
    let starts = pods.iter().filter_map(|pod| {
        let started = pod
            .pointer("/status/startTime")
            .or_else(|| pod.pointer("/metadata/creationTimestamp"));
        moment(started?.as_str()?)
    });
    starts.min()
}
