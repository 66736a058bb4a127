//! Pods of a new version are read first-hand while they are young.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use async_trait::async_trait;
use conductor::{ReadyPod, SignalLooks, SignalScope, Signals};
use judge::{Look, Reading, SignalKind};
use release::Timestamp;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use support::*;
use telemetry::{
    Answer, ERRORS, LATENCY_P95, LATENCY_P99, PagesTest, PodPages, REQUESTS, SignalQuery, Source, Telemetry,
    TelemetryError,
};

/// What every pod answers per second: the old version's, the new one's.
const GOOD: f64 = 10.0;
const BAD: f64 = 1.0;

/// Pods that tell what they counted up to now.
struct Pages {
    now_ms: AtomicI64,
    status: AtomicU16,
    read: Mutex<Vec<String>>,
}

impl Pages {
    fn read(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.read.lock().unwrap())
            .into_iter()
            .collect()
    }
}

#[async_trait]
impl PodPages for Pages {
    async fn page(
        &self,
        namespace: &str,
        pod: &str,
        port: u16,
        path: &str,
    ) -> Result<Answer, TelemetryError> {
        assert_eq!((namespace, port, path), ("shop", PORT, "/metrics"));
        self.read.lock().unwrap().push(pod.to_owned());
        let at = (self.now_ms.load(Ordering::Relaxed) - START) as f64 / 1000.0;
        let bad = if pod.contains(CANARY) { BAD } else { 0.0 };
        let status = self.status.load(Ordering::Relaxed);
        Ok(answer(status, "text/plain; version=0.0.4", page((GOOD, bad), at)))
    }
}

/// A release that is followed as the driver follows it.
struct Followed {
    telemetry: Telemetry,
    prometheus: Arc<FakePrometheus>,
    pages: Arc<Pages>,
    scope: SignalScope,
    signals: Vec<judge::SignalSpec>,
    after: i64,
    found: Vec<SignalLooks>,
}

fn pod(arm: &str, name: &str) -> ReadyPod {
    ReadyPod {
        name: format!("checkout-{arm}-{name}"),
        template_hash: arm.into(),
    }
}

fn only_stable(every: i64) -> Scenario {
    Scenario::new()
        .client_pod(STABLE, "s0", (GOOD, 0.0), every, 0, 900)
        .client_pod(STABLE, "s1", (GOOD, 0.0), every, every / 2, 900)
}

/// As a Prometheus that meets the new pod when it is 20 s old.
fn with_late_canary(every: i64) -> Scenario {
    let known = only_stable(every);
    known.client_pod(CANARY, "c0", (GOOD, BAD), every, 120, 900)
}

impl Followed {
    fn of(scenario: Scenario) -> Followed {
        Followed::with(scenario, |source| source)
    }

    fn with(scenario: Scenario, change: impl FnOnce(Source) -> Source) -> Followed {
        let pages = Arc::new(Pages {
            now_ms: AtomicI64::new(START),
            status: AtomicU16::new(200),
            read: Mutex::default(),
        });
        let of_source = Arc::clone(&pages);
        let (telemetry, prometheus) = scenario.telemetry_with(|source| change(source.pods(of_source)));
        let ready = vec![pod(STABLE, "s0"), pod(STABLE, "s1"), pod(CANARY, "c0")];
        Followed {
            telemetry,
            prometheus,
            pages,
            scope: SignalScope { ready, ..scope() },
            signals: signals(),
            after: START + 40_000,
            found: Vec::new(),
        }
    }

    /// One question, at a time in milliseconds after the start. Gives what is new of the failed requests.
    async fn look(&mut self, at_ms: i64) -> Vec<Look> {
        let now = START + at_ms;
        self.pages.now_ms.store(now, Ordering::Relaxed);
        let asked = self
            .telemetry
            .looks(&self.scope, &self.signals, Timestamp(self.after), Timestamp(now));
        let found = asked.await.unwrap();
        let times = found.iter().flat_map(|of| &of.looks).map(|look| look.at_ms);
        self.after = times.max().unwrap_or(self.after).max(self.after);
        let of_errors = found.iter().filter(|of| of.signal == ERRORS);
        let errors = of_errors.flat_map(|of| of.looks.clone()).collect();
        self.found.extend(found);
        errors
    }

    /// Questions whenever something new is expected, at most five seconds apart.
    async fn follow(&mut self, from_ms: i64, until_ms: i64) {
        let mut at = from_ms;
        while at <= until_ms {
            self.look(at).await;
            let expected = self
                .telemetry
                .expected(&self.scope.workload)
                .map_or(i64::MAX, |due| due.0 - START);
            at = expected.clamp(at + 250, at + 5_000);
        }
    }

    /// All looks at a signal, in the order in which they came.
    fn looks(&self, signal: &str) -> Vec<Look> {
        let of = self.found.iter().filter(|of| of.signal == signal);
        of.flat_map(|of| of.looks.clone()).collect()
    }

    fn canary_requests(&self, from_ms: i64) -> f64 {
        let looks = self.looks(ERRORS);
        let of = looks.iter().filter(|look| look.at_ms > START + from_ms);
        of.map(|look| match look.canary {
            Reading::Ratio { total, .. } => total,
            _ => 0.0,
        })
        .sum()
    }
}

#[tokio::test]
async fn a_new_version_is_seen_each_second_long_before_prometheus_knows_its_pods() {
    let mut release = Followed::of(only_stable(5));
    let before = release.look(100_000).await;
    assert!(
        before.iter().all(|look| look.canary == Reading::NoData),
        "{before:?}"
    );
    assert_eq!(
        release.telemetry.expected(&workload()).unwrap().0,
        START + 100_999
    );
    for second in [101_000, 102_000, 103_500] {
        let seconds = if second == 103_500 { 1.5 } else { 1.0 };
        let [look] = &release.look(second).await[..] else {
            panic!("one look")
        };
        // Never a whole second: a record tells by it whose look it is.
        assert_eq!(
            look.at_ms,
            START + if second % 1_000 == 0 { second - 1 } else { second }
        );
        let Reading::Ratio { total, bad } = look.canary else {
            panic!("{look:?}")
        };
        assert!(
            (total - 11.0 * seconds).abs() <= 1.0 && (bad - seconds).abs() <= 1.0,
            "{look:?}"
        );
        assert_eq!(look.stable, Reading::ratio(20.0 * seconds, 0.0));
    }
    let durations = release.looks(LATENCY_P95);
    let Reading::Histogram { counts, .. } = &durations.last().unwrap().canary else {
        panic!("{durations:?}")
    };
    assert!(counts.iter().sum::<f64>() >= 15.0, "{durations:?}");
}

#[tokio::test]
async fn no_request_is_counted_twice_when_prometheus_goes_on() {
    for every in [1, 5, 15, 30] {
        let mut release = Followed::of(with_late_canary(every));
        release.follow(100_000, 400_000).await;
        let looks = release.looks(ERRORS);
        assert!(looks.is_sorted_by(|one, next| one.at_ms < next.at_ms));
        let last = looks.last().unwrap().at_ms - START;
        assert!(last > 330_000, "the release is followed to its end: {last}");
        let true_ones = 11.0 * (last - 100_000) as f64 / 1000.0;
        let found = release.canary_requests(100_000);
        // What was between the last page and the first scrape that counts is lost, and one scrape is on its way.
        let lost = 11.0 * (2 + 3 * every) as f64 + 5.0;
        assert!(
            found <= true_ones + 1.0,
            "scrapes of {every} s: {found} of {true_ones}"
        );
        assert!(
            found >= true_ones - lost,
            "scrapes of {every} s: {found} of {true_ones}"
        );
    }
}

#[tokio::test]
async fn no_request_is_counted_twice_after_a_restart() {
    let mut release = Followed::of(with_late_canary(15));
    release.follow(100_000, 148_250).await;
    // The next one has the record, and nothing else. The new version is known to it.
    let mut next = Followed::of(with_late_canary(15));
    next.pages.status.store(403, Ordering::Relaxed);
    (next.after, next.found) = (release.after, release.found);
    next.follow(153_000, 300_000).await;
    let last = next.looks(ERRORS).last().unwrap().at_ms - START;
    assert!(last > 270_000, "the release is followed to its end: {last}");
    let true_ones = 11.0 * (last - 100_000) as f64 / 1000.0;
    let found = next.canary_requests(100_000);
    assert!(found <= true_ones + 1.0, "{found} of {true_ones}");
    assert!(found >= true_ones - 11.0 * 50.0, "{found} of {true_ones}");
}

#[tokio::test]
async fn what_pods_do_not_tell_comes_from_prometheus_all_the_while() {
    let mut release = Followed::of(with_late_canary(5));
    release.follow(100_000, 300_000).await;
    let times: Vec<i64> = release
        .looks(REQUESTS)
        .iter()
        .map(|look| look.at_ms - START)
        .collect();
    let expected: Vec<i64> = (9..)
        .map(|n| n * 5_000)
        .take_while(|at| at <= times.last().unwrap())
        .collect();
    assert_eq!(times, expected);
    let late = |look: &&Look| look.at_ms >= START + 135_000;
    let looks = release.looks(REQUESTS);
    assert!(
        looks
            .iter()
            .filter(late)
            .all(|look| look.canary == Reading::value(11.0)),
        "{looks:?}"
    );
    assert!(*times.last().unwrap() >= 290_000);
    let asked = release.prometheus.queries();
    assert!(asked.len() < 800, "{} queries in 200 s", asked.len());
}

#[tokio::test]
async fn two_minutes_later_a_pod_is_no_longer_young_and_a_new_one_is() {
    let mut release = Followed::of(with_late_canary(5));
    release.follow(100_000, 219_000).await;
    assert_eq!(release.pages.read().len(), 3);
    release.follow(221_000, 300_000).await;
    release.pages.read();
    release.follow(301_000, 320_000).await;
    assert_eq!(release.pages.read(), BTreeSet::new(), "nobody is young");
    release.scope.ready.push(pod(CANARY, "c1"));
    release.follow(321_000, 330_000).await;
    assert_eq!(release.pages.read().len(), 4);
    let looks = release.looks(ERRORS);
    assert!(looks.is_sorted_by(|one, next| one.at_ms < next.at_ms));
}

#[tokio::test]
async fn pages_that_are_refused_change_nothing() {
    let mut with_pages = Followed::of(with_late_canary(5));
    with_pages.pages.status.store(403, Ordering::Relaxed);
    with_pages.follow(100_000, 200_000).await;
    assert_eq!(
        with_pages.pages.read.lock().unwrap().len(),
        3,
        "each pod is asked once"
    );
    let mut without = Followed::with(with_late_canary(5), |source| Source { pods: None, ..source });
    without.follow(100_000, 200_000).await;
    assert_eq!(with_pages.looks(ERRORS), without.looks(ERRORS));
}

#[tokio::test]
async fn pods_that_stop_telling_are_left_to_prometheus() {
    let mut release = Followed::of(with_late_canary(5));
    release.follow(100_000, 150_000).await;
    release.pages.status.store(500, Ordering::Relaxed);
    release.follow(151_000, 250_000).await;
    let [.., last] = &release.looks(ERRORS)[..] else {
        panic!("no looks")
    };
    assert!(last.at_ms > START + 240_000);
    assert_eq!(last.canary, Reading::ratio(55.0, 5.0));
}

#[tokio::test]
async fn a_prometheus_that_is_away_does_not_hide_what_pods_tell() {
    let mut release = Followed::of(with_late_canary(5));
    release.follow(100_000, 105_000).await;
    release.prometheus.break_it(Fault::Unreachable);
    let [look] = &release.look(110_000).await[..] else {
        panic!("one look")
    };
    assert!(!look.canary.is_no_data(), "{look:?}");
    let problems = release.telemetry.problems(&workload());
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.signal.as_str())
            .collect::<Vec<_>>(),
        [REQUESTS]
    );
}

#[tokio::test]
async fn a_query_that_pages_cannot_answer_is_asked_of_prometheus() {
    let of_job = |job: &str| SignalQuery::Ratio {
        total: format!("http_requests_total{{job=\"{job}\",pod=~\"{{{{arm_pods}}}}\"}}"),
        bad: format!("http_requests_total{{job=\"{job}\",pod=~\"{{{{arm_pods}}}}\",code=\"500\"}}"),
    };
    // The job is nothing that a pod tells of itself.
    let mut release = Followed::with(with_late_canary(5), |source| source.query(ERRORS, of_job("pods")));
    release.follow(100_000, 110_000).await;
    assert!(release.looks(ERRORS).iter().all(|look| look.at_ms % 5_000 == 0));
    assert!(
        release
            .looks(LATENCY_P95)
            .iter()
            .any(|look| look.at_ms % 5_000 != 0)
    );
}

#[tokio::test]
async fn a_query_of_a_persons_own_is_read_first_hand_arm_by_arm() {
    let own = SignalQuery::Ratio {
        total: "http_requests_total{namespace=\"{{namespace}}\",pod=~\"{{arm_pods}}\"}".into(),
        bad: "http_requests_total{namespace=\"{{namespace}}\",pod=~\"{{arm_pods}}\",code!=\"200\"}".into(),
    };
    let mut release = Followed::with(only_stable(5), |source| source.query(ERRORS, own));
    release.look(100_000).await;
    let [look] = &release.look(101_000).await[..] else {
        panic!("one look")
    };
    assert_eq!(
        (&look.stable, &look.canary),
        (&Reading::ratio(20.0, 0.0), &Reading::ratio(11.0, 1.0))
    );
}

#[tokio::test]
async fn of_many_pods_ten_of_a_version_are_read() {
    let mut release = Followed::of(only_stable(5));
    for n in 0..40 {
        release.scope.ready.push(pod(STABLE, &format!("n{n}")));
        release.scope.ready.push(pod(CANARY, &format!("n{n}")));
    }
    release.follow(100_000, 110_000).await;
    let read = release.pages.read();
    let of = |arm: &str| read.iter().filter(|pod| pod.contains(arm)).count();
    assert_eq!((of(STABLE), of(CANARY)), (10, 10));
    assert_eq!(
        release
            .signals
            .iter()
            .filter(|signal| signal.kind == SignalKind::ErrorRatio)
            .count(),
        1
    );
}

#[tokio::test]
async fn a_test_tells_what_pods_pages_are_good_for() {
    let mut release = Followed::of(only_stable(5));
    release.scope.canary.clear();
    release.scope.ready.truncate(2);
    release.look(100_000).await;
    let test = async |release: &Followed| {
        let tested = release
            .telemetry
            .test_pages(&release.scope, &release.signals)
            .await;
        tested.unwrap()
    };
    let signals = vec![ERRORS.to_owned(), LATENCY_P95.to_owned(), LATENCY_P99.to_owned()];
    assert_eq!(test(&release).await, PagesTest::Works { signals });
    release.pages.status.store(403, Ordering::Relaxed);
    assert_eq!(test(&release).await, PagesTest::Refused { status: 403 });
    release.scope.ready.clear();
    assert_eq!(test(&release).await, PagesTest::NoPods);
    let off = Followed::with(only_stable(5), |source| Source { pods: None, ..source });
    assert_eq!(test(&off).await, PagesTest::Off);
}
