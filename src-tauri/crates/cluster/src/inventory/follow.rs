use super::collection::{Change, Collection, keep};
use super::item::{Deployment, Kept, Owned, Service};
use super::summary::{WorkloadSummary, summary};
use crate::request::{Ask, Trouble, ask_within};
use crate::workloads::now;
use conductor::PortError;
use kube::Client;
use release::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often the cluster is asked whether it is there.
const ASK_EVERY: Duration = Duration::from_secs(10);
/// How long it may take to say so.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The workloads of one environment, followed by watches. Dropping it ends them.
pub struct Inventory {
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
}

struct Shared {
    environment: String,
    places: Mutex<BTreeMap<String, Place>>,
    contact: Mutex<(Option<PortError>, Option<Timestamp>)>,
    changes: watch::Sender<u64>,
}

/// What is known of one namespace.
#[derive(Default)]
struct Place {
    deployments: Collection<Deployment>,
    replica_sets: Collection<Owned>,
    services: Collection<Service>,
    pods: Option<Collection<Owned>>,
}

/// One look at an environment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InventoryState {
    /// By namespace and name.
    pub workloads: Vec<WorkloadSummary>,
    /// Whether the first lists are still coming, so that what is missing is not known to be missing.
    pub loading: bool,
    /// Why the cluster does not answer now, if so. What was known before is still among the workloads.
    pub out_of_contact: Option<PortError>,
    /// When the cluster answered last; `None` if never.
    pub heard: Option<Timestamp>,
    /// Namespaces that cannot be read now, and why. What was known of them before is still among the workloads.
    pub failures: BTreeMap<String, PortError>,
}

impl Drop for Inventory {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Inventory {
    /// Follows the Deployments of some namespaces; an empty list is every namespace. `pods` also follows every pod's metadata,
    /// which is the larger part of the cost. Must be called inside a tokio runtime.
    pub fn follow(
        environment: impl Into<String>,
        client: &Client,
        namespaces: &[String],
        pods: bool,
    ) -> Inventory {
        let every = [String::new()];
        let namespaces = if namespaces.is_empty() {
            &every[..]
        } else {
            namespaces
        };
        let places = namespaces
            .iter()
            .map(|namespace| {
                let place = Place {
                    pods: pods.then(Collection::default),
                    ..Place::default()
                };
                (namespace.clone(), place)
            })
            .collect();
        let shared = Arc::new(Shared {
            environment: environment.into(),
            places: Mutex::new(places),
            contact: Mutex::default(),
            changes: watch::Sender::new(0),
        });
        let mut inventory = Inventory {
            shared,
            tasks: Vec::new(),
        };
        let asks = ask_now_and_then(client.clone(), Arc::downgrade(&inventory.shared));
        inventory.tasks.push(tokio::spawn(asks));
        for namespace in namespaces {
            inventory.keep::<Deployment>(client, namespace, "apis/apps/v1", "deployments", |place| {
                Some(&mut place.deployments)
            });
            inventory.keep::<Owned>(client, namespace, "apis/apps/v1", "replicasets", |place| {
                Some(&mut place.replica_sets)
            });
            inventory.keep::<Service>(client, namespace, "api/v1", "services", |place| {
                Some(&mut place.services)
            });
            if pods {
                inventory.keep::<Owned>(client, namespace, "api/v1", "pods", |place| place.pods.as_mut());
            }
        }
        inventory
    }

    fn keep<T: Kept>(
        &mut self,
        client: &Client,
        namespace: &str,
        group: &str,
        what: &'static str,
        of: impl Fn(&mut Place) -> Option<&mut Collection<T>> + Send + Sync + 'static,
    ) {
        let path = if namespace.is_empty() {
            format!("/{group}/{what}")
        } else {
            format!("/{group}/namespaces/{namespace}/{what}")
        };
        let shared = Arc::downgrade(&self.shared);
        let namespace = namespace.to_owned();
        let title = match what {
            "deployments" => "The Deployments",
            "replicasets" => "The ReplicaSets",
            "services" => "The Services",
            _ => "The pods",
        };
        let take = move |change: Change<T>| take(&shared, &namespace, change, &of);
        self.tasks
            .push(tokio::spawn(keep(client.clone(), path, title, take)));
    }

    /// What is known now.
    pub fn state(&self) -> InventoryState {
        let places = lock(&self.shared.places);
        let (out_of_contact, heard) = lock(&self.shared.contact).clone();
        let mut state = InventoryState {
            out_of_contact,
            heard,
            ..InventoryState::default()
        };
        for (namespace, place) in places.iter() {
            state.loading |= place.loading();
            if let Some(failure) = place.failure() {
                state.failures.insert(namespace.clone(), failure.clone());
            }
            place.summaries(&self.shared.environment, &mut state.workloads);
        }
        state
            .workloads
            .sort_by(|left, right| left.workload.cmp(&right.workload));
        state
    }

    /// Pods known, of all workloads; for measuring.
    pub fn pods(&self) -> usize {
        let places = lock(&self.shared.places);
        places
            .values()
            .filter_map(|place| place.pods.as_ref())
            .map(|pods| pods.items.len())
            .sum()
    }

    /// Whether the pod with this uid is known, of any workload; for measuring.
    pub fn knows_pod(&self, uid: &str) -> bool {
        let places = lock(&self.shared.places);
        let mut pods = places.values().filter_map(|place| place.pods.as_ref());
        pods.any(|pods| pods.items.contains_key(uid))
    }

    /// Tells of every change. Changes come in bursts: gather them before reading the state.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A watch says nothing of a cluster that hangs: only a question does.
async fn ask_now_and_then(client: Client, shared: Weak<Shared>) {
    loop {
        let answer = ask_within(&client, Ask::get("/version"), ANSWER_TIMEOUT).await;
        let Some(shared) = shared.upgrade() else { return };
        {
            let mut contact = lock(&shared.contact);
            match answer {
                Ok(_) => *contact = (None, Some(now())),
                // Who answers with an error answers.
                Err(trouble @ (Trouble::NotSent(_) | Trouble::NoAnswer(_))) => {
                    contact.0 = Some(trouble.of_read("The cluster"))
                }
                Err(_) => *contact = (None, Some(now())),
            }
        }
        shared.changes.send_modify(|count| *count += 1);
        drop(shared);
        tokio::time::sleep(ASK_EVERY).await;
    }
}

fn take<T: Kept>(
    shared: &Weak<Shared>,
    namespace: &str,
    change: Change<T>,
    of: &impl Fn(&mut Place) -> Option<&mut Collection<T>>,
) -> bool {
    let Some(shared) = shared.upgrade() else {
        return false;
    };
    if let Some(collection) = lock(&shared.places).get_mut(namespace).and_then(of) {
        collection.take(change);
    }
    shared.changes.send_modify(|count| *count += 1);
    true
}

impl Place {
    /// Services and ReplicaSets that may not be read are missing, and nothing waits for them.
    fn loading(&self) -> bool {
        let open = |complete: bool, failed: bool| !complete && !failed;
        open(self.deployments.complete, self.deployments.failure.is_some())
            || open(self.replica_sets.complete, self.replica_sets.failure.is_some())
            || open(self.services.complete, self.services.failure.is_some())
            || self
                .pods
                .as_ref()
                .is_some_and(|pods| open(pods.complete, pods.failure.is_some()))
    }

    fn failure(&self) -> Option<&PortError> {
        self.deployments.failure.as_ref()
    }

    fn summaries(&self, environment: &str, into: &mut Vec<WorkloadSummary>) {
        let mut sets: HashMap<&str, Vec<&Owned>> = HashMap::new();
        for set in self.replica_sets.items.values() {
            sets.entry(&set.owner).or_default().push(set);
        }
        let mut pods: HashMap<&str, u32> = HashMap::new();
        for pod in self
            .pods
            .iter()
            .flat_map(|pods| pods.items.values())
            .filter(|pod| !pod.terminating)
        {
            *pods.entry(&pod.owner).or_default() += 1;
        }
        let mut services: HashMap<&str, Vec<&Service>> = HashMap::new();
        for service in self
            .services
            .items
            .values()
            .filter(|service| !service.spec.selector.is_empty())
        {
            services
                .entry(&service.metadata.namespace)
                .or_default()
                .push(service);
        }
        for deployment in self.deployments.items.values() {
            let mut one = summary(environment, deployment);
            let revision: Option<i64> = deployment
                .metadata
                .annotations
                .revision
                .as_ref()
                .and_then(|text| text.parse().ok());
            let own = sets.get(one.uid.as_str()).map(Vec::as_slice).unwrap_or_default();
            if let Some(current) = own
                .iter()
                .find(|set| revision.is_some() && set.revision == revision)
            {
                one.since = current.created;
            }
            one.other_revisions = u32::try_from(own.len()).unwrap_or(u32::MAX).saturating_sub(1);
            one.pods = self
                .pods
                .as_ref()
                .map(|_| own.iter().filter_map(|set| pods.get(set.uid.as_str())).sum());
            let labels = &deployment.spec.template.labels;
            let candidates = services
                .get(one.workload.namespace.as_str())
                .map(Vec::as_slice)
                .unwrap_or_default();
            one.services = candidates
                .iter()
                .filter(|service| {
                    service
                        .spec
                        .selector
                        .iter()
                        .all(|(key, value)| labels.get(key) == Some(value))
                })
                .map(|service| service.metadata.name.clone())
                .collect();
            one.services.sort();
            into.push(one);
        }
    }
}
