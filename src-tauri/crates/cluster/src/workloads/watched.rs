use super::pods::Pod;
use super::read;
use super::view::{Parts, newer};
use crate::field::text;
use crate::request::{Trouble, of_client_error};
use conductor::{Manifest, Observed, PortError, WorkloadRef};
use futures::StreamExt;
use kube::api::{ApiResource, DynamicObject};
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// For how long what the watches said is taken as fresh without a sign of life from the API server.
const FRESH: Duration = Duration::from_secs(3);
/// The wait after a watch that broke.
const RETRY: Duration = Duration::from_millis(500);
/// The wait after a watch that is refused.
const REFUSED_RETRY: Duration = Duration::from_secs(30);

/// What is followed. Also the index of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Followed {
    Deployment = 0,
    ReplicaSets = 1,
    Pods = 2,
}

/// One workload with its ReplicaSets and pods, followed by watches.
pub(crate) struct Watched {
    client: Client,
    connection: u64,
    at: WorkloadRef,
    cache: Mutex<Cache>,
    changes: watch::Sender<u64>,
    following: Mutex<Following>,
}

#[derive(Default)]
struct Cache {
    deployment: Option<Manifest>,
    /// By uid.
    replica_sets: HashMap<String, Manifest>,
    /// By uid.
    pods: HashMap<String, Pod>,
    complete: [bool; 3],
    pods_forbidden: bool,
    heard: Option<Instant>,
}

#[derive(Default)]
struct Following {
    selector: String,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        for task in &lock(&self.following).tasks {
            task.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watched {
    pub fn start(client: Client, connection: u64, at: WorkloadRef) -> Arc<Watched> {
        Arc::new(Watched {
            client,
            connection,
            at,
            cache: Mutex::default(),
            changes: watch::Sender::new(0),
            following: Mutex::default(),
        })
    }

    /// Which connection it was made for.
    pub fn connection(&self) -> u64 {
        self.connection
    }

    /// The workload now: from the watches if they are complete and the API server gave a sign of life lately; else a read of the
    /// Deployment confirms them; else everything is read.
    pub async fn observe(self: &Arc<Self>) -> Result<Observed, PortError> {
        if let Some(seen) = self.known(true) {
            return Ok(seen);
        }
        let deployment = match read::deployment(&self.client, &self.at).await {
            Ok(deployment) => deployment,
            Err(error) => {
                if error.code == "workload-gone" {
                    lock(&self.cache).deployment = None;
                }
                return Err(error);
            }
        };
        self.follow(&read::selector(&deployment));
        if self.confirms(&deployment)
            && let Some(seen) = self.known(false)
        {
            return Ok(seen);
        }
        let objects = read::rest(&self.client, &self.at, deployment).await?;
        Ok(objects.observed())
    }

    /// Waits until the view differs from `seen`, at most as long as what the watches say is taken as fresh.
    pub async fn changed(self: &Arc<Self>, seen: &Observed) {
        let mut changes = self.changes.subscribe();
        let until = Instant::now() + FRESH;
        loop {
            let differs = self.known(false).is_some_and(|now| now.view != seen.view);
            if differs {
                return;
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(until) => return,
            }
        }
    }

    /// Takes the object over that the API server answered to an own act.
    pub fn accepted(&self, object: &Manifest) {
        let mut cache = lock(&self.cache);
        cache.heard = Some(Instant::now());
        if cache.deployment.is_some() {
            cache.put_deployment(object.clone());
        }
        drop(cache);
        self.changes.send_modify(|count| *count += 1);
    }

    /// What is known may be behind: the next look asks.
    pub fn doubt(&self) {
        lock(&self.cache).heard = None;
    }

    fn known(&self, must_be_fresh: bool) -> Option<Observed> {
        let cache = lock(&self.cache);
        let complete = cache.complete[Followed::Deployment as usize]
            && cache.complete[Followed::ReplicaSets as usize]
            && (cache.complete[Followed::Pods as usize] || cache.pods_forbidden);
        let fresh = cache.heard.is_some_and(|heard| heard.elapsed() < FRESH);
        if !complete || must_be_fresh && !fresh {
            return None;
        }
        let deployment = cache.deployment.as_ref()?;
        let parts = Parts {
            deployment,
            replica_sets: cache.replica_sets.values().collect(),
            pods: (!cache.pods_forbidden).then(|| cache.pods.values().collect()),
        };
        Some(parts.observed(read::now()))
    }

    /// Whether the Deployment just read is the one that the watch knows. If so, the watches are fresh again; if the watch
    /// is behind, it stays in doubt until it has caught up.
    fn confirms(&self, deployment: &Value) -> bool {
        let mut cache = lock(&self.cache);
        let same = cache.deployment.as_ref().is_some_and(|known| {
            text(known, "/metadata/uid") == text(deployment, "/metadata/uid")
                && version(known) >= version(deployment)
        });
        if same {
            cache.heard = Some(Instant::now());
        }
        same
    }

    /// Starts the watches, or starts them again if the selector is another one.
    fn follow(self: &Arc<Self>, selector: &str) {
        let mut following = lock(&self.following);
        if !following.tasks.is_empty() && following.selector == selector {
            return;
        }
        for task in following.tasks.drain(..) {
            task.abort();
        }
        *lock(&self.cache) = Cache::default();
        selector.clone_into(&mut following.selector);
        for what in [Followed::Deployment, Followed::ReplicaSets, Followed::Pods] {
            let task = follow(
                Arc::downgrade(self),
                self.client.clone(),
                self.at.clone(),
                selector.to_owned(),
                what,
            );
            following.tasks.push(tokio::spawn(task));
        }
    }

    fn take(&self, what: Followed, event: Event<DynamicObject>, fresh: &mut HashMap<String, Value>) {
        let mut cache = lock(&self.cache);
        cache.heard = Some(Instant::now());
        match event {
            Event::Init => {
                fresh.clear();
                return;
            }
            Event::InitApply(object) => {
                let (uid, object) = entry(object);
                fresh.insert(uid, object);
                return;
            }
            Event::InitDone => {
                let objects = std::mem::take(fresh);
                cache.complete[what as usize] = true;
                match what {
                    Followed::Deployment => match objects.into_values().next() {
                        Some(object) => cache.put_deployment(object.into()),
                        None => cache.deployment = None,
                    },
                    Followed::ReplicaSets => {
                        cache.replica_sets =
                            objects.into_iter().map(|(uid, set)| (uid, set.into())).collect();
                    }
                    Followed::Pods => {
                        cache.pods_forbidden = false;
                        cache.pods = objects
                            .iter()
                            .map(|(uid, pod)| (uid.clone(), Pod::read(pod)))
                            .collect();
                    }
                }
            }
            Event::Apply(object) => {
                let (uid, object) = entry(object);
                match what {
                    Followed::Deployment => cache.put_deployment(object.into()),
                    Followed::ReplicaSets => {
                        let set = newer(object, cache.replica_sets.get(&uid));
                        cache.replica_sets.insert(uid, set);
                    }
                    Followed::Pods => drop(cache.pods.insert(uid, Pod::read(&object))),
                }
            }
            Event::Delete(object) => {
                let uid = object.metadata.uid.unwrap_or_default();
                match what {
                    Followed::Deployment => {
                        if cache
                            .deployment
                            .as_ref()
                            .is_some_and(|known| text(known, "/metadata/uid") == uid)
                        {
                            cache.deployment = None;
                        }
                    }
                    Followed::ReplicaSets => drop(cache.replica_sets.remove(&uid)),
                    Followed::Pods => drop(cache.pods.remove(&uid)),
                }
            }
        }
        drop(cache);
        self.changes.send_modify(|count| *count += 1);
    }

    /// A watch broke. The watcher starts it again; until it is complete, everything is read directly.
    fn lost(&self, what: Followed, refused: bool) {
        let mut cache = lock(&self.cache);
        cache.complete[what as usize] = false;
        if what == Followed::Pods && refused {
            cache.pods_forbidden = true;
        }
    }
}

impl Cache {
    /// The answer to an own act may be newer than an event that was on its way.
    fn put_deployment(&mut self, object: Manifest) {
        let older = self.deployment.as_ref().is_some_and(|known| {
            text(known, "/metadata/uid") == text(&object, "/metadata/uid")
                && version(known) > version(&object)
        });
        if !older {
            self.deployment = Some(newer(object, self.deployment.as_ref()));
        }
    }
}

/// The resourceVersion as a number (comparable by KEP-5504); 0 if it is none.
fn version(object: &Value) -> u128 {
    text(object, "/metadata/resourceVersion").parse().unwrap_or(0)
}

fn entry(object: DynamicObject) -> (String, Value) {
    let uid = object.metadata.uid.clone().unwrap_or_default();
    (uid, serde_json::to_value(object).unwrap_or(Value::Null))
}

async fn follow(watched: Weak<Watched>, client: Client, at: WorkloadRef, selector: String, what: Followed) {
    let resource = match what {
        Followed::Deployment => ApiResource::erase::<k8s_openapi::api::apps::v1::Deployment>(&()),
        Followed::ReplicaSets => ApiResource::erase::<k8s_openapi::api::apps::v1::ReplicaSet>(&()),
        Followed::Pods => ApiResource::erase::<k8s_openapi::api::core::v1::Pod>(&()),
    };
    let config = match what {
        Followed::Deployment => watcher::Config::default().fields(&format!("metadata.name={}", at.name)),
        _ => watcher::Config::default().labels(&selector),
    };
    let api: Api<DynamicObject> = Api::namespaced_with(client, &at.namespace, &resource);
    let mut events = std::pin::pin!(watcher(api, config));
    let mut fresh = HashMap::new();
    while let Some(event) = events.next().await {
        let Some(watched) = watched.upgrade() else { return };
        match event {
            Ok(event) => watched.take(what, event, &mut fresh),
            Err(error) => {
                let refused = is_refusal(&error);
                tracing::debug!(workload = %at.name, ?what, %error, "a watch broke");
                // An expired resourceVersion is everyday life; what is known stays right until the new list is there.
                if !is_expiry(&error) {
                    watched.lost(what, refused);
                }
                drop(watched);
                tokio::time::sleep(if refused { REFUSED_RETRY } else { RETRY }).await;
            }
        }
    }
}

fn trouble(error: &watcher::Error) -> Option<Trouble> {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => Some(of_client_error(error)),
        watcher::Error::WatchError(_) | watcher::Error::NoResourceVersion => None,
    }
}

fn is_refusal(error: &watcher::Error) -> bool {
    trouble(error).is_some_and(|trouble| trouble.is_status(403))
}

fn is_expiry(error: &watcher::Error) -> bool {
    matches!(error, watcher::Error::WatchError(status) if status.code == 410)
}
