//! PodDisruptionBudgets: how many pods may be evicted now.

use crate::deployment_controller::MANAGER;
use crate::kinds::Resource;
use crate::object;
use crate::replicaset_controller::is_ready;
use crate::selector::LabelSelector;
use crate::store::Key;
use crate::world::World;
use serde_json::{Value, json};

impl World {
    pub(crate) fn sync_disruption_budget(&mut self, namespace: &str, name: &str) {
        let key = Key::new(Resource::PodDisruptionBudgets, namespace, name);
        let Some(budget) = self.store.get(&key).cloned() else {
            return;
        };
        let selector =
            LabelSelector::from_object(object::at(&budget, &["spec", "selector"]).unwrap_or(&Value::Null));
        let (mut found, mut healthy) = (0_i64, 0_i64);
        for (_, pod) in self.store.list(Resource::Pods, Some(namespace)) {
            if selector.matches_object(pod) && !object::is_deleting(pod) {
                found += 1;
                healthy += i64::from(is_ready(pod));
            }
        }
        let expected = self.expected_pods(namespace, &selector).max(found.min(1));
        let desired = match (
            object::at(&budget, &["spec", "minAvailable"]),
            object::at(&budget, &["spec", "maxUnavailable"]),
        ) {
            (Some(least), _) => share(least, expected),
            (None, Some(most)) => (expected - share(most, expected)).max(0),
            (None, None) => expected - 1,
        };
        let mut next = (*budget).clone();
        next["status"] = json!({
            "currentHealthy": healthy, "desiredHealthy": desired, "expectedPods": expected,
            "disruptionsAllowed": (healthy - desired).max(0),
            "observedGeneration": object::integer(&budget, &["metadata", "generation"]).unwrap_or(1),
        });
        self.write(key, next, MANAGER, "status");
    }

    /// The replicas of the Deployments whose pods the selector picks.
    fn expected_pods(&self, namespace: &str, selector: &LabelSelector) -> i64 {
        self.store
            .list(Resource::Deployments, Some(namespace))
            .filter(|(_, deployment)| {
                selector.matches(object::at(
                    deployment,
                    &["spec", "template", "metadata", "labels"],
                ))
            })
            .filter_map(|(_, deployment)| object::integer(deployment, &["spec", "replicas"]))
            .sum()
    }
}

/// A number or a percentage of `total`, rounded up.
fn share(value: &Value, total: i64) -> i64 {
    match value {
        Value::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            (percent * total + 99) / 100
        }
        other => other.as_i64().unwrap_or(0),
    }
}
