//! Which version's pods serve in each namespace, as a watch of its own tells it.

use super::terms::{NEW, OLD};
use crate::pods::is_ready;
use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Follows all pods of a cluster until it is dropped.
pub struct Serving {
    pods: Arc<Mutex<BTreeMap<(String, String), One>>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct One {
    is_new: bool,
    serves: bool,
}

/// Pods of one namespace that are not being deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Ready pods of the old version.
    pub old: usize,
    /// Ready pods of the new version.
    pub new: usize,
    /// Pods of the new version, Ready or not.
    pub new_at_all: usize,
}

impl Serving {
    /// With this client.
    pub fn of(client: Client) -> Serving {
        let pods = Arc::<Mutex<BTreeMap<_, _>>>::default();
        let task = tokio::spawn(follow(client, pods.clone()));
        Serving { pods, task }
    }

    /// What is seen at this moment.
    pub fn look(&self, namespace: &str) -> Seen {
        let mut seen = Seen::default();
        let pods = lock(&self.pods);
        for (_, pod) in pods.iter().filter(|((of, _), _)| of == namespace) {
            seen.old += usize::from(!pod.is_new && pod.serves);
            seen.new += usize::from(pod.is_new && pod.serves);
            seen.new_at_all += usize::from(pod.is_new);
        }
        seen
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(client: Client, pods: Arc<Mutex<BTreeMap<(String, String), One>>>) {
    let mut events = watcher(Api::<Pod>::all(client), watcher::Config::default())
        .default_backoff()
        .boxed();
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Apply(pod) | watcher::Event::InitApply(pod)) => {
                match one(&pod) {
                    Some(one) => lock(&pods).insert(key(&pod), one),
                    None => lock(&pods).remove(&key(&pod)),
                };
            }
            Ok(watcher::Event::Delete(pod)) => {
                lock(&pods).remove(&key(&pod));
            }
            Ok(watcher::Event::Init | watcher::Event::InitDone) | Err(_) => {}
        }
    }
}

fn key(pod: &Pod) -> (String, String) {
    let metadata = &pod.metadata;
    (
        metadata.namespace.clone().unwrap_or_default(),
        metadata.name.clone().unwrap_or_default(),
    )
}

/// Nothing for a pod that is being deleted, or of neither version.
fn one(pod: &Pod) -> Option<One> {
    if pod.metadata.deletion_timestamp.is_some() {
        return None;
    }
    let image = pod.spec.as_ref()?.containers.first()?.image.as_deref()?;
    let tag = image.rsplit(':').next()?;
    let is_new = tag == NEW;
    if !is_new && tag != OLD {
        return None;
    }
    let serves = is_ready(pod);
    Some(One { is_new, serves })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
