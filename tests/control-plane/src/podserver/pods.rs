//! The pods that are answered for, kept up to date by a watch on each cluster.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod as Object;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use serde_json::{Value, json};

use super::metrics::{Families, Metrics};
use super::{PORT, duration};
use crate::http;
use crate::stages::annotation;

/// How long the address of a deleted pod goes on answering: clients learn of it later than this process does,
/// and a real pod finishes its requests before it ends.
const LINGER: Duration = Duration::from_secs(2);

/// Standard deviation of the logarithm of an answer's time.
const LATENCY_SIGMA: f64 = 0.25;

/// One pod that answers.
#[derive(Debug)]
pub(super) struct Pod {
    /// The kubeconfig of its cluster.
    cluster: String,
    uid: String,
    pub(super) namespace: String,
    pub(super) name: String,
    /// The tag (or digest) of its first container's image.
    pub(super) version: String,
    behaviour: Mutex<Behaviour>,
    /// What a discovery of scrape targets says of it; nothing once it is deleted.
    target: Mutex<Option<Value>>,
    pub(super) metrics: Mutex<Metrics>,
    random: Mutex<ChaCha8Rng>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Behaviour {
    /// Whether its first container runs.
    alive: bool,
    error_rate: f64,
    latency: Duration,
    families: Families,
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fate {
    pub(super) code: u16,
    pub(super) delay: Duration,
}

impl Pod {
    /// Whether its process runs; if not, its port answers nothing.
    pub(super) fn is_alive(&self) -> bool {
        lock(&self.behaviour).alive
    }

    pub(super) fn families(&self) -> Families {
        lock(&self.behaviour).families
    }

    /// Draws whether the next request fails and how long it takes.
    pub(super) fn draw(&self) -> Fate {
        let behaviour = *lock(&self.behaviour);
        let mut random = lock(&self.random);
        let code = if random.random::<f64>() < behaviour.error_rate {
            500
        } else {
            200
        };
        // Box–Muller: two uniform numbers make one of the normal distribution.
        let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * random.random::<f64>()).cos();
        Fate {
            code,
            delay: behaviour.latency.mul_f64((LATENCY_SIGMA * normal).exp()),
        }
    }
}

/// All pods by address.
#[derive(Debug, Default)]
pub(super) struct Pods {
    by_address: Mutex<HashMap<Ipv4Addr, Arc<Pod>>>,
    /// How many pods of each template were seen, so that seeds do not depend on the random part of names.
    seen: Mutex<BTreeMap<(String, String), u64>>,
}

impl Pods {
    pub(super) fn at(&self, address: Ipv4Addr) -> Option<Arc<Pod>> {
        lock(&self.by_address).get(&address).cloned()
    }

    /// Drops every pod of a cluster.
    pub(super) fn forget(&self, cluster: &str) {
        lock(&self.by_address).retain(|_, pod| pod.cluster != cluster);
    }

    /// The scrape targets of the cluster whose kubeconfig's path, percent-encoded, is `cluster`: the body that
    /// Prometheus' HTTP service discovery expects.
    pub(super) fn targets(&self, cluster: &str) -> String {
        let by_address = lock(&self.by_address);
        let targets: Vec<Value> = by_address
            .values()
            .filter(|pod| http::encode(&pod.cluster) == cluster)
            .filter_map(|pod| lock(&pod.target).clone())
            .collect();
        Value::from(targets).to_string()
    }

    fn apply(&self, cluster: &str, object: &Object) {
        // A pod without a node is run by nobody: the one that stands for Prometheus.
        let Some(address) = address(object).filter(|_| has_node(object)) else {
            return;
        };
        let behaviour = behaviour(object);
        let uid = object.metadata.uid.clone().unwrap_or_default();
        if let Some(known) = self.at(address).filter(|pod| pod.uid == uid) {
            *lock(&known.behaviour) = behaviour;
            *lock(&known.target) = Some(target(address, object));
            return;
        }
        let namespace = object.metadata.namespace.clone().unwrap_or_default();
        let pod = Pod {
            cluster: cluster.to_owned(),
            uid,
            version: version(object),
            behaviour: Mutex::new(behaviour),
            target: Mutex::new(Some(target(address, object))),
            metrics: Mutex::default(),
            random: Mutex::new(self.random(&namespace, object)),
            name: object.metadata.name.clone().unwrap_or_default(),
            namespace,
        };
        lock(&self.by_address).insert(address, Arc::new(pod));
    }

    fn random(&self, namespace: &str, object: &Object) -> ChaCha8Rng {
        let labels = object.metadata.labels.as_ref();
        let template = labels
            .and_then(|labels| labels.get("pod-template-hash"))
            .cloned()
            .unwrap_or_default();
        let seed = template.bytes().fold(0_u64, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(byte.into())
        });
        let mut seen = lock(&self.seen);
        let ordinal = seen.entry((namespace.to_owned(), template)).or_default();
        *ordinal += 1;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(*ordinal);
        random
    }

    fn delete(self: &Arc<Self>, object: &Object) {
        let Some(address) = address(object) else { return };
        let uid = object.metadata.uid.clone().unwrap_or_default();
        if let Some(pod) = self.at(address).filter(|pod| pod.uid == uid) {
            *lock(&pod.target) = None;
        }
        let pods = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(LINGER).await;
            let mut by_address = lock(&pods.by_address);
            // Addresses are used again: by then it may be another pod's.
            if by_address.get(&address).is_some_and(|pod| pod.uid == uid) {
                by_address.remove(&address);
            }
        });
    }
}

/// Follows the pods of the cluster that a kubeconfig file leads to, for as long as it is let.
pub(super) async fn watch(pods: Arc<Pods>, kubeconfig: String) {
    let client = match client(&kubeconfig).await {
        Ok(client) => client,
        Err(cause) => return eprintln!("podserver: {kubeconfig}: {cause}"),
    };
    let mut events = watcher(Api::<Object>::all(client), watcher::Config::default())
        .default_backoff()
        .boxed();
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Apply(pod) | watcher::Event::InitApply(pod)) => pods.apply(&kubeconfig, &pod),
            Ok(watcher::Event::Delete(pod)) => pods.delete(&pod),
            Ok(watcher::Event::Init | watcher::Event::InitDone) => {}
            Err(cause) => eprintln!("podserver: watching pods: {cause}"),
        }
    }
}

async fn client(kubeconfig: &str) -> Result<Client, Box<dyn std::error::Error + Send + Sync>> {
    let parsed = kube::config::Kubeconfig::read_from(kubeconfig)?;
    let config = kube::Config::from_custom_kubeconfig(parsed, &Default::default()).await?;
    Ok(Client::try_from(config)?)
}

/// The meta labels that Prometheus' own discovery of pods would give.
fn target(address: Ipv4Addr, object: &Object) -> Value {
    let spec = object.spec.as_ref();
    let phase = object
        .status
        .as_ref()
        .and_then(|status| status.phase.clone())
        .unwrap_or_default();
    let mut labels = json!({
        "__meta_kubernetes_namespace": object.metadata.namespace,
        "__meta_kubernetes_pod_name": object.metadata.name,
        "__meta_kubernetes_pod_ip": address.to_string(),
        "__meta_kubernetes_pod_phase": phase,
        "__meta_kubernetes_pod_node_name": spec.and_then(|spec| spec.node_name.clone()).unwrap_or_default(),
    });
    for (name, value) in object.metadata.labels.iter().flatten() {
        let name: String = name
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter
                } else {
                    '_'
                }
            })
            .collect();
        labels[format!("__meta_kubernetes_pod_label_{name}")] = json!(value);
    }
    json!({"targets": [format!("{address}:{PORT}")], "labels": labels})
}

fn has_node(object: &Object) -> bool {
    object.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
}

fn address(object: &Object) -> Option<Ipv4Addr> {
    object.status.as_ref()?.pod_ip.as_ref()?.parse().ok()
}

/// What follows the colon of the image's last part, else the digest, else "latest".
fn version(object: &Object) -> String {
    let container = object.spec.as_ref().and_then(|spec| spec.containers.first());
    let image = container
        .and_then(|container| container.image.as_deref())
        .unwrap_or_default();
    let name = image.rsplit('/').next().unwrap_or_default();
    match (name.split_once('@'), name.split_once(':')) {
        (Some((_, digest)), _) => digest.to_owned(),
        (None, Some((_, tag))) => tag.to_owned(),
        (None, None) => "latest".to_owned(),
    }
}

fn behaviour(object: &Object) -> Behaviour {
    let annotation = |name: &str| {
        object
            .metadata
            .annotations
            .as_ref()
            .and_then(|annotations| annotations.get(name))
    };
    let statuses = object
        .status
        .as_ref()
        .and_then(|status| status.container_statuses.as_ref());
    let alive = statuses
        .and_then(|statuses| statuses.first())
        .and_then(|container| container.state.as_ref())
        .is_some_and(|state| state.running.is_some());
    Behaviour {
        alive,
        error_rate: annotation(annotation::ERROR_RATE)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0.0),
        latency: annotation(annotation::LATENCY)
            .and_then(|text| duration::parse(text))
            .unwrap_or(Duration::from_millis(2)),
        families: match annotation(annotation::METRICS).map(String::as_str) {
            Some("off") => Families::Off,
            Some("otel") => Families::Otel,
            Some("client") => Families::Client,
            _ => Families::Both,
        },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(image: &str, annotations: &[(&str, &str)]) -> Object {
        let annotations: BTreeMap<_, _> = annotations.iter().copied().collect();
        serde_json::from_value(serde_json::json!({
            "metadata": {"name": "a", "namespace": "shop", "uid": "1", "annotations": annotations},
            "spec": {"nodeName": "node-0", "containers": [{"name": "app", "image": image}]},
            "status": {"podIP": "10.244.0.7", "containerStatuses": [{"name": "app", "image": image, "imageID": "",
                "ready": true, "restartCount": 0, "state": {"running": {}}}]}}))
        .unwrap()
    }

    #[test]
    fn the_version_is_the_tag_of_the_image() {
        for (image, expected) in [
            ("registry.test:5000/team/web:2.14.0", "2.14.0"),
            ("web", "latest"),
            ("registry.test:5000/web", "latest"),
            ("registry.test/web@sha256:abc", "sha256:abc"),
        ] {
            assert_eq!(version(&pod(image, &[])), expected, "{image}");
        }
    }

    #[test]
    fn an_error_rate_is_met_in_the_long_run() {
        let pods = Pods::default();
        pods.apply("c", &pod("web:1", &[(annotation::ERROR_RATE, "0.05")]));
        let pod = pods.at(Ipv4Addr::new(10, 244, 0, 7)).unwrap();
        let errors = (0..20_000).filter(|_| pod.draw().code == 500).count();
        assert!((850..1_150).contains(&errors), "{errors} of 20000");
    }

    #[test]
    fn half_of_the_answers_are_slower_than_the_latency() {
        let pods = Pods::default();
        pods.apply("c", &pod("web:1", &[(annotation::LATENCY, "40ms")]));
        let pod = pods.at(Ipv4Addr::new(10, 244, 0, 7)).unwrap();
        let slower = (0..2_000)
            .filter(|_| pod.draw().delay > Duration::from_millis(40))
            .count();
        assert!((900..1_100).contains(&slower), "{slower} of 2000");
    }

    #[test]
    fn a_changed_annotation_changes_the_pod_and_keeps_its_counters() {
        let pods = Pods::default();
        let address = Ipv4Addr::new(10, 244, 0, 7);
        pods.apply("c", &pod("web:1", &[]));
        lock(&pods.at(address).unwrap().metrics).record(200, "GET", 0.1);
        pods.apply("c", &pod("web:1", &[(annotation::ERROR_RATE, "1")]));
        let pod = pods.at(address).unwrap();
        assert_eq!(pod.draw().code, 500);
        assert!(
            lock(&pod.metrics)
                .text(Families::Client)
                .contains("http_requests_total")
        );
    }
}
