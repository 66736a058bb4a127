//! Counters of every pod, sampled into a ring: what Prometheus would have scraped.

use crate::kinds::Resource;
use crate::model_server::{self, ModelCounters, ModelField};
use crate::object;
use crate::scenario::application_of;
use crate::workload::HASH_LABEL;
use crate::world::World;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Upper bounds of the latency buckets in seconds, without +Inf: fine where the applications' latencies lie.
pub const BOUNDS: [f64; 15] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0,
];

/// Buckets, +Inf included.
pub const BUCKETS: usize = BOUNDS.len() + 1;

/// Status codes that the applications answer.
pub const CODES: [&str; 4] = ["200", "404", "500", "503"];

/// What a pod has counted since it started.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// Requests per status code and latency bucket; not cumulative.
    pub requests: [[u32; BUCKETS]; CODES.len()],
    /// Seconds spent on requests, per status code.
    pub seconds: [f64; CODES.len()],
    /// CPU seconds used.
    pub cpu: f64,
    /// Memory in use, bytes.
    pub memory: f64,
    /// Restarts of the container.
    pub restarts: u32,
    /// What a model server counts beside; none for any other application.
    pub model: Option<Box<ModelCounters>>,
}

/// Counters at one moment.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Milliseconds since the Unix epoch.
    pub at: i64,
    /// The counters then.
    pub counters: Counters,
}

/// Labels of a series, without the metric's name.
pub type Labels = BTreeMap<String, String>;

/// Everything sampled of one pod.
#[derive(Clone, Debug)]
pub struct PodSamples {
    /// namespace, pod, container, app, version, pod_template_hash, job, instance.
    pub labels: Arc<Labels>,
    /// Oldest first.
    pub samples: VecDeque<Sample>,
    /// When the pod was first missing, milliseconds since the Unix epoch.
    pub ended: Option<i64>,
    pub(crate) now: Counters,
    pub(crate) serving_since: Option<Duration>,
}

/// The samples of a world.
#[derive(Clone, Debug)]
pub struct Recorder {
    every: Duration,
    keep: Duration,
    pods: BTreeMap<(String, String), PodSamples>,
}

impl Recorder {
    /// A recorder that samples each `every` and keeps samples for `keep`, both in simulated time.
    pub fn new(every: Duration, keep: Duration) -> Self {
        Self {
            every,
            keep,
            pods: BTreeMap::new(),
        }
    }

    /// Time between samples.
    pub fn every(&self) -> Duration {
        self.every
    }

    /// All pods seen lately, by namespace and name.
    pub fn pods(&self) -> impl Iterator<Item = &PodSamples> {
        self.pods.values()
    }

    pub(crate) fn pod(&mut self, namespace: &str, pod: &Value) -> &mut PodSamples {
        let key = (namespace.to_owned(), object::name(pod).to_owned());
        self.pods.entry(key).or_insert_with(|| PodSamples {
            labels: Arc::new(labels_of(namespace, pod)),
            samples: VecDeque::new(),
            ended: None,
            now: Counters::default(),
            serving_since: None,
        })
    }

    /// Since when a pod has served, in simulated time.
    pub(crate) fn serving_since(&self, namespace: &str, name: &str) -> Option<Duration> {
        let key = (namespace.to_owned(), name.to_owned());
        self.pods.get(&key)?.serving_since
    }

    /// Takes a sample of every pod in `present`, ends the others, and drops what is too old.
    pub(crate) fn sample(&mut self, at: i64, present: &[(String, String)]) {
        let oldest = at - i64::try_from(self.keep.as_millis()).unwrap_or(i64::MAX / 2);
        for (key, pod) in &mut self.pods {
            if present.binary_search(key).is_ok() {
                pod.samples.push_back(Sample {
                    at,
                    counters: pod.now.clone(),
                });
            } else if pod.ended.is_none() {
                pod.ended = Some(at);
            }
            while pod.samples.front().is_some_and(|sample| sample.at < oldest) {
                pod.samples.pop_front();
            }
        }
        self.pods.retain(|_, pod| !pod.samples.is_empty());
    }
}

fn labels_of(namespace: &str, pod: &Value) -> Labels {
    let container = object::items(pod, &["spec", "containers"])
        .first()
        .cloned()
        .unwrap_or(Value::Null);
    let image = object::text(&container, &["image"]);
    let version = image
        .rsplit('/')
        .next()
        .and_then(|name| name.split_once(':'))
        .map_or("", |(_, tag)| tag);
    let hash = object::text(pod, &["metadata", "labels", HASH_LABEL]).to_owned();
    let app = application_of(pod).to_owned();
    let address = object::text(pod, &["status", "podIP"]);
    [
        ("namespace", namespace.to_owned()),
        ("pod", object::name(pod).to_owned()),
        ("container", object::text(&container, &["name"]).to_owned()),
        ("app", app.clone()),
        ("version", version.to_owned()),
        ("pod_template_hash", hash),
        ("job", app),
        ("instance", format!("{address}:9100")),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// One number of the counters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field {
    /// Requests with one code.
    Requests(usize),
    /// Requests up to a bucket's bound, all codes.
    Bucket(usize),
    /// Seconds of all requests.
    Seconds,
    /// All requests.
    Count,
    /// Requests with one code up to a bucket's bound.
    CodeBucket(usize, usize),
    /// Seconds of the requests with one code.
    CodeSeconds(usize),
    /// CPU seconds.
    Cpu,
    /// Memory in bytes.
    Memory,
    /// Restarts.
    Restarts,
    /// 1 while the pod is there.
    Up,
    /// A number of a model server.
    Model(ModelField),
}

impl Field {
    /// The number in a sample.
    pub fn of(self, counters: &Counters) -> f64 {
        let code = |code: usize| {
            counters.requests[code]
                .iter()
                .map(|count| f64::from(*count))
                .sum::<f64>()
        };
        let up_to = |code: usize, bucket: usize| up_to(&counters.requests[code], bucket);
        match self {
            Self::Requests(index) => code(index),
            Self::Bucket(bucket) => (0..CODES.len()).map(|code| up_to(code, bucket)).sum(),
            Self::Seconds => counters.seconds.iter().sum(),
            Self::Count => (0..CODES.len()).map(code).sum(),
            Self::CodeBucket(code, bucket) => up_to(code, bucket),
            Self::CodeSeconds(code) => counters.seconds[code],
            Self::Cpu => counters.cpu,
            Self::Memory => counters.memory,
            Self::Restarts => f64::from(counters.restarts),
            Self::Up => 1.0,
            Self::Model(field) => counters.model.as_ref().map_or(0.0, |model| field.of(model)),
        }
    }
}

/// Observations up to a bucket's bound.
pub(crate) fn up_to(buckets: &[u32; BUCKETS], bucket: usize) -> f64 {
    buckets[..=bucket].iter().map(|count| f64::from(*count)).sum()
}

/// The label of a bucket.
pub(crate) fn bound(bucket: usize) -> String {
    BOUNDS
        .get(bucket)
        .map_or_else(|| "+Inf".to_owned(), f64::to_string)
}

/// The names of all metrics.
pub const NAMES: &[&str] = &[
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "http_request_duration_seconds_bucket",
    "http_request_duration_seconds_count",
    "http_request_duration_seconds_sum",
    "http_requests_total",
    "http_server_request_duration_seconds_bucket",
    "http_server_request_duration_seconds_count",
    "http_server_request_duration_seconds_sum",
    "kube_pod_container_status_restarts_total",
    "up",
    "vllm:generation_tokens_total",
    "vllm:inter_token_latency_seconds_bucket",
    "vllm:inter_token_latency_seconds_count",
    "vllm:inter_token_latency_seconds_sum",
    "vllm:kv_cache_usage_perc",
    "vllm:num_requests_running",
    "vllm:num_requests_waiting",
    "vllm:request_success_total",
    "vllm:time_to_first_token_seconds_bucket",
    "vllm:time_to_first_token_seconds_count",
    "vllm:time_to_first_token_seconds_sum",
];

/// The series of one metric per pod: extra labels and the number behind them.
pub fn fields(name: &str) -> Vec<(Vec<(&'static str, String)>, Field)> {
    let status = |code: usize| ("http_response_status_code", CODES[code].to_owned());
    let codes = 0..CODES.len();
    match name {
        "http_requests_total" => codes
            .map(|code| {
                let labels = vec![("code", CODES[code].to_owned()), ("method", "GET".to_owned())];
                (labels, Field::Requests(code))
            })
            .collect(),
        "http_request_duration_seconds_bucket" => (0..BUCKETS)
            .map(|bucket| (vec![("le", bound(bucket))], Field::Bucket(bucket)))
            .collect(),
        "http_request_duration_seconds_sum" => vec![(vec![], Field::Seconds)],
        "http_request_duration_seconds_count" => vec![(vec![], Field::Count)],
        "http_server_request_duration_seconds_bucket" => codes
            .flat_map(|code| {
                (0..BUCKETS).map(move |bucket| {
                    (
                        vec![status(code), ("le", bound(bucket))],
                        Field::CodeBucket(code, bucket),
                    )
                })
            })
            .collect(),
        "http_server_request_duration_seconds_sum" => codes
            .map(|code| (vec![status(code)], Field::CodeSeconds(code)))
            .collect(),
        "http_server_request_duration_seconds_count" => codes
            .map(|code| (vec![status(code)], Field::Requests(code)))
            .collect(),
        "container_cpu_usage_seconds_total" => vec![(vec![], Field::Cpu)],
        "container_memory_working_set_bytes" => vec![(vec![], Field::Memory)],
        "kube_pod_container_status_restarts_total" => vec![(vec![], Field::Restarts)],
        "up" => vec![(vec![], Field::Up)],
        _ => model_server::fields(name),
    }
}

impl PodSamples {
    /// Whether the pod has this number at all.
    pub(crate) fn has(&self, field: Field) -> bool {
        !matches!(field, Field::Model(_)) || self.now.model.is_some()
    }
}

impl World {
    /// One scrape: traffic since the last one is counted, and every running pod of a known application is sampled.
    pub(crate) fn scrape(&mut self) {
        self.serve_traffic();
        let mut present = Vec::new();
        for (key, pod) in self.store.list(Resource::Pods, None) {
            let app = application_of(pod).to_owned();
            let known = self.applications.contains_key(&(key.namespace.clone(), app));
            if known && !self.is_silent(pod) && !object::text(pod, &["status", "podIP"]).is_empty() {
                let samples = self.metrics.pod(&key.namespace, pod);
                samples.now.restarts = object::items(pod, &["status", "containerStatuses"])
                    .iter()
                    .filter_map(|status| object::integer(status, &["restartCount"]))
                    .sum::<i64>()
                    .try_into()
                    .unwrap_or(u32::MAX);
                present.push((key.namespace.clone(), key.name.clone()));
            }
        }
        self.metrics.sample(self.clock.now().as_millisecond(), &present);
    }
}
