//! A second client that counts pods all the while, and knows nothing of Slipway.

use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::{Api, Client};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The pause between two counts.
const PAUSE: Duration = Duration::from_millis(15);

/// Pods by image tag, without those being deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    pods: BTreeMap<String, u32>,
    ready: BTreeMap<String, u32>,
}

impl Count {
    pub fn pods_of(&self, tag: &str) -> u32 {
        self.pods.get(tag).copied().unwrap_or(0)
    }

    pub fn ready_of(&self, tag: &str) -> u32 {
        self.ready.get(tag).copied().unwrap_or(0)
    }

    pub fn all(&self) -> u32 {
        self.pods.values().sum()
    }

    pub fn serving(&self) -> u32 {
        self.ready.values().sum()
    }
}

pub async fn count(client: &Client, namespace: &str) -> Result<Count, kube::Error> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let mut count = Count::default();
    for pod in pods.list(&ListParams::default()).await?.items {
        if pod.metadata.deletion_timestamp.is_some() {
            continue;
        }
        let Some(spec) = &pod.spec else { continue };
        let image = spec
            .containers
            .first()
            .and_then(|container| container.image.clone())
            .unwrap_or_default();
        let tag = image.rsplit(':').next().unwrap_or_default().to_owned();
        let conditions = pod
            .status
            .and_then(|status| status.conditions)
            .unwrap_or_default();
        let ready = conditions
            .iter()
            .any(|condition| condition.type_ == "Ready" && condition.status == "True");
        *count.pods.entry(tag.clone()).or_default() += 1;
        *count.ready.entry(tag).or_default() += u32::from(ready);
    }
    Ok(count)
}

/// Counts again and again until it is dropped.
pub struct Witness {
    seen: Arc<Mutex<Vec<Count>>>,
    looks: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Witness {
    pub fn watching(client: Client, namespace: String) -> Witness {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&seen);
        let (looked, looks) = watch::channel(0);
        let task = tokio::spawn(async move {
            loop {
                if let Ok(count) = count(&client, &namespace).await {
                    let mut seen = into.lock().unwrap();
                    if seen.last() != Some(&count) {
                        seen.push(count);
                    }
                    looked.send_modify(|looks| *looks += 1);
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        Witness { seen, looks, task }
    }

    /// Waits until it has looked at what is so now: the look under way may have begun before.
    async fn has_looked(&self) {
        let mut looks = self.looks.clone();
        let now = *looks.borrow();
        looks
            .wait_for(|looks| *looks >= now + 2)
            .await
            .expect("the witness lives");
    }

    /// Every different count since it began or was told to forget, the present one included: never none.
    pub async fn seen(&self) -> Vec<Count> {
        self.has_looked().await;
        self.seen.lock().unwrap().clone()
    }

    /// Begins anew with what is so now: a look that was under way before would bring back what is over.
    pub async fn forget(&self) {
        self.has_looked().await;
        self.seen.lock().unwrap().clear();
    }

    /// Never fewer than `replicas` pods served.
    pub async fn never_under(&self, replicas: u32) {
        for count in self.seen().await {
            assert!(count.serving() >= replicas, "under what was wanted: {count:?}");
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}
