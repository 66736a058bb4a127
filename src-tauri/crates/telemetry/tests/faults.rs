//! What a Prometheus can do wrong.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use conductor::{PortError, Signals};
use release::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use support::*;
use telemetry::{ERRORS, LATENCY_P95, Preset, Telemetry, default_signals, discover, test_connection};

fn healthy() -> Scenario {
    Scenario::new()
        .client_pod(STABLE, "s0", (10.0, 0.0), 5, 0, 600)
        .client_pod(CANARY, "c0", (10.0, 0.0), 5, 0, 600)
}

async fn ask(
    telemetry: &Telemetry,
    after: i64,
    until: i64,
) -> Result<Vec<conductor::SignalLooks>, PortError> {
    telemetry
        .looks(
            &scope(),
            &default_signals(Preset::ClientLibrary),
            at(after),
            at(until),
        )
        .await
}

fn answers(status: u16, content_type: &'static str, body: &str) -> Fault {
    Fault::Answers("", status, content_type, body.into())
}

const PAGE: &str = "<!DOCTYPE html><html><title>Sign in</title></html>";

#[tokio::test(start_paused = true)]
async fn every_fault_of_the_source_is_told_and_nothing_is_lost_to_it() {
    let refused = r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#;
    let overloaded = r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#;
    let cases = [
        (
            answers(500, "text/plain", "boom"),
            "telemetry-server-error",
            false,
        ),
        (
            answers(503, "application/json", overloaded),
            "telemetry-server-error",
            false,
        ),
        (answers(502, "text/html", PAGE), "telemetry-server-error", false),
        (answers(200, "text/html", PAGE), "telemetry-not-prometheus", false),
        (answers(200, "", PAGE), "telemetry-not-prometheus", false),
        (
            answers(404, "text/plain", "404 page not found"),
            "telemetry-not-prometheus",
            false,
        ),
        (answers(302, "text/html", ""), "telemetry-not-prometheus", false),
        (answers(200, "", ""), "telemetry-not-prometheus", false),
        (
            answers(200, "", "# HELP go_gc"),
            "telemetry-not-prometheus",
            false,
        ),
        (answers(401, "text/plain", "no"), "telemetry-denied", false),
        (
            answers(403, "application/json", refused),
            "telemetry-denied",
            false,
        ),
        (
            answers(200, "application/json", "{\"status\":\"success\"}"),
            "telemetry-unreadable",
            false,
        ),
        (
            answers(200, "application/json", "{\"status\":\"succ"),
            "telemetry-unreadable",
            false,
        ),
        (
            answers(
                200,
                "application/json",
                r#"{"status":"success","data":{"resultType":"matrix","result":7}}"#,
            ),
            "telemetry-unreadable",
            false,
        ),
        (Fault::Hangs(""), "telemetry-timeout", true),
        (Fault::Unreachable, "telemetry-unreachable", true),
    ];
    for (fault, code, unreachable) in cases {
        let shown = format!("{fault:?}");
        // Before anything is known of the workload, and afterwards.
        for warm in [false, true] {
            let (telemetry, fake) = healthy().telemetry();
            if warm {
                ask(&telemetry, 50, 100).await.unwrap();
            }
            fake.break_it(fault.clone());
            let error = ask(&telemetry, 100, 200).await.unwrap_err();
            assert_eq!(
                (error.code.as_str(), error.unreachable),
                (code, unreachable),
                "{shown}"
            );
            assert!(!error.message.is_empty() && !error.hint.is_empty());
            fake.break_it(Fault::None);
            let found = ask(&telemetry, 100, 200).await.unwrap();
            assert!(
                of(&found, ERRORS).iter().all(|look| !look.canary.is_no_data()),
                "{shown}"
            );
        }
    }
}

#[tokio::test]
async fn an_environment_without_a_source_says_so() {
    let error = ask(&Telemetry::new(), 0, 60).await.unwrap_err();
    assert_eq!(error.code, "telemetry-no-source");
}

#[tokio::test]
async fn ten_thousand_series_are_read_and_more_are_refused_by_name_while_other_signals_go_on() {
    let many = |count: usize| {
        let mut scenario = healthy();
        for n in 0..count {
            let path = format!("/{n}");
            let labels = [("le", "+Inf"), ("path", path.as_str())];
            let name = "http_request_duration_seconds_bucket";
            scenario = scenario.series(name, CANARY, "c0", &labels, &[(190, 1.0), (195, 2.0)]);
        }
        scenario
    };
    // Beside the six of both pods.
    let (telemetry, _) = many(9_994).telemetry();
    let found = ask(&telemetry, 100, 200).await.unwrap();
    assert!(
        of(&found, LATENCY_P95)
            .iter()
            .any(|look| !look.canary.is_no_data())
    );
    let (telemetry, _) = many(9_995).telemetry();
    let found = ask(&telemetry, 100, 200).await.unwrap();
    assert!(
        of(&found, LATENCY_P95)
            .iter()
            .all(|look| look.canary.is_no_data())
    );
    assert!(of(&found, ERRORS).iter().all(|look| !look.canary.is_no_data()));
    let problems = telemetry.problems(&workload());
    assert_eq!(problems[0].error.code(), "telemetry-too-many-series");
    assert!(
        problems[0].error.to_string().contains("10001"),
        "{}",
        problems[0].error
    );
}

#[tokio::test]
async fn a_refused_query_costs_only_its_signal() {
    let (telemetry, fake) = healthy().telemetry();
    let refused = r#"{"status":"error","errorType":"execution","error":"not in the practice cluster"}"#;
    fake.break_it(Fault::Answers("_bucket", 422, "application/json", refused.into()));
    let found = ask(&telemetry, 100, 200).await.unwrap();
    assert!(
        of(&found, LATENCY_P95)
            .iter()
            .all(|look| look.canary.is_no_data())
    );
    assert!(of(&found, ERRORS).iter().all(|look| !look.canary.is_no_data()));
    assert_eq!(
        telemetry.problems(&workload())[0].error.code(),
        "telemetry-query-refused"
    );
    fake.break_it(Fault::None);
    ask(&telemetry, 200, 250).await.unwrap();
    assert_eq!(telemetry.problems(&workload()), Vec::new());
}

#[tokio::test(start_paused = true)]
async fn one_slow_query_is_asked_again_before_its_signal_is_given_up() {
    let (telemetry, fake) = healthy().telemetry();
    ask(&telemetry, 50, 100).await.unwrap();
    fake.break_it(Fault::Hangs("_bucket"));
    for _ in 0..3 {
        assert_eq!(
            ask(&telemetry, 100, 200).await.unwrap_err().code,
            "telemetry-timeout"
        );
    }
    let found = ask(&telemetry, 100, 200).await.unwrap();
    assert!(
        of(&found, LATENCY_P95)
            .iter()
            .all(|look| look.canary.is_no_data())
    );
    assert!(of(&found, ERRORS).iter().all(|look| !look.canary.is_no_data()));
}

#[tokio::test]
async fn the_connection_test_tells_version_and_clock() {
    let (_, fake) = healthy().telemetry();
    let now = Timestamp(START - 7_000);
    let connection = test_connection(Arc::clone(&fake) as _, Duration::from_secs(5), now)
        .await
        .unwrap();
    assert_eq!(connection.version.as_deref(), Some("2.42.0"));
    assert_eq!(connection.clock_ahead_millis, Some(7_000));
    let discovery = discover(Arc::clone(&fake) as _, Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(discovery.presets.len(), 1);
    assert_eq!(
        (discovery.presets[0].preset, discovery.presets[0].series),
        (Preset::ClientLibrary, 4)
    );
    assert!(!discovery.restarts);
    fake.break_it(answers(200, "text/html", PAGE));
    let error = test_connection(fake as _, Duration::from_secs(5), now)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "telemetry-not-prometheus");
}
