//! Traffic: how many requests each pod gets, how many of them fail, and how long they take.

use crate::kinds::Resource;
use crate::metrics::{BOUNDS, BUCKETS};
use crate::object;
use crate::replicaset_controller::is_ready;
use crate::sampling::{binomial, normal, normal_cdf, poisson};
use crate::scenario::{Scenario, application_of};
use crate::seed_data::Profile;
use crate::workload::HASH_LABEL;
use crate::world::World;
use serde_json::Value;
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
}

/// How long a bad version serves before its errors begin.
const SPIKE_AFTER: Duration = Duration::from_secs(40);

/// What one pod does with its requests now.
struct Behaviour {
    error_ratio: f64,
    latency_median: f64,
}

impl World {
    /// Gives an application of the catalogue its traffic.
    pub(crate) fn add_application(&mut self, namespace: &str, profile: &Profile, rate: f64) {
        let application = Application {
            rate,
            error_ratio: profile.error_ratio,
            latency_median: profile.latency_median,
            latency_spread: profile.latency_spread,
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
        let applications: Vec<((String, String), Application)> = self
            .applications
            .iter()
            .map(|(key, application)| (key.clone(), application.clone()))
            .collect();
        let pods: Vec<(String, String, Arc<Value>)> = self
            .store
            .list(Resource::Pods, None)
            .filter(|(_, pod)| is_ready(pod) && !object::is_deleting(pod))
            .map(|(key, pod)| (key.namespace.clone(), application_of(pod), pod.clone()))
            .collect();
        for (index, ((namespace, app), application)) in applications.iter().enumerate() {
            let serving: Vec<&Arc<Value>> = pods
                .iter()
                .filter(|(its_namespace, its_app, _)| its_namespace == namespace && its_app == app)
                .map(|(_, _, pod)| pod)
                .collect();
            if serving.is_empty() {
                continue;
            }
            let quiet = self.scenarios.chosen(namespace, app) == Scenario::TooLittleTraffic;
            let rate = application.rate * self.load(index) * if quiet { 0.01 } else { 1.0 };
            let each = rate * interval.as_secs_f64() / serving.len() as f64;
            for pod in serving {
                self.serve_pod(namespace, app, pod, application, each, interval);
            }
        }
    }

    /// The load now as a multiple of the mean: a mild day, minutes of more and less, and noise.
    fn load(&mut self, index: usize) -> f64 {
        let seconds = self.clock.unix();
        let phase = index as f64;
        let day = 0.15 * (std::f64::consts::TAU * (seconds / 86_400.0 - 0.35)).sin();
        let minutes = 0.04 * (seconds / 97.0 + phase).sin() + 0.03 * (seconds / 31.0 + 2.0 * phase).sin();
        (1.0 + day + minutes + 0.015 * normal(&mut self.traffic_rng)).max(0.05)
    }

    fn serve_pod(
        &mut self,
        namespace: &str,
        app: &str,
        pod: &Value,
        application: &Application,
        mean: f64,
        interval: Duration,
    ) {
        let now = self.clock.elapsed();
        let since = *self.metrics.pod(namespace, pod).serving_since.get_or_insert(now);
        let behaviour = self.behaviour(namespace, app, pod, application, now.saturating_sub(since));
        let total = poisson(&mut self.traffic_rng, mean);
        let failed = binomial(&mut self.traffic_rng, total, behaviour.error_ratio);
        let unavailable = binomial(&mut self.traffic_rng, failed, 0.2);
        let missing = binomial(&mut self.traffic_rng, total - failed, 0.004);
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
            let buckets = self.latencies(count, median, spread);
            let seconds = count as f64 * median * (spread * spread / 2.0).exp();
            let counters = &mut self.metrics.pod(namespace, pod).now;
            for (bucket, count) in buckets.into_iter().enumerate() {
                counters.requests[code][bucket] = counters.requests[code][bucket].wrapping_add(count);
            }
            counters.seconds[code] += seconds;
        }
        let noise = normal(&mut self.traffic_rng);
        let counters = &mut self.metrics.pod(namespace, pod).now;
        counters.cpu += interval.as_secs_f64() * 0.02 + total as f64 * behaviour.latency_median * 0.05;
        counters.memory = (180.0 + 0.4 * mean.min(200.0) + 3.0 * noise) * 1024.0 * 1024.0;
    }

    fn behaviour(
        &self,
        namespace: &str,
        app: &str,
        pod: &Value,
        application: &Application,
        served: Duration,
    ) -> Behaviour {
        let labels = object::labels(pod);
        let hash = labels.get(HASH_LABEL).map_or("", String::as_str);
        let mut behaviour = Behaviour {
            error_ratio: application.error_ratio,
            latency_median: application.latency_median,
        };
        match self.scenarios.of_pod(namespace, app, hash) {
            Scenario::ErrorSpike if served >= SPIKE_AFTER => behaviour.error_ratio = 0.04,
            Scenario::SlowLatency => behaviour.latency_median *= 2.5,
            Scenario::Intermittent if self.clock.elapsed().as_secs() % 90 < 30 => {
                behaviour.error_ratio = 0.03
            }
            _ => {}
        }
        behaviour
    }

    /// Spreads requests over the buckets of a lognormal latency; the buckets add up to `count`.
    fn latencies(&mut self, count: u64, median: f64, spread: f64) -> [u32; BUCKETS] {
        let mut buckets = [0; BUCKETS];
        let (mut left, mut below) = (count, 0.0);
        for (bucket, bound) in BOUNDS.iter().enumerate() {
            if left == 0 {
                break;
            }
            let up_to = normal_cdf((bound / median).ln() / spread);
            let share = if below < 1.0 {
                ((up_to - below) / (1.0 - below)).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let here = binomial(&mut self.traffic_rng, left, share);
            buckets[bucket] = u32::try_from(here).unwrap_or(u32::MAX);
            left -= here;
            below = up_to;
        }
        buckets[BUCKETS - 1] = u32::try_from(left).unwrap_or(u32::MAX);
        buckets
    }
}
