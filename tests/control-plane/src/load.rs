//! Requests to an application at a bounded rate, sent to the ready pods that its Service's EndpointSlices name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures::StreamExt;
use http_body_util::BodyExt;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use tokio::sync::Semaphore;
use tokio::time::MissedTickBehavior;

use crate::podserver::PORT;
use crate::{ControlPlane, Error, Result, User, http};

/// The most requests that wait for their answer at once; beyond it requests are left out, never queued.
const IN_FLIGHT: usize = 256;

/// What to send.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Requests per second, at most.
    pub rate: f64,
    /// After this time the load stops by itself.
    pub duration: Duration,
    /// A request without an answer for this long has failed.
    pub timeout: Duration,
    /// Answers that take longer than this are counted as slow.
    pub objective: Duration,
}

impl Default for LoadOptions {
    /// 100 requests per second for ten minutes, each given five seconds; slow is what takes more than 0.3 s.
    fn default() -> Self {
        Self {
            rate: 100.0,
            duration: Duration::from_secs(600),
            timeout: Duration::from_secs(5),
            objective: Duration::from_millis(300),
        }
    }
}

impl LoadOptions {
    /// The default at another rate, in requests per second.
    pub fn rate(rate: f64) -> Self {
        Self {
            rate,
            ..Self::default()
        }
    }
}

/// What became of the requests that one version answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcomes {
    /// Answers below 500.
    pub succeeded: u64,
    /// Answers from 500.
    pub failed: u64,
    /// Answers of either kind that took longer than the objective.
    pub slow: u64,
    /// The sum of the times of all answers, as the client measured them.
    pub time: Duration,
    /// The names of the pods that answered.
    pub pods: BTreeSet<String>,
}

impl Outcomes {
    /// All answers.
    pub fn answered(&self) -> u64 {
        self.succeeded + self.failed
    }
}

/// What became of all requests so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// By the version that answered (the image's tag).
    pub versions: BTreeMap<String, Outcomes>,
    /// Requests without an answer from a pod: refused, broken, timed out, or 503 at an address of no pod.
    pub unanswered: u64,
    /// Requests not sent, because no pod was ready.
    pub nobody: u64,
    /// Requests left out, because too many were waiting for their answer.
    pub left_out: u64,
}

impl Counts {
    /// All answers by pods, of every version.
    pub fn answered(&self) -> u64 {
        self.versions.values().map(Outcomes::answered).sum()
    }

    /// The outcomes of one version; none if it never answered.
    pub fn version(&self, version: &str) -> Outcomes {
        self.versions.get(version).cloned().unwrap_or_default()
    }
}

/// A running load. It has a thread of its own, so a busy test does not slow it; dropping it stops it.
#[derive(Debug)]
pub struct Load {
    counts: Arc<Mutex<Counts>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ControlPlane {
    /// Sends requests to a Service's ready pods, one after the other in turn. The Service need not have ready pods
    /// yet.
    ///
    /// # Errors
    /// `control-plane/no-traffic` if this control plane's pods do not answer.
    pub fn load(&self, namespace: &str, service: &str, options: LoadOptions) -> Result<Load> {
        if !self.has_traffic() {
            return Err(Error::new(
                "control-plane/no-traffic",
                "this control plane was started without pods that answer",
                "Leave out Options::without_traffic.",
            ));
        }
        let counts = Arc::new(Mutex::new(Counts::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let job = Job {
            kubeconfig: self.kubeconfig(User::Admin),
            namespace: namespace.to_owned(),
            service: service.to_owned(),
            options,
            counts: counts.clone(),
            stop: stop.clone(),
            endpoints: Arc::default(),
        };
        let thread = std::thread::Builder::new()
            .name("load".to_owned())
            .spawn(move || job.run())
            .map_err(|cause| Error::new("control-plane/load", cause.to_string(), "Too many threads run."))?;
        Ok(Load {
            counts,
            stop,
            thread: Some(thread),
        })
    }
}

impl Load {
    /// What became of the requests so far.
    pub fn counts(&self) -> Counts {
        lock(&self.counts).clone()
    }

    /// Begins counting anew and returns what was counted until now.
    pub fn reset(&self) -> Counts {
        std::mem::take(&mut *lock(&self.counts))
    }

    /// Whether it stopped by itself, as its duration is over.
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Stops sending, waits for the answers that are on their way, and returns all counts.
    pub fn stop(mut self) -> Counts {
        self.end();
        self.counts()
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.end();
    }
}

struct Job {
    kubeconfig: String,
    namespace: String,
    service: String,
    options: LoadOptions,
    counts: Arc<Mutex<Counts>>,
    stop: Arc<AtomicBool>,
    /// Ready addresses by the name of their slice.
    endpoints: Arc<Mutex<BTreeMap<String, Vec<Ipv4Addr>>>>,
}

impl Job {
    fn run(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(self.drive()),
            Err(cause) => eprintln!("load: {cause}"),
        }
    }

    async fn drive(self) {
        let client = match crate::access::client_of(&self.kubeconfig).await {
            Ok(client) => client,
            Err(error) => return eprintln!("load: {error}"),
        };
        let watch = tokio::spawn(watch(
            client,
            self.namespace.clone(),
            self.service.clone(),
            self.endpoints.clone(),
        ));
        let started = Instant::now();
        let slots = Arc::new(Semaphore::new(IN_FLIGHT));
        let pods = http::client();
        let mut ticks = tokio::time::interval(Duration::from_millis(2));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (mut last, mut due, mut turn) = (started, 0.0, 0_usize);
        // What was missed while this thread did not run is not caught up with: a burst is not a rate.
        let most = (self.options.rate * 0.05).max(1.0);
        while !self.stop.load(Ordering::Relaxed) && started.elapsed() < self.options.duration {
            let now = ticks.tick().await.into_std();
            due = (due + self.options.rate * now.saturating_duration_since(last).as_secs_f64()).min(most);
            last = now;
            while due >= 1.0 {
                due -= 1.0;
                turn = turn.wrapping_add(1);
                let Some(address) = self.next(turn) else {
                    lock(&self.counts).nobody += 1;
                    continue;
                };
                let Ok(slot) = slots.clone().try_acquire_owned() else {
                    lock(&self.counts).left_out += 1;
                    continue;
                };
                let request = pods.get(uri(address));
                let (counts, timeout) = (self.counts.clone(), self.options.timeout);
                let objective = self.options.objective;
                tokio::spawn(async move {
                    let sent = Instant::now();
                    let outcome = tokio::time::timeout(timeout, answer(request))
                        .await
                        .ok()
                        .flatten();
                    tally(&mut lock(&counts), outcome, sent.elapsed(), objective);
                    drop(slot);
                });
            }
        }
        watch.abort();
        let _ = slots
            .acquire_many(u32::try_from(IN_FLIGHT).unwrap_or(u32::MAX))
            .await;
    }

    fn next(&self, turn: usize) -> Option<Ipv4Addr> {
        let endpoints = lock(&self.endpoints);
        let count: usize = endpoints.values().map(Vec::len).sum();
        endpoints
            .values()
            .flatten()
            .nth(turn.checked_rem(count)?)
            .copied()
    }
}

fn uri(address: Ipv4Addr) -> hyper::Uri {
    format!("http://{address}:{PORT}/").parse().unwrap_or_default()
}

/// Status, version and pod of an answer; nothing if there was none, or none by a pod.
async fn answer(request: hyper_util::client::legacy::ResponseFuture) -> Option<(u16, String, String)> {
    let response = request.await.ok()?;
    let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    let known = (response.status().as_u16(), header("x-version")?, header("x-pod")?);
    // The connection is used again only when the body was read.
    response.into_body().collect().await.ok()?;
    Some(known)
}

fn tally(counts: &mut Counts, outcome: Option<(u16, String, String)>, time: Duration, objective: Duration) {
    let Some((code, version, pod)) = outcome else {
        counts.unanswered += 1;
        return;
    };
    let outcomes = counts.versions.entry(version).or_default();
    if code < 500 {
        outcomes.succeeded += 1;
    } else {
        outcomes.failed += 1;
    }
    outcomes.slow += u64::from(time > objective);
    outcomes.time += time;
    outcomes.pods.insert(pod);
}

async fn watch(
    client: Client,
    namespace: String,
    service: String,
    endpoints: Arc<Mutex<BTreeMap<String, Vec<Ipv4Addr>>>>,
) {
    let selector = format!("kubernetes.io/service-name={service}");
    let slices = Api::<EndpointSlice>::namespaced(client, &namespace);
    let mut events = watcher(slices, watcher::Config::default().labels(&selector))
        .default_backoff()
        .boxed();
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Apply(slice) | watcher::Event::InitApply(slice)) => {
                lock(&endpoints).insert(name(&slice), ready(&slice));
            }
            Ok(watcher::Event::Delete(slice)) => {
                lock(&endpoints).remove(&name(&slice));
            }
            Ok(watcher::Event::Init | watcher::Event::InitDone) | Err(_) => {}
        }
    }
}

fn name(slice: &EndpointSlice) -> String {
    slice.metadata.name.clone().unwrap_or_default()
}

fn ready(slice: &EndpointSlice) -> Vec<Ipv4Addr> {
    slice
        .endpoints
        .iter()
        .flatten()
        .filter(|endpoint| {
            endpoint
                .conditions
                .as_ref()
                .and_then(|conditions| conditions.ready)
                .unwrap_or(true)
        })
        .flat_map(|endpoint| &endpoint.addresses)
        .filter_map(|address| address.parse().ok())
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_slow_above_the_objective_whether_it_failed_or_not() {
        let mut counts = Counts::default();
        let objective = Duration::from_millis(300);
        for (code, millis) in [(200, 299), (200, 300), (200, 301), (500, 400)] {
            let answer = Some((code, "1.0".to_owned(), "pod".to_owned()));
            tally(&mut counts, answer, Duration::from_millis(millis), objective);
        }
        let outcomes = counts.version("1.0");
        assert_eq!((outcomes.succeeded, outcomes.failed, outcomes.slow), (3, 1, 2));
    }
}
