//! One Deployment in a namespace of its own, and everything a case does to it.

use crate::bed::{Bed, Who};
use crate::manifest::{Manifest, merge, template};
use crate::walk::Walk;
use crate::witness::{Count, Witness, count};
use cluster::KubeWorkloads;
use conductor::{Observed, WorkloadKind, WorkloadRef, Workloads};
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{DeleteParams, Patch, PatchParams};
use kube::{Api, Client};
use release::Share;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The Deployment's name in every room.
pub const NAME: &str = "web";
/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

pub struct Room {
    pub workload: WorkloadRef,
    pub slipway: KubeWorkloads,
    pub witness: Witness,
    manifest: Manifest,
    bed: Bed,
    others: Client,
}

impl Room {
    /// Applied as a CI job does it, and every pod available.
    pub async fn with(bed: &Bed, manifest: Manifest) -> Room {
        let slipway = slipway(bed.client(Who::Admin).await);
        Room::seen_by(bed, slipway, manifest).await
    }

    pub async fn seen_by(bed: &Bed, slipway: KubeWorkloads, manifest: Manifest) -> Room {
        let namespace = bed.fresh_namespace().await;
        let others = bed.client(Who::Admin).await;
        let room = Room {
            bed: bed.clone(),
            witness: Witness::watching(others.clone(), namespace.clone()),
            workload: WorkloadRef {
                environment: "bed".into(),
                namespace,
                kind: WorkloadKind::Deployment,
                name: NAME.into(),
            },
            slipway,
            others,
            manifest,
        };
        room.apply("1.0").await;
        room.serves("1.0").await;
        room
    }

    /// The live object as others see it.
    pub async fn object(&self) -> Value {
        let begun = Instant::now();
        loop {
            match self.deployments().get(NAME).await {
                Ok(live) => return serde_json::to_value(live).expect("JSON"),
                // An API server that was just killed.
                Err(error) => assert!(begun.elapsed() < LIMIT, "the Deployment cannot be read: {error}"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub async fn observe(&self) -> Observed {
        self.slipway
            .observe(&self.workload)
            .await
            .expect("the workload is seen")
    }

    pub async fn count(&self) -> Count {
        self.until("pods can be counted", |_| true).await
    }

    /// A walk with a new version and a surge limit in percent.
    pub async fn walk(&self, version: &str, surge_percent: f64) -> Walk {
        self.walk_to(template(NAME, version, &json!({})), surge_percent)
            .await
    }

    /// A walk with any new template.
    pub async fn walk_to(&self, template: Value, surge_percent: f64) -> Walk {
        Walk::begin(self, template, Share::from_percent(surge_percent)).await
    }

    /// What an autoscaler does.
    pub async fn scale(&self, replicas: u32) {
        let patch = Patch::Merge(json!({ "spec": { "replicas": replicas } }));
        self.deployments()
            .patch_scale(NAME, &PatchParams::default(), &patch)
            .await
            .expect("scaled");
    }

    /// What a CI job does: the manifest with a version, which says nothing about holds.
    pub async fn apply(&self, version: &str) {
        let manifest = self.manifest.deployment(&self.workload.namespace, NAME, version);
        self.bed.kubectl_apply(&manifest).await;
    }

    pub async fn undo(&self) {
        self.bed.kubectl_undo(&self.workload.namespace, NAME).await;
    }

    pub async fn pause(&self, paused: bool) {
        self.bed
            .kubectl_pause(&self.workload.namespace, NAME, paused)
            .await;
    }

    /// Deleted and made again under its name.
    pub async fn recreate(&self) {
        self.deployments()
            .delete(NAME, &DeleteParams::background())
            .await
            .expect("deleted");
        self.until("all pods are gone", |seen| seen.all() == 0).await;
        self.apply("1.0").await;
        self.serves("1.0").await;
    }

    /// Waits until one version serves everything, and nothing else has pods.
    pub async fn serves(&self, version: &str) -> Count {
        let wanted = self.manifest.replicas;
        let seen = self
            .until(&format!("only {version} is there"), |seen| {
                seen.ready_of(version) == wanted && seen.all() == wanted
            })
            .await;
        self.until_status("the controller is done", |status| {
            status["availableReplicas"].as_u64() == Some(u64::from(wanted))
        })
        .await;
        seen
    }

    /// Waits until the pods are so.
    pub async fn until(&self, what: &str, so: impl Fn(&Count) -> bool) -> Count {
        let begun = Instant::now();
        loop {
            if let Ok(seen) = count(&self.others, &self.workload.namespace).await {
                if so(&seen) {
                    return seen;
                }
                let spec = || async { self.object().await["spec"].to_string() };
                if begun.elapsed() > LIMIT {
                    panic!(
                        "waited {LIMIT:?} until {what}; it is {seen:?} with {}",
                        spec().await
                    );
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn until_status(&self, what: &str, so: impl Fn(&Value) -> bool) {
        let begun = Instant::now();
        loop {
            let object = self.object().await;
            if so(&object["status"]) {
                return;
            }
            assert!(
                begun.elapsed() < LIMIT,
                "waited {LIMIT:?} until {what}; it is {}",
                object["status"]
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn deployments(&self) -> Api<Deployment> {
        Api::namespaced(self.others.clone(), &self.workload.namespace)
    }
}

/// Slipway's own view of the bed, over this client.
pub fn slipway(client: Client) -> KubeWorkloads {
    let slipway = KubeWorkloads::new();
    slipway.register("bed", client);
    slipway
}

/// A template of a version with something merged in.
pub fn template_with(version: &str, extra: &Value) -> Value {
    let mut made = template(NAME, version, &json!({}));
    merge(&mut made, extra);
    made
}

/// The part of a Deployment that a release must leave as it was: its spec, but not the number of pods, and its annotations
/// but those that the controller and `kubectl apply` keep for themselves.
pub fn lasting(object: &Value) -> Value {
    let mut spec = object["spec"].clone();
    if let Some(spec) = spec.as_object_mut() {
        spec.remove("replicas");
    }
    let mut annotations = object["metadata"]["annotations"].clone();
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.retain(|key, _| {
            !key.starts_with("deployment.kubernetes.io/") && !key.starts_with("kubectl.kubernetes.io/")
        });
    }
    json!({ "spec": spec, "annotations": annotations })
}
