//! Where there is no Prometheus, the pods' own pages are read all the time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use async_trait::async_trait;
use conductor::{ReadyPod, SignalLooks, SignalScope, Signals};
use judge::Reading;
use release::Timestamp;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::*;
use telemetry::{
    Answer, ERRORS, LATENCY_P95, LATENCY_P99, PagesTest, PodPages, PodScraper, PodTarget, PodTargets,
    REQUESTS, SignalQuery, Source, Telemetry, TelemetryError,
};
use tokio::time::{Instant, sleep};

/// What every pod answers per second; the new version fails a part of it.
const STABLE_SPEED: (f64, f64) = (10.0, 0.0);
const CANARY_SPEED: (f64, f64) = (10.0, 1.0);

/// A cluster whose pods tell what they counted up to now, by the test's clock.
struct Cluster {
    begun: Instant,
    pods: Mutex<Vec<PodTarget>>,
    status: AtomicU16,
    may_list: bool,
    reads: AtomicUsize,
}

impl Cluster {
    fn with(pods: Vec<PodTarget>) -> Cluster {
        Cluster {
            begun: Instant::now(),
            pods: Mutex::new(pods),
            status: AtomicU16::new(200),
            may_list: true,
            reads: AtomicUsize::new(0),
        }
    }

    fn now_ms(&self) -> i64 {
        START + i64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }

    /// How many pages were read since the last time.
    fn reads(&self) -> usize {
        self.reads.swap(0, Ordering::Relaxed)
    }
}

#[async_trait]
impl PodPages for Cluster {
    async fn page(&self, _: &str, pod: &str, port: u16, path: &str) -> Result<Answer, TelemetryError> {
        assert_eq!((port, path), (PORT, "/metrics"));
        self.reads.fetch_add(1, Ordering::Relaxed);
        let at = (self.now_ms() - START) as f64 / 1000.0;
        let speed = if pod.contains(CANARY) {
            CANARY_SPEED
        } else {
            STABLE_SPEED
        };
        let status = self.status.load(Ordering::Relaxed);
        // As a request does: others are asked meanwhile.
        sleep(Duration::from_millis(20)).await;
        Ok(answer(status, "text/plain", page(speed, at)))
    }
}

#[async_trait]
impl PodTargets for Cluster {
    async fn targets(&self, namespace: &str) -> Result<Vec<PodTarget>, TelemetryError> {
        assert_eq!(namespace, "shop");
        if !self.may_list {
            return Err(TelemetryError::PodsForbidden { status: 403 });
        }
        Ok(self.pods.lock().unwrap().clone())
    }
}

fn pod(arm: &str, name: &str) -> PodTarget {
    PodTarget {
        pod: format!("checkout-{arm}-{name}"),
        template_hash: arm.into(),
        address: format!("{arm}-{name}.example"),
        port: PORT,
        path: "/metrics".into(),
    }
}

fn other(name: &str) -> PodTarget {
    PodTarget {
        pod: format!("catalog-{STABLE}-{name}"),
        ..pod(STABLE, name)
    }
}

fn all() -> Vec<PodTarget> {
    vec![
        pod(STABLE, "s0"),
        pod(STABLE, "s1"),
        pod(CANARY, "c0"),
        other("x"),
    ]
}

/// The telemetry of a cluster; young pods are read first-hand or not.
fn telemetry(cluster: Cluster, first_hand: bool) -> (Telemetry, Arc<Cluster>) {
    let cluster = Arc::new(cluster);
    let clock = Arc::clone(&cluster);
    let scraper = PodScraper::by_clock(Arc::clone(&cluster) as _, move || clock.now_ms());
    let mut source = Source::new(Arc::new(scraper));
    if first_hand {
        source = source.pods(Arc::clone(&cluster) as _);
    }
    let telemetry = Telemetry::new();
    telemetry.set_source("eu", source);
    (telemetry, cluster)
}

fn ready() -> SignalScope {
    let ready = |of: PodTarget| ReadyPod {
        name: of.pod,
        template_hash: of.template_hash,
    };
    SignalScope {
        ready: all()
            .into_iter()
            .filter(|of| of.pod.starts_with("checkout"))
            .map(ready)
            .collect(),
        ..scope()
    }
}

/// Asks each second for so long, as the driver does.
async fn followed(
    telemetry: &Telemetry,
    cluster: &Cluster,
    scope: &SignalScope,
    seconds: u64,
) -> Vec<SignalLooks> {
    let (mut after, mut found) = (cluster.now_ms(), Vec::new());
    for _ in 0..seconds {
        sleep(Duration::from_secs(1)).await;
        let now = Timestamp(cluster.now_ms());
        let looks = telemetry
            .looks(scope, &signals(), Timestamp(after), now)
            .await
            .unwrap();
        let newest = looks.iter().flat_map(|of| &of.looks).map(|look| look.at_ms).max();
        after = newest.unwrap_or(after).max(after);
        found.extend(looks);
    }
    found
}

/// Requests and failures of an arm in all looks of the error ratio, and how many looks have no data.
fn counted(found: &[SignalLooks], arm: impl Fn(&judge::Look) -> &Reading) -> (f64, f64, usize) {
    let looks = found
        .iter()
        .filter(|of| of.signal == ERRORS)
        .flat_map(|of| &of.looks);
    looks.fold((0.0, 0.0, 0), |(total, bad, without), look| match arm(look) {
        Reading::Ratio {
            total: more,
            bad: worse,
        } => (total + more, bad + worse, without),
        _ => (total, bad, without + 1),
    })
}

#[tokio::test(start_paused = true)]
async fn the_signals_of_a_workload_are_found_on_its_pods_pages() {
    let (telemetry, cluster) = telemetry(Cluster::with(all()), false);
    let found = telemetry.signals_for(&workload()).await.unwrap();
    let ids: Vec<&str> = found.iter().map(|signal| signal.id.as_str()).collect();
    assert_eq!(ids, [ERRORS, LATENCY_P95, LATENCY_P99, REQUESTS]);
    assert_eq!(
        cluster.reads(),
        3,
        "one round, without the other application's pod"
    );
}

#[tokio::test(start_paused = true)]
async fn both_versions_are_counted_look_by_look_without_a_gap() {
    let (telemetry, cluster) = telemetry(Cluster::with(all()), false);
    let found = followed(&telemetry, &cluster, &scope(), 60).await;
    let (stable, canary) = (
        counted(&found, |look| &look.stable),
        counted(&found, |look| &look.canary),
    );
    // Two pods and one, over the time between the first and the last round that a look has.
    let seconds = stable.0 / 20.0;
    assert!((45.0..=60.0).contains(&seconds), "{stable:?}");
    assert_eq!(stable.1, 0.0);
    // Counting begins with the first page, which is in the first look.
    assert!(stable.2 <= 1 && canary.2 <= 1, "{stable:?} {canary:?}");
    assert!(
        (canary.0 / 11.0 - seconds).abs() < 0.2 && (canary.1 - seconds).abs() <= 1.0,
        "{canary:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_read_first_hand_is_not_counted_twice_here_either() {
    let (telemetry, cluster) = telemetry(Cluster::with(all()), true);
    // Stable alone is watched until the release begins.
    let before = SignalScope {
        canary: Vec::new(),
        ..ready()
    };
    followed(&telemetry, &cluster, &before, 20).await;
    let begun = cluster.begun.elapsed();
    let found = followed(&telemetry, &cluster, &ready(), 240).await;
    let newest = found
        .iter()
        .flat_map(|of| &of.looks)
        .map(|look| look.at_ms)
        .max()
        .unwrap();
    let seconds = (newest - START) as f64 / 1000.0 - begun.as_secs_f64();
    let (total, bad, _) = counted(&found, |look| &look.canary);
    assert!(seconds > 220.0, "{seconds}");
    // At most the time between two scrapes is missing, where counting begins and where it is handed over.
    assert!(
        total <= 11.0 * seconds + 1.0 && total >= 11.0 * (seconds - 12.0),
        "{total} in {seconds}"
    );
    assert!(bad <= seconds + 1.0, "{bad}");
    let firsthand = found
        .iter()
        .flat_map(|of| &of.looks)
        .filter(|look| telemetry::is_firsthand(look.at_ms));
    assert!(
        firsthand.count() > 100,
        "the first two minutes have a look each second"
    );
}

#[tokio::test(start_paused = true)]
async fn reading_ends_when_nobody_has_asked_for_ten_minutes_and_begins_anew_with_a_question() {
    let (telemetry, cluster) = telemetry(Cluster::with(all()), false);
    telemetry.signals_for(&workload()).await.unwrap();
    sleep(Duration::from_secs(590)).await;
    assert!(
        cluster.reads() > 300,
        "a person who prepares a release will have looks from before it"
    );
    sleep(Duration::from_secs(30)).await;
    cluster.reads();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(cluster.reads(), 0);
    telemetry.signals_for(&workload()).await.unwrap();
    sleep(Duration::from_secs(10)).await;
    assert_eq!(cluster.reads(), 9, "at once, and each five seconds");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_replaced_reads_no_more() {
    let (telemetry, cluster) = telemetry(Cluster::with(all()), false);
    telemetry.signals_for(&workload()).await.unwrap();
    telemetry.remove_source("eu");
    sleep(Duration::from_secs(6)).await;
    cluster.reads();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(cluster.reads(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_read_pods_is_told_what_it_needs() {
    let forbidden = Cluster::with(all());
    forbidden.status.store(403, Ordering::Relaxed);
    let cases = [
        (forbidden, "telemetry-no-page", "answers HTTP 403"),
        (
            Cluster {
                may_list: false,
                ..Cluster::with(all())
            },
            "telemetry-pods-forbidden",
            "HTTP 403",
        ),
        (
            Cluster::with(vec![other("x")]),
            "telemetry-no-pods",
            "names a port",
        ),
    ];
    for (cluster, code, text) in cases {
        let (telemetry, _) = telemetry(cluster, false);
        let error = telemetry.signals_for(&workload()).await.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn pods_that_come_back_are_read_again() {
    let (telemetry, cluster) = telemetry(Cluster::with(all()), false);
    followed(&telemetry, &cluster, &scope(), 10).await;
    cluster.status.store(500, Ordering::Relaxed);
    sleep(Duration::from_secs(6)).await;
    assert!(telemetry.signals_for(&workload()).await.is_err());
    cluster.status.store(200, Ordering::Relaxed);
    sleep(Duration::from_secs(6)).await;
    let found = followed(&telemetry, &cluster, &scope(), 20).await;
    assert!(counted(&found, |look| &look.canary).0 > 100.0);
}

#[tokio::test(start_paused = true)]
async fn an_expression_says_that_it_needs_a_prometheus_and_the_other_signals_are_read() {
    let cluster = Arc::new(Cluster::with(all()));
    let clock = Arc::clone(&cluster);
    let scraper = PodScraper::by_clock(Arc::clone(&cluster) as _, move || clock.now_ms());
    let level = SignalQuery::Value {
        expression: "sum(queue_length)".into(),
    };
    let telemetry = Telemetry::new();
    telemetry.set_source("eu", Source::new(Arc::new(scraper)).query(REQUESTS, level));
    let found = followed(&telemetry, &cluster, &scope(), 20).await;
    assert!(counted(&found, |look| &look.canary).0 > 50.0);
    let problems = telemetry.problems(&workload());
    let of: Vec<_> = problems
        .iter()
        .map(|problem| (problem.signal.as_str(), problem.error.code()))
        .collect();
    assert_eq!(of, [(REQUESTS, "telemetry-needs-prometheus")]);
}

#[tokio::test(start_paused = true)]
async fn the_connection_test_says_what_the_pages_feed() {
    let (telemetry, cluster) = telemetry(Cluster::with(all()), true);
    let signals = telemetry.signals_for(&workload()).await.unwrap();
    let only_stable = SignalScope {
        canary: Vec::new(),
        ..ready()
    };
    let now = Timestamp(cluster.now_ms());
    telemetry
        .looks(&only_stable, &signals, Timestamp(now.0 - 60_000), now)
        .await
        .unwrap();
    let test = telemetry.test_pages(&only_stable, &signals).await.unwrap();
    assert_eq!(
        test,
        PagesTest::Works {
            signals: vec![ERRORS.into(), LATENCY_P95.into(), LATENCY_P99.into()]
        }
    );
}
