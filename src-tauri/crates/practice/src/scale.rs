//! The `/scale` subresource: what an autoscaler reads and writes.

use crate::object;
use serde_json::{Value, json};

/// The `autoscaling/v1` Scale of a Deployment or ReplicaSet.
pub fn of(object: &Value) -> Value {
    let selector: Vec<String> = object::strings(object, &["spec", "selector", "matchLabels"])
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let mut metadata = json!({});
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = object::at(object, &["metadata", field]) {
            metadata[field] = value.clone();
        }
    }
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
        "spec": {"replicas": object::integer(object, &["spec", "replicas"]).unwrap_or(0)},
        "status": {
            "replicas": object::integer(object, &["status", "replicas"]).unwrap_or(0),
            "selector": selector.join(","),
        },
    })
}

/// The object with the replicas and resourceVersion of a changed Scale.
pub fn put_back(object: &Value, scale: &Value) -> Value {
    let mut scaled = object.clone();
    let replicas = object::integer(scale, &["spec", "replicas"]).unwrap_or(0);
    object::set(&mut scaled, &["spec", "replicas"], json!(replicas));
    if let Some(version) = object::at(scale, &["metadata", "resourceVersion"]) {
        object::set(&mut scaled, &["metadata", "resourceVersion"], version.clone());
    }
    scaled
}
