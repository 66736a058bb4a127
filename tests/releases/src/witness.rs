//! A second client, which counts pods and reads the Deployment itself.

use control_plane::{ControlPlane, User};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use serde_json::{Value, json};

/// Reads one Deployment and its pods as the administrator.
pub struct Witness {
    deployments: Api<Deployment>,
    pods: Api<Pod>,
    name: String,
}

/// What the second client saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Ready pods by the tag of their image that are not on their way out.
    pub ready: std::collections::BTreeMap<String, usize>,
    /// The image's tag in the Deployment's template.
    pub wanted: String,
}

impl Seen {
    pub fn of(&self, version: &str) -> usize {
        self.ready.get(version).copied().unwrap_or(0)
    }
}

impl Witness {
    pub async fn new(plane: &ControlPlane, namespace: &str, name: &str) -> Witness {
        let client = plane.client(User::Admin).await.expect("a client");
        Witness {
            deployments: Api::namespaced(client.clone(), namespace),
            pods: Api::namespaced(client, namespace),
            name: name.to_owned(),
        }
    }

    /// What a release must leave as it was: the template, the number of pods, and how they are replaced.
    pub async fn deployment(&self) -> Value {
        let found = self.deployments.get(&self.name).await.expect("the Deployment");
        let found = serde_json::to_value(found).expect("an object");
        let spec = &found["spec"];
        json!({
            "template": spec["template"], "replicas": spec["replicas"], "strategy": spec["strategy"],
            "minReadySeconds": spec["minReadySeconds"], "paused": spec["paused"],
            "progressDeadlineSeconds": spec["progressDeadlineSeconds"],
        })
    }

    /// The Deployment's generation: it grows with every change of what is wanted.
    pub async fn generation(&self) -> Option<i64> {
        let found = self.deployments.get(&self.name).await.expect("the Deployment");
        found.metadata.generation
    }

    pub async fn look(&self) -> Seen {
        let mut ready = std::collections::BTreeMap::new();
        let pods = self.pods.list(&Default::default()).await.expect("the pods");
        for pod in pods.items.iter().filter(|pod| serves(pod)) {
            let image = pod
                .spec
                .as_ref()
                .and_then(|spec| spec.containers[0].image.clone());
            *ready.entry(tag(&image.unwrap_or_default())).or_default() += 1;
        }
        let deployment = self.deployment().await;
        let image = deployment["template"]["spec"]["containers"][0]["image"].as_str();
        Seen {
            ready,
            wanted: tag(image.unwrap_or_default()),
        }
    }
}

fn tag(image: &str) -> String {
    image.rsplit(':').next().unwrap_or_default().to_owned()
}

fn serves(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    let ready = conditions
        .into_iter()
        .flatten()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True");
    ready && pod.metadata.deletion_timestamp.is_none()
}
