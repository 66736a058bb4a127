//! A small model of the Deployment controller's rolling update, written from its documentation: what it does with surge,
//! unavailable, `minReadySeconds` and readiness. One call of [`Model::sync`] is one reconciliation.

use crate::holds::{self, HOLD_MIN_READY_SECONDS};
use conductor::{ArmPods, Observed, OperationId, WorkloadView};
use release::Timestamp;
use serde_json::{Value, json};

pub struct ReplicaSet {
    pub template: Value,
    pub hash: String,
    pub wanted: u32,
    pub ready: u32,
    pub min_ready: i64,
}

impl ReplicaSet {
    fn available(&self) -> u32 {
        if self.min_ready >= HOLD_MIN_READY_SECONDS {
            0
        } else {
            self.ready
        }
    }
}

pub struct Model {
    pub object: Value,
    pub sets: Vec<ReplicaSet>,
    scaled_to: u32,
}

pub fn template(image: &str) -> Value {
    json!({
        "metadata": {"labels": {"app": "checkout"}},
        "spec": {"containers": [{"name": "app", "image": image}]}
    })
}

impl Model {
    /// A Deployment whose pods are all Ready.
    pub fn serving(replicas: u32) -> Model {
        let object = json!({
            "metadata": {
                "name": "checkout", "namespace": "shop", "uid": "u1", "generation": 1, "resourceVersion": "1",
                "annotations": {"deployment.kubernetes.io/revision": "1"}
            },
            "spec": {
                "replicas": replicas,
                "progressDeadlineSeconds": 600,
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
                "template": template("checkout:1")
            }
        });
        let mut model = Model {
            object,
            sets: Vec::new(),
            scaled_to: replicas,
        };
        model.settle();
        model
    }

    pub fn replicas(&self) -> u32 {
        self.object["spec"]["replicas"].as_u64().unwrap() as u32
    }

    /// Somebody writes to the spec.
    pub fn write(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.object);
        self.bump();
    }

    fn bump(&mut self) {
        let generation = self.object["metadata"]["generation"].as_i64().unwrap() + 1;
        self.object["metadata"]["generation"] = json!(generation);
        self.object["metadata"]["resourceVersion"] = json!(generation.to_string());
    }

    /// Applies a patch as the API server does.
    pub fn patch(&mut self, patch: &Value) -> Result<(), String> {
        let patch: json_patch::Patch = serde_json::from_value(patch.clone()).unwrap();
        let mut object = self.object.clone();
        json_patch::patch(&mut object, &patch).map_err(|error| error.to_string())?;
        let min_ready = object["spec"]["minReadySeconds"].as_i64().unwrap_or(0);
        let deadline = object["spec"]["progressDeadlineSeconds"].as_i64().unwrap_or(600);
        if deadline <= min_ready {
            return Err("progressDeadlineSeconds must be greater than minReadySeconds".into());
        }
        let rolling = &object["spec"]["strategy"]["rollingUpdate"];
        if rolling["maxSurge"] == json!(0) && rolling["maxUnavailable"] == json!(0) {
            return Err("maxUnavailable may not be 0 when maxSurge is 0".into());
        }
        self.object = object;
        self.bump();
        Ok(())
    }

    /// One reconciliation. Whether anything changed.
    pub fn sync(&mut self) -> bool {
        let replicas = self.replicas();
        let surge = holds::max_surge_pods(&self.object);
        let unavailable = holds::max_unavailable_pods(&self.object).min(replicas);
        if self.object["spec"]["paused"] == json!(true) {
            return false;
        }
        let template = self.object["spec"]["template"].clone();
        let hash = holds::template_hash(&template);
        let min_ready = self.object["spec"]["minReadySeconds"].as_i64().unwrap_or(0);
        let new = match self.sets.iter().position(|set| set.hash == hash) {
            Some(index) => index,
            None => {
                self.sets.push(ReplicaSet {
                    template,
                    hash,
                    wanted: 0,
                    ready: 0,
                    min_ready,
                });
                self.sets.len() - 1
            }
        };
        let mut changed = self.sets[new].min_ready != min_ready;
        self.sets[new].min_ready = min_ready;
        if self.scaled_to != replicas {
            self.scale(replicas, surge);
            self.scaled_to = replicas;
            return true;
        }
        let all: u32 = self.sets.iter().map(|set| set.wanted).sum();
        let canary = self.sets[new].wanted;
        if canary > replicas {
            self.shrink(new, canary - replicas);
            return true;
        }
        if all < replicas + surge && canary < replicas {
            self.sets[new].wanted += (replicas + surge - all).min(replicas - canary);
            return true;
        }
        let least = replicas - unavailable;
        let new_unavailable = self.sets[new].wanted - self.sets[new].available();
        let mut may_go = all.saturating_sub(least).saturating_sub(new_unavailable);
        for index in 0..self.sets.len() {
            if index == new {
                continue;
            }
            let unhealthy = self.sets[index].wanted - self.sets[index].available();
            let go = unhealthy.min(may_go);
            may_go -= go;
            changed |= go > 0;
            self.shrink(index, go);
        }
        let available: u32 = self.sets.iter().map(ReplicaSet::available).sum();
        let mut surplus = available.saturating_sub(least).min(may_go);
        for index in 0..self.sets.len() {
            if index == new {
                continue;
            }
            let go = self.sets[index].wanted.min(surplus);
            surplus -= go;
            changed |= go > 0;
            self.shrink(index, go);
        }
        changed
    }

    /// Scaling while a rollout is under way is done in proportion.
    fn scale(&mut self, replicas: u32, surge: u32) {
        let all: u32 = self.sets.iter().map(|set| set.wanted).sum();
        let allowed = if replicas > 0 { replicas + surge } else { 0 };
        let active = self.sets.iter().filter(|set| set.wanted > 0).count();
        if active <= 1 {
            // One ReplicaSet alone, or none: the new one, being the last, takes it.
            let index = self
                .sets
                .iter()
                .position(|set| set.wanted > 0)
                .unwrap_or(self.sets.len() - 1);
            let wanted = self.sets[index].wanted;
            if replicas < wanted {
                self.shrink(index, wanted - replicas);
            } else {
                self.sets[index].wanted = replicas;
            }
            return;
        }
        let mut order: Vec<usize> = (0..self.sets.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(self.sets[*index].wanted));
        let mut total = 0;
        for index in &order {
            let part =
                (f64::from(self.sets[*index].wanted) * f64::from(allowed) / f64::from(all)).round() as u32;
            let part = part.min(allowed - total);
            total += part;
            let wanted = self.sets[*index].wanted;
            if part < wanted {
                self.shrink(*index, wanted - part);
            } else {
                self.sets[*index].wanted = part;
            }
        }
        self.sets[order[0]].wanted += allowed - total;
    }

    /// Pods that are not Ready go first.
    fn shrink(&mut self, index: usize, by: u32) {
        let set = &mut self.sets[index];
        set.wanted -= by;
        set.ready = set.ready.min(set.wanted);
    }

    /// At most so many pods become Ready. Whether any did.
    pub fn become_ready(&mut self, most: u32) -> bool {
        let mut left = most;
        for set in &mut self.sets {
            let more = (set.wanted - set.ready).min(left);
            set.ready += more;
            left -= more;
        }
        left < most
    }

    pub fn settle(&mut self) {
        while self.sync() || self.become_ready(u32::MAX) {}
    }

    pub fn pods(&self) -> u32 {
        self.sets.iter().map(|set| set.wanted).sum()
    }

    pub fn serving_pods(&self) -> u32 {
        self.sets.iter().map(|set| set.ready).sum()
    }

    pub fn of(&self, image: &str) -> u32 {
        let hash = holds::template_hash(&template(image));
        self.sets
            .iter()
            .filter(|set| set.hash == hash)
            .map(|set| set.wanted)
            .sum()
    }

    pub fn observe(&self) -> Observed {
        let generation = self.object["metadata"]["generation"].as_i64().unwrap();
        let version = holds::version_of(&self.object["spec"]["template"]);
        let arms = self
            .sets
            .iter()
            .map(|set| ArmPods {
                pod_template_hash: set.hash[..8].to_owned(),
                version: holds::version_of(&set.template),
                revision: None,
                wanted: set.wanted,
                pods: set.wanted,
                ready: set.ready,
                available: set.available(),
                terminating: 0,
                restarts: 0,
                states: Vec::new(),
                troubles: Vec::new(),
            })
            .collect();
        Observed {
            at: Timestamp(0),
            view: WorkloadView {
                uid: "u1".into(),
                resource_version: "1".into(),
                generation,
                observed_generation: generation,
                replicas: self.replicas(),
                max_surge: holds::max_surge_pods(&self.object),
                max_unavailable: holds::max_unavailable_pods(&self.object),
                held: false,
                paused: false,
                operation: self.object["metadata"]["annotations"]["slipway.dev/operation"]
                    .as_str()
                    .map(|name| OperationId(name.to_owned())),
                release: None,
                version,
                arms,
                writers: Vec::new(),
            },
            object: self.object.clone().into(),
        }
    }
}
