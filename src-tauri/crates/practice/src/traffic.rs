//! Traffic: how many requests each pod gets, how many of them fail, and how long they take.

use crate::kinds::Resource;
use crate::metrics::{BOUNDS, BUCKETS};
use crate::model_server::{Asked, ModelServer};
use crate::object;
use crate::replicaset_controller::is_ready;
use crate::sampling::{Noise, binomial, normal, normal_cdf, poisson};
use crate::scenario::{Scenario, application_of};
use crate::seed_data::Profile;
use crate::workload::HASH_LABEL;
use crate::world::World;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What the users of an application do.
#[derive(Clone, Debug)]
pub struct Application {
    /// Mean requests per second over all pods.
    pub rate: f64,
    /// Share of requests that fail when all is well.
    pub error_ratio: f64,
    /// Median latency in seconds.
    pub latency_median: f64,
    /// Standard deviation of the latency's logarithm.
    pub latency_spread: f64,
    /// How it writes, if it is a model server.
    pub model: Option<ModelServer>,
}

/// How long a bad version serves before its errors begin, or before it falls silent.
pub(crate) const SPIKE_AFTER: Duration = Duration::from_secs(40);

/// What one pod does with its requests now.
struct Behaviour {
    error_ratio: f64,
    latency_median: f64,
    /// How many times as long as usual everything takes.
    slower: f64,
}

impl World {
    /// Gives an application of the catalogue its traffic.
    pub(crate) fn add_application(&mut self, namespace: &str, profile: &Profile, rate: f64) {
        let application = Application {
            rate,
            error_ratio: profile.error_ratio,
            latency_median: profile.latency_median,
            latency_spread: profile.latency_spread,
            model: profile.model,
        };
        self.set_traffic(namespace, profile.name, application);
    }

    /// Gives any application traffic; its pods are those with the label `app.kubernetes.io/name` (or `app`).
    pub fn set_traffic(&mut self, namespace: &str, app: &str, application: Application) {
        self.applications
            .insert((namespace.to_owned(), app.to_owned()), application);
    }

    /// The requests of one sampling interval, spread over the ready pods as a balancer does.
    pub(crate) fn serve_traffic(&mut self) {
        let interval = self.metrics.every();
        let mut serving: BTreeMap<(String, String), Vec<Arc<Value>>> = BTreeMap::new();
        for (key, pod) in self.store.list(Resource::Pods, None) {
            if is_ready(pod) && !object::is_deleting(pod) {
                let app = (key.namespace.clone(), application_of(pod).to_owned());
                serving.entry(app).or_default().push(pod.clone());
            }
        }
        let applications: Vec<((String, String), Application)> = self
            .applications
            .iter()
            .map(|(key, application)| (key.clone(), application.clone()))
            .collect();
        for (index, (key, application)) in applications.into_iter().enumerate() {
            let Some(pods) = serving.get(&key) else { continue };
            let quiet = self.scenarios.chosen(&key.0, &key.1) == Scenario::TooLittleTraffic;
            let rate = application.rate * self.load(index) * if quiet { 0.01 } else { 1.0 };
            let each = rate * interval.as_secs_f64() / pods.len() as f64;
            for pod in pods {
                self.serve_pod(&key, pod, &application, each, interval);
            }
        }
    }

    /// The load now as a multiple of the mean: a mild day, minutes of more and less, and noise.
    fn load(&mut self, index: usize) -> f64 {
        let seconds = self.clock.unix();
        let phase = index as f64;
        let day = 0.15 * (std::f64::consts::TAU * (seconds / 86_400.0 - 0.35)).sin();
        let minutes = 0.04 * (seconds / 97.0 + phase).sin() + 0.03 * (seconds / 31.0 + 2.0 * phase).sin();
        (1.0 + day + minutes + 0.015 * normal(&mut self.noise)).max(0.05)
    }

    fn serve_pod(
        &mut self,
        (namespace, app): &(String, String),
        pod: &Value,
        application: &Application,
        mean: f64,
        interval: Duration,
    ) {
        let now = self.clock.elapsed();
        let samples = self.metrics.pod(namespace, pod);
        let since = *samples.serving_since.get_or_insert(now);
        let mut counters = std::mem::take(&mut samples.now);
        let behaviour = self.behaviour(namespace, app, pod, application, now.saturating_sub(since));
        let total = poisson(&mut self.noise, mean);
        let failed = binomial(&mut self.noise, total, behaviour.error_ratio);
        let unavailable = binomial(&mut self.noise, failed, 0.2);
        let missing = binomial(&mut self.noise, total - failed, 0.004);
        let per_code = [
            total - failed - missing,
            missing,
            failed - unavailable,
            unavailable,
        ];
        for (code, count) in per_code.into_iter().enumerate() {
            // A refusal is quick; everything else takes its time.
            let median = if code == 3 {
                behaviour.latency_median * 0.2
            } else {
                behaviour.latency_median
            };
            let spread = application.latency_spread;
            let shares = self.latency_shares.of(median, spread);
            into_buckets(&mut self.noise, &shares, count, &mut counters.requests[code]);
            counters.seconds[code] += count as f64 * median * (spread * spread / 2.0).exp();
        }
        if let Some(model) = &application.model {
            let asked = Asked {
                answered: total - failed,
                failed,
                rate: mean / interval.as_secs_f64(),
                slower: behaviour.slower,
            };
            let counted = counters.model.get_or_insert_default();
            counted.count(model, &asked, &mut self.noise, &mut self.latency_shares);
        }
        counters.cpu += interval.as_secs_f64() * 0.02 + total as f64 * behaviour.latency_median * 0.05;
        counters.memory = (180.0 + 0.4 * mean.min(200.0) + 3.0 * normal(&mut self.noise)) * 1024.0 * 1024.0;
        self.metrics.pod(namespace, pod).now = counters;
    }

    fn behaviour(
        &self,
        namespace: &str,
        app: &str,
        pod: &Value,
        application: &Application,
        served: Duration,
    ) -> Behaviour {
        let hash = object::text(pod, &["metadata", "labels", HASH_LABEL]);
        let mut behaviour = Behaviour {
            error_ratio: application.error_ratio,
            latency_median: application.latency_median,
            slower: 1.0,
        };
        match self.scenarios.of_pod(namespace, app, hash) {
            Scenario::ErrorSpike if served >= SPIKE_AFTER => behaviour.error_ratio = 0.04,
            Scenario::SlowLatency => {
                behaviour.slower = 2.5;
                behaviour.latency_median *= behaviour.slower;
            }
            Scenario::Intermittent if self.clock.elapsed().as_secs() % 90 < 30 => {
                behaviour.error_ratio = 0.03
            }
            _ => {}
        }
        behaviour
    }
}

/// Spreads observations over buckets, given the share of each among what is left above the buckets before it.
pub(crate) fn into_buckets(
    noise: &mut Noise,
    shares: &[f64; BUCKETS],
    count: u64,
    counted: &mut [u32; BUCKETS],
) {
    let mut left = count;
    for (bucket, (share, place)) in shares.iter().zip(counted).enumerate() {
        let here = if bucket + 1 == BUCKETS {
            left
        } else {
            binomial(noise, left, *share)
        };
        *place = place.wrapping_add(u32::try_from(here).unwrap_or(u32::MAX));
        left -= here;
        if left == 0 {
            break;
        }
    }
}

/// Lognormal latencies as the share of each bucket among what is left above the buckets before it; kept, since there are few
/// pairs of median and spread and a great many samples.
#[derive(Clone, Debug, Default)]
pub struct LatencyShares(BTreeMap<(u64, u64), [f64; BUCKETS]>);

impl LatencyShares {
    pub(crate) fn of(&mut self, median: f64, spread: f64) -> [f64; BUCKETS] {
        *self
            .0
            .entry((median.to_bits(), spread.to_bits()))
            .or_insert_with(|| {
                let mut shares = [1.0; BUCKETS];
                let mut below = 0.0;
                for (share, bound) in shares.iter_mut().zip(BOUNDS) {
                    let up_to = normal_cdf((bound / median).ln() / spread);
                    *share = if below < 1.0 {
                        ((up_to - below) / (1.0 - below)).clamp(0.0, 1.0)
                    } else {
                        0.0
                    };
                    below = up_to;
                }
                shares
            })
    }
}
