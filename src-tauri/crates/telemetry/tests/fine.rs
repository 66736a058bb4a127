//! Looks as fine as the scrapes are.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use conductor::Signals;
use judge::{Reading, SignalKind};
use release::Timestamp;
use support::*;
use telemetry::{ERRORS, SignalQuery, Telemetry};

/// As seconds after the start, with what the canary showed.
async fn fine_looks(telemetry: &Telemetry, after_ms: i64, until_ms: i64) -> Vec<(i64, Reading)> {
    let (after, until) = (Timestamp(START + after_ms), Timestamp(START + until_ms));
    let found = telemetry.looks(&scope(), &signals(), after, until).await.unwrap();
    let looks = of(&found, ERRORS).iter();
    looks
        .map(|look| (look.at_ms - START, look.canary.clone()))
        .collect()
}

fn times(looks: Vec<(i64, Reading)>) -> Vec<i64> {
    looks.into_iter().map(|(at, _)| at).collect()
}

fn telemetry_expects(telemetry: &Telemetry) -> i64 {
    telemetry.expected(&workload()).unwrap().0
}

#[tokio::test]
async fn scrapes_of_a_second_are_looked_at_each_second_and_as_soon_as_all_of_them_are_there() {
    let (telemetry, _) = few_pods(1).telemetry();
    let second = |at: i64| (at, Reading::ratio(11.0, 1.0));
    assert_eq!(
        fine_looks(&telemetry, 100_000, 102_300).await,
        [second(101_000), second(102_000)]
    );
    assert_eq!(telemetry_expects(&telemetry), START + 103_250);
    assert_eq!(fine_looks(&telemetry, 102_000, 103_100).await, []);
    assert_eq!(fine_looks(&telemetry, 102_000, 103_250).await, [second(103_000)]);
}

fn few_pods_without_canary() -> Scenario {
    Scenario::new().client_pod(STABLE, "s0", (10.0, 0.0), 1, 0, 600)
}

#[tokio::test]
async fn a_scrape_of_which_a_part_is_missing_is_waited_for() {
    // The canary's failures of the 103rd second come later than its other series.
    let behind = |seconds: i64| {
        let counted = |speed: i64| {
            (0..=seconds)
                .map(|at| (at, (speed * at) as f64))
                .collect::<Vec<_>>()
        };
        few_pods_without_canary()
            .series(
                "http_requests_total",
                CANARY,
                "c0",
                &[("code", "200")],
                &counted(10),
            )
            .series(
                "http_requests_total",
                CANARY,
                "c0",
                &[("code", "500")],
                &counted(1)[..103],
            )
    };
    let (telemetry, prometheus) = behind(200).telemetry();
    assert_eq!(
        times(fine_looks(&telemetry, 100_000, 103_500).await),
        [101_000, 102_000]
    );
    prometheus.change(|_| few_pods(1));
    assert_eq!(
        fine_looks(&telemetry, 102_000, 103_900).await,
        [(103_000, Reading::ratio(11.0, 1.0))]
    );
}

#[tokio::test]
async fn a_pod_that_is_not_scraped_any_more_holds_the_looks_up_no_longer_than_before() {
    let (telemetry, _) = few_pods(1)
        .client_pod(STABLE, "gone", (10.0, 0.0), 1, 0, 100)
        .telemetry();
    assert_eq!(times(fine_looks(&telemetry, 99_000, 102_900).await), [100_000]);
    assert_eq!(times(fine_looks(&telemetry, 100_000, 103_000).await), [101_000]);
    // After three scrapes it counts as gone.
    assert_eq!(
        times(fine_looks(&telemetry, 101_000, 104_300).await),
        [102_000, 103_000, 104_000]
    );
}

#[tokio::test]
async fn values_that_the_source_works_out_are_asked_for_each_five_seconds_only() {
    let expression = "level{pod=~\"{{arm_pods}}\"}";
    let mut all = signals();
    let mut level = all[0].clone();
    level.id = "level".into();
    level.kind = SignalKind::Gauge;
    all.push(level);
    let (telemetry, _) = few_pods(1).telemetry_with(|source| {
        source.query(
            "level",
            SignalQuery::Value {
                expression: expression.into(),
            },
        )
    });
    let found = looks(&telemetry, &all, 100, 112).await;
    let times = |signal| {
        of(&found, signal)
            .iter()
            .map(|look| look.at_ms - START)
            .collect::<Vec<_>>()
    };
    assert_eq!(times("level"), [105_000, 110_000]);
    assert!(times(ERRORS).len() > 8);
}
