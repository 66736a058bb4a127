//! Deployments and ReplicaSets as the controllers read them.

use crate::object;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The label that tells the pods of one template from those of another.
pub const HASH_LABEL: &str = "pod-template-hash";
/// Number of the revision, on Deployments and ReplicaSets.
pub const REVISION: &str = "deployment.kubernetes.io/revision";
/// Earlier revisions of a ReplicaSet that came back.
pub const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// The Deployment's replicas when the ReplicaSet was last scaled.
pub const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// The Deployment's replicas and surge when the ReplicaSet was last scaled.
pub const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";
/// What `kubectl apply` last applied.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Annotations that are never copied between a Deployment and its ReplicaSets.
pub const NOT_COPIED: &[&str] = &[
    LAST_APPLIED,
    REVISION,
    REVISION_HISTORY,
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    "deprecated.deployment.rollback.to",
];

/// "No deadline" and "no limit".
const NO_LIMIT: i64 = i32::MAX as i64;

/// A ReplicaSet, shared with the store until it is changed.
#[derive(Clone, Debug)]
pub struct ReplicaSet(pub Arc<Value>);

impl ReplicaSet {
    /// The object to change; what others hold stays as it is.
    pub fn edit(&mut self) -> &mut Value {
        Arc::make_mut(&mut self.0)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        object::name(&self.0)
    }

    /// `spec.replicas`.
    pub fn replicas(&self) -> i64 {
        object::integer(&self.0, &["spec", "replicas"]).unwrap_or(1)
    }

    /// A count in its status.
    pub fn status(&self, field: &str) -> i64 {
        object::integer(&self.0, &["status", field]).unwrap_or(0)
    }

    /// Its pod template.
    pub fn template(&self) -> &Value {
        object::at(&self.0, &["spec", "template"]).unwrap_or(&Value::Null)
    }

    /// Its revision; 0 when it has none.
    pub fn revision(&self) -> i64 {
        object::annotation(&self.0, REVISION)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    }

    /// A number in an annotation, if it is one.
    pub fn annotated(&self, key: &str) -> Option<i64> {
        object::annotation(&self.0, key)?
            .parse::<u32>()
            .ok()
            .map(i64::from)
            .filter(|number| *number <= NO_LIMIT)
    }

    /// Creation time, then name: the order in which controllers go through ReplicaSets.
    pub fn age_order(&self) -> (&str, &str) {
        (
            object::text(&self.0, &["metadata", "creationTimestamp"]),
            self.name(),
        )
    }
}

/// A Deployment, shared with the store until it is changed.
#[derive(Clone, Debug)]
pub struct Deployment(pub Arc<Value>);

impl Deployment {
    /// The object to change; what others hold stays as it is.
    pub fn edit(&mut self) -> &mut Value {
        Arc::make_mut(&mut self.0)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        object::name(&self.0)
    }

    /// Its namespace.
    pub fn namespace(&self) -> &str {
        object::namespace(&self.0)
    }

    /// `spec.replicas`.
    pub fn replicas(&self) -> i64 {
        object::integer(&self.0, &["spec", "replicas"]).unwrap_or(1)
    }

    /// `metadata.generation`.
    pub fn generation(&self) -> i64 {
        object::integer(&self.0, &["metadata", "generation"]).unwrap_or(0)
    }

    /// Its status; null before the first one.
    pub fn status(&self) -> &Value {
        self.0.get("status").unwrap_or(&Value::Null)
    }

    /// Its pod template.
    pub fn template(&self) -> &Value {
        object::at(&self.0, &["spec", "template"]).unwrap_or(&Value::Null)
    }

    /// `spec.minReadySeconds`.
    pub fn min_ready_seconds(&self) -> i64 {
        object::integer(&self.0, &["spec", "minReadySeconds"]).unwrap_or(0)
    }

    /// Whether it rolls (and not recreates).
    pub fn is_rolling(&self) -> bool {
        object::text(&self.0, &["spec", "strategy", "type"]) != "Recreate"
    }

    /// `spec.paused`.
    pub fn is_paused(&self) -> bool {
        object::flag(&self.0, &["spec", "paused"])
    }

    /// `spec.progressDeadlineSeconds`, unless it stands for "none".
    pub fn progress_deadline(&self) -> Option<i64> {
        object::integer(&self.0, &["spec", "progressDeadlineSeconds"]).filter(|seconds| *seconds != NO_LIMIT)
    }

    /// `spec.revisionHistoryLimit`, unless it stands for "none".
    pub fn history_limit(&self) -> Option<i64> {
        object::integer(&self.0, &["spec", "revisionHistoryLimit"]).filter(|limit| *limit != NO_LIMIT)
    }

    fn fenceposts(&self) -> (i64, i64) {
        let rolling = object::at(&self.0, &["spec", "strategy", "rollingUpdate"]);
        let limit = |field: &str| rolling.and_then(|rolling| rolling.get(field));
        let replicas = self.replicas();
        let surge = scaled(limit("maxSurge"), replicas, true);
        let unavailable = scaled(limit("maxUnavailable"), replicas, false);
        // Percentages can round to nothing on both sides; one pod may then be missing.
        if surge == 0 && unavailable == 0 {
            (0, 1)
        } else {
            (surge, unavailable)
        }
    }

    /// How many pods there may be above `replicas`.
    pub fn max_surge(&self) -> i64 {
        if self.is_rolling() { self.fenceposts().0 } else { 0 }
    }

    /// How many of `replicas` may be unavailable.
    pub fn max_unavailable(&self) -> i64 {
        if !self.is_rolling() || self.replicas() == 0 {
            0
        } else {
            self.fenceposts().1.min(self.replicas())
        }
    }
}

/// A number, or a percentage of `total` rounded up or down.
fn scaled(value: Option<&Value>, total: i64, round_up: bool) -> i64 {
    match value {
        Some(Value::Number(number)) => number.as_i64().unwrap_or(0),
        Some(Value::String(text)) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            if round_up {
                (percent * total + 99) / 100
            } else {
                percent * total / 100
            }
        }
        _ => 0,
    }
}

/// A template without the hash label, for comparing.
pub fn bare_template(template: &Value) -> Value {
    let mut bare = template.clone();
    object::remove(&mut bare, &["metadata", "labels", HASH_LABEL]);
    if object::at(&bare, &["metadata", "labels"])
        .and_then(Value::as_object)
        .is_some_and(serde_json::Map::is_empty)
    {
        object::remove(&mut bare, &["metadata", "labels"]);
    }
    bare
}

/// Whether two templates make the same pods: their [`bare_template`]s are the same. Asked for at every look of a controller, so
/// nothing is copied.
pub fn same_template(one: &Value, other: &Value) -> bool {
    let (Value::Object(one), Value::Object(other)) = (one, other) else {
        return one == other;
    };
    same_but_for(one, other, "metadata", same_metadata)
}

fn same_metadata(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            same_but_for(one, other, "labels", same_labels)
        }
        // Metadata that is missing is not the same as metadata without anything in it, as in the copies without the label.
        _ => one == other,
    }
}

/// Labels but for the hash; none left are no labels.
fn same_labels(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            same_but_for(one, other, HASH_LABEL, |_, _| true)
        }
        (Some(Value::Object(labels)), None) | (None, Some(Value::Object(labels))) => {
            labels.keys().all(|key| key == HASH_LABEL)
        }
        (one, other) => one == other,
    }
}

/// Whether two maps are the same where `field` is compared in its own way.
fn same_but_for(
    one: &Map<String, Value>,
    other: &Map<String, Value>,
    field: &str,
    same: fn(Option<&Value>, Option<&Value>) -> bool,
) -> bool {
    let is_in = |map: &Map<String, Value>, of: &Map<String, Value>| {
        map.iter()
            .filter(|(key, _)| *key != field)
            .all(|(key, value)| of.get(key) == Some(value))
    };
    is_in(one, other)
        && other
            .keys()
            .filter(|key| *key != field)
            .all(|key| one.contains_key(key))
        && same(one.get(field), other.get(field))
}

/// A hash of the template, stable over runs, in the letters Kubernetes uses. `collisions` is the Deployment's count of names
/// that were taken.
///
/// FNV-1a over the canonical JSON; the real one hashes Go's print of the struct, which nobody can rely on either.
pub fn template_hash(template: &Value, collisions: i64) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut text = canonical(&bare_template(template));
    if collisions > 0 {
        text.push_str(&collisions.to_string());
    }
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let number = (hash >> 32) ^ (hash & 0xffff_ffff);
    number
        .to_string()
        .bytes()
        .map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]))
        .collect()
}

/// JSON with sorted keys.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let fields: Vec<String> = keys
                .into_iter()
                .map(|key| format!("{}:{}", json!(key), canonical(&map[key])))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(replicas: i64, surge: Value, unavailable: Value) -> Deployment {
        Deployment(Arc::new(
            json!({"spec": {"replicas": replicas, "strategy": {"type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}}),
        ))
    }

    #[test]
    fn surge_rounds_up_and_unavailable_rounds_down() {
        let quarter = deployment(10, json!("25%"), json!("25%"));
        assert_eq!((quarter.max_surge(), quarter.max_unavailable()), (3, 2));
    }

    #[test]
    fn both_rounding_to_nothing_leaves_one_pod_unavailable() {
        let tiny = deployment(2, json!("0%"), json!("1%"));
        assert_eq!((tiny.max_surge(), tiny.max_unavailable()), (0, 1));
    }

    #[test]
    fn templates_are_compared_as_their_copies_without_the_hash_label_would_be() {
        let templates = [
            json!(null),
            json!({"spec": {"a": 1}}),
            json!({"metadata": {}, "spec": {"a": 1}}),
            json!({"metadata": {"labels": {}}, "spec": {"a": 1}}),
            json!({"metadata": {"labels": null}, "spec": {"a": 1}}),
            json!({"metadata": {"labels": {"pod-template-hash": "x"}}, "spec": {"a": 1}}),
            json!({"metadata": {"labels": {"pod-template-hash": "y", "app": "a"}}, "spec": {"a": 1}}),
            json!({"metadata": {"labels": {"app": "a"}}, "spec": {"a": 1}}),
            json!({"metadata": {"labels": {"app": "a"}}, "spec": {"a": 2}}),
            json!({"metadata": {"labels": {"app": "a"}, "annotations": {"n": "1"}}, "spec": {"a": 1}}),
            json!({"metadata": {"labels": {"app": "a"}}, "spec": {"a": 1}, "more": 1}),
        ];
        for one in &templates {
            for other in &templates {
                assert_eq!(
                    same_template(one, other),
                    bare_template(one) == bare_template(other),
                    "{one} and {other}"
                );
            }
        }
    }

    #[test]
    fn the_hash_does_not_depend_on_the_hash_label_or_on_the_order_of_keys() {
        let one =
            json!({"metadata": {"labels": {"app": "a", "pod-template-hash": "x"}}, "spec": {"a": 1, "b": 2}});
        let other = json!({"spec": {"b": 2, "a": 1}, "metadata": {"labels": {"app": "a"}}});
        assert!(same_template(&one, &other));
        assert_eq!(template_hash(&one, 0), template_hash(&other, 0));
        assert_ne!(template_hash(&one, 0), template_hash(&one, 1));
    }
}
