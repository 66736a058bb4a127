//! One cluster: its objects, its controllers and its time.
//!
//! Everything in here is synchronous and deterministic: no wall clock, no threads, no hash maps. Time enters only
//! through [`World::advance`]; the same seed and the same calls give the same bytes.

use crate::clock::Clock;
use crate::fault::Faults;
use crate::kinds::Resource;
use crate::managed_fields::{self, Writer};
use crate::metrics::Recorder;
use crate::object;
use crate::pods::PodLife;
use crate::sampling::Noise;
use crate::scenario::Scenarios;
use crate::selector::LabelSelector;
use crate::store::{Change, ChangeType, Expired, Key, Store};
use crate::traffic::{Application, LatencyShares};
use crate::watch::Watches;
use crate::work::{Queue, Work};
use jiff::Timestamp;
use rand::RngCore;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How a world begins.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// Seed of everything random: names, uids, start times, traffic.
    pub seed: u64,
    /// Wall time at the start.
    pub start: Timestamp,
    /// Name of the cluster, told by `/version` and used in node names.
    pub name: String,
    /// How many nodes there are.
    pub nodes: usize,
    /// How often metrics are sampled, in simulated time; zero: never.
    pub scrape_every: Duration,
    /// How long samples are kept, in simulated time.
    pub keep_samples: Duration,
    /// How long a controller takes to notice a change, in simulated time.
    pub controller_delay: Duration,
    /// Whether `managedFields` and events are kept: they are most of the work of a write, and nothing else depends on them.
    pub keep_bookkeeping: bool,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            // Monday, 2026-01-05 08:00 UTC.
            start: Timestamp::from_second(1_767_600_000).unwrap_or(Timestamp::UNIX_EPOCH),
            name: "practice".to_owned(),
            nodes: 3,
            scrape_every: Duration::from_secs(5),
            keep_samples: Duration::from_secs(2 * 3600 + 600),
            controller_delay: Duration::from_millis(8),
            keep_bookkeeping: true,
        }
    }
}

/// How long slower bookkeeping (quota, budgets) takes.
const BOOKKEEPING_DELAY: Duration = Duration::from_millis(60);

/// A cluster in this process. See the module's page for what it promises.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) options: WorldOptions,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) queue: Queue,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) noise: Noise,
    pub(crate) watches: Watches,
    pub(crate) faults: Faults,
    pub(crate) pods: BTreeMap<String, PodLife>,
    pub(crate) applications: BTreeMap<(String, String), Application>,
    pub(crate) scenarios: Scenarios,
    pub(crate) metrics: Recorder,
    pub(crate) latency_shares: LatencyShares,
    pub(crate) broken_prometheus: Option<u16>,
    observed: u64,
}

impl World {
    /// A cluster with nodes and the usual namespaces, and nothing running.
    pub fn new(options: WorldOptions) -> Self {
        let mut world = Self {
            clock: Clock::new(options.start),
            store: Store::default(),
            queue: Queue::default(),
            rng: ChaCha8Rng::seed_from_u64(options.seed),
            // Its own stream: what clients ask for must not change the traffic.
            noise: Noise::new(options.seed ^ 0x7261_6666_6963),
            watches: Watches::default(),
            faults: Faults::default(),
            pods: BTreeMap::new(),
            applications: BTreeMap::new(),
            scenarios: Scenarios::default(),
            metrics: Recorder::new(options.scrape_every, options.keep_samples),
            latency_shares: LatencyShares::default(),
            broken_prometheus: None,
            observed: 0,
            options,
        };
        world.observed = world.store.revision();
        for namespace in ["default", "kube-system", crate::access::MONITORING] {
            world.add_namespace(namespace);
        }
        for index in 0..world.options.nodes {
            world.add_node(index);
        }
        if !world.options.scrape_every.is_zero() {
            world.queue.add(Work::Scrape, world.options.scrape_every);
        }
        world.observe();
        world
    }

    /// Throws other numbers from here on, for a copy that shall live on differently.
    pub fn reseed(&mut self, seed: u64) {
        self.rng = ChaCha8Rng::seed_from_u64(seed);
    }

    /// Simulated time since the start.
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// The world's wall time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The latest resource version.
    pub fn revision(&self) -> u64 {
        self.store.revision()
    }

    /// Lets time pass until `to` after the start, and everything happen that is due by then.
    pub fn advance(&mut self, to: Duration) {
        self.observe();
        while let Some((at, work)) = self.queue.pop(to) {
            self.clock.advance(at);
            self.perform(work);
            self.observe();
        }
        self.clock.advance(to);
    }

    /// Lets `by` pass from now.
    pub fn advance_by(&mut self, by: Duration) {
        self.advance(self.clock.elapsed() + by);
    }

    /// When the next thing happens by itself.
    pub fn next_due(&self) -> Option<Duration> {
        self.queue.next_due()
    }

    /// An object as stored.
    pub fn get(&self, resource: Resource, namespace: &str, name: &str) -> Option<Arc<Value>> {
        self.store.get(&Key::new(resource, namespace, name)).cloned()
    }

    /// The objects of one kind, of one namespace or of all.
    pub fn list(&self, resource: Resource, namespace: Option<&str>) -> Vec<Arc<Value>> {
        self.store
            .list(resource, namespace)
            .map(|(_, object)| object.clone())
            .collect()
    }

    /// Every write after a revision, the oldest first: what happened, whoever did it.
    ///
    /// # Errors
    /// [`Expired`] when some of them are no longer kept.
    pub fn changes_since(&self, revision: u64) -> Result<impl Iterator<Item = &Change>, Expired> {
        self.store.changes_since(revision)
    }

    /// Forgets the log of changes: watches that resume from before get 410.
    pub fn compact(&mut self) {
        self.store.compact();
    }

    fn perform(&mut self, work: Work) {
        match work {
            Work::Deployment(namespace, name) => self.sync_deployment(&namespace, &name),
            Work::ReplicaSet(namespace, name) => self.sync_replica_set(&namespace, &name),
            Work::Endpoints(namespace, name) => self.sync_endpoints(&namespace, &name),
            Work::Pod(namespace, name) => self.sync_pod(&namespace, &name),
            Work::Garbage(uid) => self.collect_garbage(&uid),
            Work::Quota(namespace) => self.sync_quotas(&namespace),
            Work::Disruption(namespace, name) => self.sync_disruption_budget(&namespace, &name),
            Work::Namespace(name) => self.sync_namespace(&name),
            Work::Scrape => {
                self.scrape();
                let every = self.options.scrape_every;
                self.queue.add(Work::Scrape, self.clock.elapsed() + every);
            }
        }
    }

    /// Reads the log since last time and tells the controllers.
    pub(crate) fn observe(&mut self) {
        let changes: Option<Vec<Change>> = self
            .store
            .changes_since(self.observed)
            .ok()
            .map(|changes| changes.cloned().collect());
        let changes = changes.unwrap_or_else(|| {
            // A test compacted the log under us: look at everything again.
            self.resync();
            Vec::new()
        });
        self.observed = self.store.revision();
        for change in &changes {
            self.notice(change);
        }
    }

    fn resync(&mut self) {
        let keys: Vec<Key> = [
            Resource::Deployments,
            Resource::ReplicaSets,
            Resource::Services,
            Resource::Pods,
        ]
        .into_iter()
        .flat_map(|resource| {
            self.store
                .list(resource, None)
                .map(|(key, _)| key.clone())
                .collect::<Vec<_>>()
        })
        .collect();
        let at = self.clock.elapsed() + self.options.controller_delay;
        for key in keys {
            let work = match key.resource {
                Resource::Deployments => Work::Deployment(key.namespace, key.name),
                Resource::ReplicaSets => Work::ReplicaSet(key.namespace, key.name),
                Resource::Services => Work::Endpoints(key.namespace, key.name),
                _ => Work::Pod(key.namespace, key.name),
            };
            self.queue.add(work, at);
        }
    }

    fn notice(&mut self, change: &Change) {
        let soon = self.clock.elapsed() + self.options.controller_delay;
        let later = self.clock.elapsed() + BOOKKEEPING_DELAY;
        let (namespace, name) = (change.key.namespace.clone(), change.key.name.clone());
        match change.key.resource {
            Resource::Deployments => self.queue.add(Work::Deployment(namespace, name), soon),
            Resource::ReplicaSets => {
                self.queue.add(Work::ReplicaSet(namespace.clone(), name), soon);
                if let Some(owner) = object::controller_of(&change.object) {
                    self.queue.add(
                        Work::Deployment(namespace, object::text(owner, &["name"]).to_owned()),
                        soon,
                    );
                }
            }
            Resource::Pods => self.notice_pod(change, soon, later),
            Resource::Services => self.queue.add(Work::Endpoints(namespace, name), soon),
            Resource::ResourceQuotas => self.queue.add(Work::Quota(namespace), later),
            Resource::PodDisruptionBudgets => self.queue.add(Work::Disruption(namespace, name), later),
            Resource::Namespaces if object::is_deleting(&change.object) => {
                self.queue.add(Work::Namespace(name), later);
            }
            _ => {}
        }
        if change.change == ChangeType::Deleted {
            self.queue
                .add(Work::Garbage(object::uid(&change.object).to_owned()), soon);
        }
    }

    fn notice_pod(&mut self, change: &Change, soon: Duration, later: Duration) {
        let namespace = change.key.namespace.clone();
        if change.change == ChangeType::Added {
            self.queue
                .add(Work::Pod(namespace.clone(), change.key.name.clone()), soon);
        } else if change.change == ChangeType::Modified && object::is_deleting(&change.object) {
            let due = self.termination_due(&change.object);
            self.queue
                .add(Work::Pod(namespace.clone(), change.key.name.clone()), due);
        } else if change.change == ChangeType::Deleted {
            self.pods.remove(object::uid(&change.object));
        }
        if let Some(owner) = object::controller_of(&change.object) {
            self.queue.add(
                Work::ReplicaSet(namespace.clone(), object::text(owner, &["name"]).to_owned()),
                soon,
            );
        }
        let labels = object::labels(&change.object);
        let before = change.previous.as_deref().and_then(object::labels);
        let services: Vec<String> = self
            .store
            .list(Resource::Services, Some(&namespace))
            .filter(|(_, service)| {
                let selector = LabelSelector::from_labels(object::at(service, &["spec", "selector"]));
                !selector.is_empty() && (selector.matches(labels) || selector.matches(before))
            })
            .map(|(key, _)| key.name.clone())
            .collect();
        for service in services {
            self.queue.add(Work::Endpoints(namespace.clone(), service), soon);
        }
        let budgets: Vec<String> = self
            .store
            .list(Resource::PodDisruptionBudgets, Some(&namespace))
            .map(|(key, _)| key.name.clone())
            .collect();
        for budget in budgets {
            self.queue.add(Work::Disruption(namespace.clone(), budget), later);
        }
        if self
            .store
            .list(Resource::ResourceQuotas, Some(&namespace))
            .next()
            .is_some()
        {
            self.queue.add(Work::Quota(namespace), later);
        }
    }

    /// A new uid, from the seed.
    pub(crate) fn new_uid(&mut self) -> String {
        let (high, low) = (self.rng.next_u64(), self.rng.next_u64());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 50),
            low & 0xffff_ffff_ffff
        )
    }

    /// A name suffix as `generateName` adds it: letters that form no words.
    pub(crate) fn name_suffix(&mut self) -> String {
        const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..5)
            .map(|_| char::from(LETTERS[(self.rng.next_u32() as usize) % LETTERS.len()]))
            .collect()
    }

    /// Writes an object a controller changed, if it differs; answers it as stored. New objects get uid and times.
    pub(crate) fn write(
        &mut self,
        key: Key,
        object: impl Into<Arc<Value>>,
        manager: &str,
        subresource: &str,
    ) -> Arc<Value> {
        let mut object = object.into();
        let before = self.store.get(&key).cloned();
        match &before {
            Some(before) => {
                if Arc::ptr_eq(before, &object) || *before == object {
                    return before.clone();
                }
                if key.resource == Resource::ReplicaSets
                    && subresource.is_empty()
                    && before["spec"] != object["spec"]
                {
                    let generation = object::integer(before, &["metadata", "generation"]).unwrap_or(0);
                    let object = Arc::make_mut(&mut object);
                    object::set(object, &["metadata", "generation"], json!(generation + 1));
                }
            }
            None => {
                let time = self.clock.seconds();
                self.stamp(key.resource, Arc::make_mut(&mut object), &time);
            }
        }
        // What the controllers write all the time on objects nobody else owns is not worth keeping apart by field.
        let worth = before.is_none() || key.resource == Resource::Deployments;
        if worth && self.options.keep_bookkeeping {
            let writer = Writer {
                manager,
                operation: "Update",
                subresource,
                time: &self.clock.seconds(),
            };
            managed_fields::record_update(before.as_deref(), Arc::make_mut(&mut object), &writer);
        }
        self.store.put(key, object)
    }

    /// uid, creation time and generation of a new object.
    pub(crate) fn stamp(&mut self, resource: Resource, object: &mut Value, time: &str) {
        let uid = self.new_uid();
        object::set(object, &["metadata", "uid"], json!(uid));
        object::set(object, &["metadata", "creationTimestamp"], json!(time));
        if resource.kind().has_generation() {
            object::set(object, &["metadata", "generation"], json!(1));
        }
    }

    fn add_namespace(&mut self, name: &str) {
        let mut object =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {}});
        crate::defaults::fill(Resource::Namespaces, &mut object);
        self.write(
            Key::new(Resource::Namespaces, "", name),
            object,
            "kube-apiserver",
            "",
        );
    }

    fn add_node(&mut self, index: usize) {
        let name = format!("{}-node-{}", self.options.name, index + 1);
        let time = self.clock.seconds();
        let object = json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "labels": {
                "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                "topology.kubernetes.io/zone": format!("zone-{}", ["a", "b", "c"][index % 3])}},
            "spec": {"podCIDR": format!("10.244.{index}.0/24")},
            "status": {
                "capacity": {"cpu": "16", "memory": "64Gi", "pods": "250"},
                "allocatable": {"cpu": "15", "memory": "60Gi", "pods": "250"},
                "nodeInfo": {"kubeletVersion": "v1.36.3", "operatingSystem": "linux", "architecture": "amd64",
                    "machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "6.12", "osImage": "practice",
                    "containerRuntimeVersion": "practice://1", "kubeProxyVersion": ""},
                "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady",
                    "message": "kubelet is posting ready status", "lastHeartbeatTime": time, "lastTransitionTime": time}],
            },
        });
        self.write(Key::new(Resource::Nodes, "", &name), object, "kubelet", "");
    }
}
