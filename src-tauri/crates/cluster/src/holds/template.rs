use crate::field::field;
use conductor::Manifest;
use release::{ContainerImage, Version};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The hash of a pod template: hexadecimal SHA-256 of its canonical JSON.
///
/// The same template gives the same hash in a Deployment, in its ReplicaSet and in every cluster: the label
/// `pod-template-hash`, `creationTimestamp`, nulls and empty maps of metadata do not count. Both sides must carry the
/// API server's defaults (a template from a file must go through a server-side dry run first).
pub fn template_hash(template: &Value) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hash = String::with_capacity(64);
    for byte in Sha256::digest(canonical(template)) {
        for digit in [byte >> 4, byte & 0xf] {
            hash.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    hash
}

/// The hash of a pod template.
pub(crate) fn hash_of(template: &Manifest) -> &str {
    template.template_hash(template_hash)
}

/// The hash of a workload's pod template; "" if it has none.
pub(crate) fn hash_in(workload: &Manifest) -> &str {
    workload.template_hash(|workload| {
        field(workload, "/spec/template")
            .map(template_hash)
            .unwrap_or_default()
    })
}

/// What a workload's pod template runs.
pub(crate) fn version_in(workload: &Manifest) -> Version {
    match field(workload, "/spec/template") {
        Some(template) => Version {
            containers: containers(template),
            template_hash: hash_in(workload).to_owned(),
        },
        None => version_of(&Value::Null),
    }
}

/// What a pod template runs.
pub fn version_of(template: &Value) -> Version {
    Version {
        containers: containers(template),
        template_hash: template_hash(template),
    }
}

fn containers(template: &Value) -> Vec<ContainerImage> {
    let mut containers = Vec::new();
    for (list, init) in [("initContainers", true), ("containers", false)] {
        let entries = field(template, "/spec")
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
    containers
}

/// JSON with sorted keys and no spaces, without what a controller or a serializer adds.
fn canonical(template: &Value) -> Vec<u8> {
    let mut json = Vec::with_capacity(1024);
    write_canonical(template, Part::Template, &mut json);
    json
}

/// Where in a template a value stands, as far as that decides what counts.
#[derive(Clone, Copy)]
enum Part {
    Template,
    Metadata,
    Labels,
    Anything,
}

impl Part {
    fn child(self, key: &str) -> Part {
        match (self, key) {
            (Part::Template, "metadata") => Part::Metadata,
            (Part::Metadata, "labels") => Part::Labels,
            _ => Part::Anything,
        }
    }

    /// Whether an entry of a map that stands here counts.
    fn counts(self, key: &str, value: &Value) -> bool {
        let nothing = || {
            value
                .as_object()
                .is_some_and(|map| self.child(key).counted(map).next().is_none())
        };
        !value.is_null()
            && match self {
                Part::Template => key != "metadata" || !nothing(),
                Part::Metadata => key != "creationTimestamp" && !nothing(),
                Part::Labels => key != "pod-template-hash",
                Part::Anything => true,
            }
    }

    fn counted(self, map: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
        map.iter().filter(move |(key, value)| self.counts(key, value))
    }
}

/// Sorting is done here because the order of serde_json's maps depends on a feature that any other crate of a build may
/// turn on.
fn write_canonical(value: &Value, part: Part, json: &mut Vec<u8>) {
    match value {
        Value::Object(map) if map.keys().is_sorted() => write_map(part.counted(map), part, json),
        Value::Object(map) => {
            let mut entries: Vec<_> = part.counted(map).collect();
            entries.sort_by_key(|(key, _)| *key);
            write_map(entries.into_iter(), part, json);
        }
        Value::Array(items) => {
            json.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                write_canonical(item, Part::Anything, json);
            }
            json.push(b']');
        }
        // Writing to memory cannot fail.
        other => drop(serde_json::to_writer(json, other)),
    }
}

fn write_map<'a>(entries: impl Iterator<Item = (&'a String, &'a Value)>, part: Part, json: &mut Vec<u8>) {
    json.push(b'{');
    for (index, (key, value)) in entries.enumerate() {
        if index > 0 {
            json.push(b',');
        }
        // Writing to memory cannot fail.
        drop(serde_json::to_writer(&mut *json, key));
        json.push(b':');
        write_canonical(value, part.child(key), json);
    }
    json.push(b'}');
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
    fn what_counts_in_a_template_is_written_with_sorted_keys() {
        let text = |template: Value| String::from_utf8(canonical(&template)).unwrap();
        let template = json!({
            "spec": {"b": [null, {"z": 1, "a": null}], "a": "\"ü\n", "empty": {}, "none": null},
            "metadata": {
                "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"pod-template-hash": "x"},
                "annotations": {"only": null}, "finalizers": [], "name": {"creationTimestamp": 1.5}
            }
        });
        let written = r#"{"metadata":{"finalizers":[],"name":{"creationTimestamp":1.5}},"#.to_owned()
            + r#""spec":{"a":"\"ü\n","b":[null,{"z":1}],"empty":{}}}"#;
        assert_eq!(text(template), written);
        assert_eq!(
            text(json!({"metadata": {"labels": {}}, "a": true})),
            r#"{"a":true}"#
        );
        assert_eq!(
            text(json!({"metadata": "none", "x": {"metadata": {}}})),
            r#"{"metadata":"none","x":{"metadata":{}}}"#
        );
        assert_eq!(text(Value::Null), "null");
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
