//! One Deployment in an empty world, and the acts and questions the tests need.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use practice::{Resource, User, World, WorldOptions};
use serde_json::{Value, json};
use std::time::Duration;

pub const YEAR: i64 = 31_536_000;
pub const MEDIA: &str = "application/json-patch+json";
pub const PATH: &str = "/apis/apps/v1/namespaces/default/deployments/web";

pub struct Cluster {
    pub world: World,
    /// The fewest ready pods seen at any step since the Deployment was first complete.
    pub least_ready_since_start: i64,
    /// The most pods seen.
    pub most_pods: i64,
}

pub fn manifest(replicas: i64, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web", "app.kubernetes.io/name": "web"}},
                "spec": {"containers": [{"name": "app", "image": image}]},
            },
        },
    })
}

impl Cluster {
    pub fn empty(seed: u64) -> Self {
        let options = WorldOptions {
            seed,
            scrape_every: Duration::ZERO,
            ..WorldOptions::default()
        };
        Self {
            world: World::new(options),
            least_ready_since_start: i64::MAX,
            most_pods: 0,
        }
    }

    pub fn with(replicas: i64) -> Self {
        Self::seeded(replicas, 7)
    }

    pub fn seeded(replicas: i64, seed: u64) -> Self {
        let mut cluster = Self::empty(seed);
        cluster
            .world
            .kubectl_apply(&User::Admin, &manifest(replicas, "shop/web:1"))
            .unwrap();
        cluster.settle();
        cluster.least_ready_since_start = i64::MAX;
        cluster.most_pods = 0;
        cluster.look();
        cluster
    }

    pub fn deployment(&self) -> Value {
        (*self.world.get(Resource::Deployments, "default", "web").unwrap()).clone()
    }

    pub fn replica_sets(&self) -> Vec<Value> {
        self.world
            .list(Resource::ReplicaSets, Some("default"))
            .iter()
            .map(|set| (**set).clone())
            .collect()
    }

    pub fn condition(&self, kind: &str) -> Value {
        self.deployment()["status"]["conditions"]
            .as_array()
            .and_then(|list| list.iter().find(|condition| condition["type"] == kind).cloned())
            .unwrap_or(Value::Null)
    }

    /// Pods of the Deployment's own template, and of all others; ending pods are not counted.
    pub fn arms(&self) -> (i64, i64) {
        let image = self.deployment()["spec"]["template"]["spec"]["containers"][0]["image"].clone();
        let (mut canary, mut stable) = (0, 0);
        for pod in self.world.list(Resource::Pods, Some("default")) {
            if pod["metadata"].get("deletionTimestamp").is_some() {
                continue;
            }
            if pod["spec"]["containers"][0]["image"] == image {
                canary += 1
            } else {
                stable += 1
            }
        }
        (canary, stable)
    }

    pub fn ready(&self) -> i64 {
        self.world
            .list(Resource::Pods, Some("default"))
            .iter()
            .filter(|pod| pod["metadata"].get("deletionTimestamp").is_none())
            .filter(|pod| {
                pod["status"]["conditions"].as_array().is_some_and(|list| {
                    list.iter()
                        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
                })
            })
            .count() as i64
    }

    fn look(&mut self) {
        let (canary, stable) = self.arms();
        self.most_pods = self.most_pods.max(canary + stable);
        self.least_ready_since_start = self.least_ready_since_start.min(self.ready());
    }

    /// Lets milliseconds pass, looking at the pods after each thing that happens.
    pub fn advance(&mut self, milliseconds: u64) {
        let end = self.world.elapsed() + Duration::from_millis(milliseconds);
        while let Some(due) = self.world.next_due().filter(|due| *due <= end) {
            self.world.advance(due);
            self.look();
        }
        self.world.advance(end);
    }

    /// Long enough for any rollout of this size that can move.
    pub fn settle(&mut self) {
        self.advance(60_000);
    }

    pub fn patch(&mut self, patch: Value) -> Value {
        self.world
            .send(
                &User::Admin,
                "PATCH",
                &format!("{PATH}?fieldManager=slipway"),
                MEDIA,
                &patch,
            )
            .unwrap()
    }

    pub fn limits(&mut self, surge: i64, unavailable: i64) {
        self.patch(json!([{"op": "replace", "path": "/spec/strategy/rollingUpdate",
                           "value": {"maxSurge": surge, "maxUnavailable": unavailable}}]));
    }

    pub fn hold_with_limits(&mut self, surge: Value, unavailable: Value) {
        self.patch(json!([
            {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "shop/web:2"},
            {"op": "add", "path": "/spec/minReadySeconds", "value": YEAR},
            {"op": "add", "path": "/spec/progressDeadlineSeconds", "value": YEAR + 3600},
            {"op": "add", "path": "/spec/strategy/rollingUpdate",
             "value": {"maxSurge": surge, "maxUnavailable": unavailable}},
        ]));
    }

    pub fn hold(&mut self, surge: i64, unavailable: i64) {
        self.hold_with_limits(json!(surge), json!(unavailable));
    }

    pub fn scale(&mut self, replicas: i64) {
        self.world
            .kubectl_scale(&User::Admin, "default", "web", replicas)
            .unwrap();
    }
}
