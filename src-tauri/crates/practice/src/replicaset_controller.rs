//! The ReplicaSet controller: as many pods as wanted, and which of them go first.

use crate::api_status::ApiStatus;
use crate::clock;
use crate::conditions::{Condition, set_condition};
use crate::deployment_controller::MANAGER;
use crate::kinds::Resource;
use crate::object;
use crate::selector::LabelSelector;
use crate::store::Key;
use crate::work::Work;
use crate::workload::ReplicaSet;
use crate::world::World;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long the controller waits before it tries again to make pods that were refused.
const RETRY: Duration = Duration::from_secs(5);

impl World {
    pub(crate) fn sync_replica_set(&mut self, namespace: &str, name: &str) {
        let key = Key::new(Resource::ReplicaSets, namespace, name);
        let Some(object) = self.store.get(&key) else {
            return;
        };
        let set = ReplicaSet(object.clone());
        if object::is_deleting(&set.0) {
            return;
        }
        let mut owned = self.owned_pods(&set);
        let revision = self.store.revision();
        let failure = self.manage_replicas(&set, active(&owned));
        if self.store.revision() != revision {
            owned = self.owned_pods(&set);
        }
        let terminating = owned.iter().filter(|pod| object::is_deleting(pod)).count();
        let pods = active(&owned);
        let next = self.count_pods(&set, &pods, terminating, failure);
        let min_ready = object::integer(&set.0, &["spec", "minReadySeconds"]).unwrap_or(0);
        self.write(key, next.0, MANAGER, "status");
        if let Some(due) = next_availability(&pods, min_ready, self.clock.now()) {
            let at = self.clock.elapsed() + Duration::from_secs(u64::try_from(due.max(1)).unwrap_or(1));
            self.queue
                .add(Work::ReplicaSet(namespace.to_owned(), name.to_owned()), at);
        }
    }

    fn owned_pods(&self, set: &ReplicaSet) -> Vec<Arc<Value>> {
        let uid = object::uid(&set.0);
        self.store
            .list(Resource::Pods, Some(object::namespace(&set.0)))
            .filter(|(_, pod)| {
                object::controller_of(pod).is_some_and(|owner| object::text(owner, &["uid"]) == uid)
            })
            .map(|(_, pod)| pod.clone())
            .collect()
    }

    /// Makes or deletes pods; answers why pods could not be made.
    fn manage_replicas(&mut self, set: &ReplicaSet, pods: Vec<Arc<Value>>) -> Option<String> {
        let wanted = usize::try_from(set.replicas()).unwrap_or(0);
        if pods.len() < wanted {
            for _ in pods.len()..wanted {
                if let Err(refused) = self.make_pod(set) {
                    let message = format!("Error creating: {}", refused.message);
                    self.record_event(&set.0, "Warning", "FailedCreate", &message);
                    let work = Work::ReplicaSet(object::namespace(&set.0).to_owned(), set.name().to_owned());
                    self.queue.add(work, self.clock.elapsed() + RETRY);
                    return Some(refused.message);
                }
            }
        } else if pods.len() > wanted {
            let excess = pods.len() - wanted;
            let doomed: Vec<Key> = self
                .deletion_order(set, pods)
                .into_iter()
                .take(excess)
                .map(|pod| Key::new(Resource::Pods, object::namespace(&pod), object::name(&pod)))
                .collect();
            for key in doomed {
                let message = format!("Deleted pod: {}", key.name);
                self.remove_object(&key, None);
                self.record_event(&set.0, "Normal", "SuccessfulDelete", &message);
            }
        }
        None
    }

    fn make_pod(&mut self, set: &ReplicaSet) -> Result<(), ApiStatus> {
        let namespace = object::namespace(&set.0).to_owned();
        let name = self.free_pod_name(&namespace, set.name());
        self.admit_pod(&namespace, &name)?;
        let template = set.template();
        let mut metadata = json!({
            "name": name, "namespace": namespace, "generateName": format!("{}-", set.name()),
            "ownerReferences": [object::controller_reference(&set.0, "apps/v1", "ReplicaSet")],
        });
        for field in ["labels", "annotations"] {
            if let Some(value) = object::at(template, &["metadata", field]) {
                metadata[field] = value.clone();
            }
        }
        let mut pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
            "spec": template.get("spec").cloned().unwrap_or(json!({})),
            "status": {"phase": "Pending", "qosClass": "Burstable"},
        });
        crate::defaults::fill(Resource::Pods, &mut pod);
        self.write(Key::new(Resource::Pods, &namespace, &name), pod, MANAGER, "");
        self.record_event(
            &set.0,
            "Normal",
            "SuccessfulCreate",
            &format!("Created pod: {name}"),
        );
        Ok(())
    }

    /// A name that no pod has: the API server would refuse a second one, and the controller try another.
    fn free_pod_name(&mut self, namespace: &str, set: &str) -> String {
        loop {
            let name = format!("{set}-{}", self.name_suffix());
            let key = Key::new(Resource::Pods, namespace, &name);
            if self.store.get(&key).is_none() {
                return name;
            }
        }
    }

    /// Pods in the order in which they are deleted: not assigned, pending, not ready, cheaper, on a node with more pods
    /// of the same owner, ready for a shorter time (by powers of two), restarted more often, younger.
    fn deletion_order(&self, set: &ReplicaSet, mut pods: Vec<Arc<Value>>) -> Vec<Arc<Value>> {
        let now = self.clock.now();
        let on_node = self.related_pods_by_node(set);
        let rank = |pod: &Value| {
            let phase = match object::text(pod, &["status", "phase"]) {
                "Pending" => 0,
                "Unknown" => 1,
                _ => 2,
            };
            let ready = ready_condition(pod);
            let cost: i64 = object::annotation(pod, "controller.kubernetes.io/pod-deletion-cost")
                .and_then(|cost| cost.parse().ok())
                .unwrap_or(0);
            let node = object::text(pod, &["spec", "nodeName"]);
            let neighbours = on_node.get(node).copied().unwrap_or(0);
            let restarts = object::items(pod, &["status", "containerStatuses"])
                .iter()
                .filter_map(|status| object::integer(status, &["restartCount"]))
                .max()
                .unwrap_or(0);
            let ready_age = ready.and_then(since).map_or(-1, |since| log_age(since, now));
            let age = clock::parse(object::text(pod, &["metadata", "creationTimestamp"]))
                .map_or(-1, |made| log_age(made, now));
            (
                !node.is_empty(),
                phase,
                ready.is_some(),
                cost,
                std::cmp::Reverse(neighbours),
                ready_age,
                std::cmp::Reverse(restarts),
                age,
                object::uid(pod).to_owned(),
            )
        };
        pods.sort_by_cached_key(|pod| rank(pod));
        pods
    }

    /// Active pods per node of all ReplicaSets with the same owner.
    fn related_pods_by_node(&self, set: &ReplicaSet) -> BTreeMap<String, usize> {
        let owner = object::controller_of(&set.0).map_or("", |owner| object::text(owner, &["uid"]));
        let mut nodes: BTreeMap<String, usize> = BTreeMap::new();
        for (_, other) in self
            .store
            .list(Resource::ReplicaSets, Some(object::namespace(&set.0)))
        {
            let same = object::uid(other) == object::uid(&set.0)
                || (!owner.is_empty()
                    && object::controller_of(other)
                        .is_some_and(|ref_| object::text(ref_, &["uid"]) == owner));
            if same {
                for pod in active(&self.owned_pods(&ReplicaSet(other.clone()))) {
                    *nodes
                        .entry(object::text(&pod, &["spec", "nodeName"]).to_owned())
                        .or_default() += 1;
                }
            }
        }
        nodes
    }

    fn count_pods(
        &self,
        set: &ReplicaSet,
        pods: &[Arc<Value>],
        terminating: usize,
        failure: Option<String>,
    ) -> ReplicaSet {
        let now = self.clock.now();
        let min_ready = object::integer(&set.0, &["spec", "minReadySeconds"]).unwrap_or(0);
        let labels = LabelSelector::from_labels(object::labels(set.template()));
        let labelled = pods.iter().filter(|pod| labels.matches_object(pod)).count();
        let ready: Vec<&Value> = pods.iter().filter_map(|pod| ready_condition(pod)).collect();
        let available = ready
            .iter()
            .filter(|condition| has_been_true(condition, min_ready, now))
            .count();
        let ready = ready.len();
        let conditions = object::at(&set.0, &["status", "conditions"]).cloned();
        let mut status = json!({
            "replicas": pods.len(),
            "observedGeneration": object::integer(&set.0, &["metadata", "generation"]).unwrap_or(0),
            "terminatingReplicas": terminating,
        });
        for (field, count) in [
            ("fullyLabeledReplicas", labelled),
            ("readyReplicas", ready),
            ("availableReplicas", available),
        ] {
            if count > 0 {
                status[field] = json!(count);
            }
        }
        if let Some(conditions) = conditions {
            status["conditions"] = conditions;
        }
        // Only what is in the status matters to the condition.
        let mut next = json!({ "status": status });
        match failure {
            Some(message) if object::condition(&next, "ReplicaFailure").is_none() => {
                let condition = Condition {
                    kind: "ReplicaFailure",
                    status: "True",
                    reason: "FailedCreate",
                    message: &message,
                };
                set_condition(&mut next, condition, now);
            }
            Some(_) => {}
            None => {
                object::remove(&mut next, &["status", "conditions"]);
            }
        }
        let mut counted = set.clone();
        if counted.0.get("status") != next.get("status") {
            counted.edit()["status"] = next["status"].take();
        }
        counted
    }
}

/// Those that are neither finished nor ending.
fn active(pods: &[Arc<Value>]) -> Vec<Arc<Value>> {
    let is_active = |pod: &Arc<Value>| {
        !object::is_deleting(pod)
            && !matches!(object::text(pod, &["status", "phase"]), "Succeeded" | "Failed")
    };
    pods.iter().filter(|pod| is_active(pod)).cloned().collect()
}

/// Whether the pod's condition Ready is true.
pub fn is_ready(pod: &Value) -> bool {
    ready_condition(pod).is_some()
}

/// The pod's condition Ready, if it is true.
fn ready_condition(pod: &Value) -> Option<&Value> {
    object::condition(pod, "Ready").filter(|condition| object::text(condition, &["status"]) == "True")
}

fn since(condition: &Value) -> Option<Timestamp> {
    clock::parse(object::text(condition, &["lastTransitionTime"]))
}

/// Whether a condition that is true has been so for `seconds`.
fn has_been_true(condition: &Value, seconds: i64, now: Timestamp) -> bool {
    seconds == 0 || since(condition).is_some_and(|since| since.as_second() + seconds <= now.as_second())
}

/// Seconds until the next ready pod becomes available.
fn next_availability(pods: &[Arc<Value>], min_ready: i64, now: Timestamp) -> Option<i64> {
    if min_ready == 0 {
        return None;
    }
    pods.iter()
        .filter_map(|pod| since(ready_condition(pod)?))
        .map(|since| since.as_second() + min_ready - now.as_second())
        .filter(|seconds| *seconds > 0)
        .min()
}

/// The whole part of log2 of an age in nanoseconds; -1 for no age.
fn log_age(since: Timestamp, now: Timestamp) -> i64 {
    let nanos = now.as_nanosecond() - since.as_nanosecond();
    if nanos > 0 { i64::from(nanos.ilog2()) } else { -1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::WorldOptions;

    #[test]
    fn no_pod_takes_the_name_of_another_one() {
        let mut world = World::new(WorldOptions::default());
        let first = world.clone().free_pod_name("default", "web-1");
        world.store.put(
            Key::new(Resource::Pods, "default", &first),
            json!({"metadata": {"name": first, "namespace": "default"}}),
        );
        assert_ne!(world.free_pod_name("default", "web-1"), first);
    }
}
