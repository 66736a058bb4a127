//! ResourceQuotas: how many pods a namespace may have.

use crate::api_status::ApiStatus;
use crate::deployment_controller::MANAGER;
use crate::kinds::Resource;
use crate::object;
use crate::store::Key;
use crate::world::World;
use serde_json::{Value, json};

/// The names under which a quota limits pods.
const POD_LIMITS: &[&str] = &["pods", "count/pods"];

impl World {
    fn pods_charged(&self, namespace: &str) -> usize {
        self.store
            .list(Resource::Pods, Some(namespace))
            .filter(|(_, pod)| !matches!(object::text(pod, &["status", "phase"]), "Succeeded" | "Failed"))
            .count()
    }

    /// Refuses a pod that a quota has no room for.
    pub(crate) fn admit_pod(&self, namespace: &str, pod: &str) -> Result<(), ApiStatus> {
        let used = self.pods_charged(namespace);
        for (key, quota) in self.store.list(Resource::ResourceQuotas, Some(namespace)) {
            for name in POD_LIMITS {
                let Some(limit) = object::at(quota, &["spec", "hard", name]).and_then(quantity) else {
                    continue;
                };
                if used + 1 > limit {
                    let why = format!(
                        "exceeded quota: {}, requested: {name}=1, used: {name}={used}, limited: {name}={limit}",
                        key.name
                    );
                    return Err(ApiStatus::refused(Resource::Pods.kind(), pod, &why));
                }
            }
        }
        Ok(())
    }

    pub(crate) fn sync_quotas(&mut self, namespace: &str) {
        let used = self.pods_charged(namespace);
        let keys: Vec<Key> = self
            .store
            .list(Resource::ResourceQuotas, Some(namespace))
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            let Some(quota) = self.store.get(&key) else {
                continue;
            };
            let mut next = (**quota).clone();
            let hard = object::at(quota, &["spec", "hard"]).cloned().unwrap_or(json!({}));
            let mut counted = json!({});
            for name in POD_LIMITS.iter().filter(|name| hard.get(**name).is_some()) {
                counted[*name] = json!(used.to_string());
            }
            next["status"] = json!({"hard": hard, "used": counted});
            self.write(key, next, MANAGER, "status");
        }
    }
}

fn quantity(value: &Value) -> Option<usize> {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .or_else(|| value.as_str()?.parse().ok())
}
