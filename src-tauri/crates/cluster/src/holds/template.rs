use release::{ContainerImage, Version};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The hash of a pod template: hexadecimal SHA-256 of its canonical JSON.
///
/// The same template gives the same hash in a Deployment, in its ReplicaSet and in every cluster: the label
/// `pod-template-hash`, `creationTimestamp`, nulls and empty maps of metadata do not count. Both sides must carry the
/// API server's defaults (a template from a file must go through a server-side dry run first).
pub fn template_hash(template: &Value) -> String {
    let mut text = String::new();
    write_canonical(&essential(template), &mut text);
    let mut hash = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

/// What a pod template runs.
pub fn version_of(template: &Value) -> Version {
    let mut containers = Vec::new();
    for (list, init) in [("initContainers", true), ("containers", false)] {
        let entries = template
            .pointer("/spec")
            .and_then(|spec| spec.get(list))
            .and_then(Value::as_array);
        for entry in entries.into_iter().flatten() {
            let text = |key| {
                entry
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            containers.push(ContainerImage {
                container: text("name"),
                image: text("image"),
                init,
            });
        }
    }
    Version {
        containers,
        template_hash: template_hash(template),
    }
}

/// The template without what a controller or a serializer adds.
fn essential(template: &Value) -> Value {
    let mut template = without_nulls(template);
    let Some(root) = template.as_object_mut() else {
        return template;
    };
    if let Some(metadata) = root.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("creationTimestamp");
        if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
            labels.remove("pod-template-hash");
        }
        metadata.retain(|_, value| !value.as_object().is_some_and(Map::is_empty));
    }
    root.retain(|key, value| key != "metadata" || !value.as_object().is_some_and(Map::is_empty));
    template
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), without_nulls(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

/// JSON with sorted keys and no spaces. Sorting is done here because the order of serde_json's maps depends on a feature that
/// any other crate of a build may turn on.
fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            text.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(&map[key], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_replica_sets_template_has_the_hash_of_the_deployments() {
        let deployment = json!({
            "metadata": {"creationTimestamp": null, "labels": {"app": "checkout"}},
            "spec": {"containers": [{"name": "app", "image": "checkout:1", "resources": {}}]}
        });
        let replica_set = json!({
            "spec": {"containers": [{"resources": {}, "image": "checkout:1", "name": "app"}]},
            "metadata": {"labels": {"pod-template-hash": "abc", "app": "checkout"}, "annotations": {}}
        });
        assert_eq!(template_hash(&deployment), template_hash(&replica_set));
    }

    #[test]
    fn a_restart_is_another_template() {
        let before = json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": []}});
        let mut after = before.clone();
        after["metadata"]["annotations"] =
            json!({"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"});
        assert_ne!(template_hash(&before), template_hash(&after));
    }

    #[test]
    fn a_version_names_init_containers_first() {
        let version = version_of(&json!({"spec": {
            "containers": [{"name": "app", "image": "checkout:2"}],
            "initContainers": [{"name": "migrate", "image": "tools:1"}]
        }}));
        let names: Vec<_> = version
            .containers
            .iter()
            .map(|c| (c.container.as_str(), c.init))
            .collect();
        assert_eq!(names, [("migrate", true), ("app", false)]);
        assert_eq!(version.label(), "2");
        assert_eq!(version.template_hash.len(), 64);
    }
}
