//! Each practice scenario leads to its outcome by pods and traffic alone: the same judge looks at them as at a real cluster.

#![allow(missing_docs, reason = "the names of tests are sentences")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may end where it stands"
)]

mod support;

use serde_json::{Value, json};
use support::Window;

/// The verdict about one signal.
fn of<'a>(verdict: &'a Value, signal: &str) -> &'a Value {
    let signals = verdict["signals"].as_array().unwrap();
    let found = signals.iter().find(|one| one["signal"] == signal);
    found.unwrap_or_else(|| panic!("no {signal} in {verdict:#}"))
}

/// The first moment at which the judge said so, from the record.
async fn first_verdict(window: &Window, release: &str, verdict: &str) -> Value {
    let capsule = window
        .call("history.capsule", json!({ "release": release }))
        .await;
    let judgements = capsule["judgements"].as_array().unwrap();
    let found = judgements
        .iter()
        .map(|one| &one["judgement"]["verdict"])
        .find(|one| one["verdict"] == verdict);
    found
        .unwrap_or_else(|| panic!("it never was {verdict}: {judgements:#?}"))
        .clone()
}

/// How much speaks for a verdict, 0 to 1.
fn side(of: &Value, side: &str) -> f64 {
    of["sides"][side]["fraction"]
        .as_f64()
        .unwrap_or_else(|| panic!("no {side} in {of:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_version_is_found_healthy() {
    let window = Window::open(40.0).await;
    let release = window.start("healthy", &[25.0, 100.0]).await;
    window.live_until(&release, "completed").await;
    let verdict = first_verdict(&window, &release, "healthy").await;
    for signal in ["errors", "latency-p95"] {
        let found = of(&verdict, signal);
        assert_eq!(found["verdict"], "healthy");
        assert!((side(found, "healthy") - 1.0).abs() < 1e-9, "{found:#}");
        assert!(side(found, "degraded") < 1.0, "{found:#}");
    }
    assert!((side(&verdict, "healthy") - 1.0).abs() < 1e-9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_fails_requests_is_found_degraded_by_its_errors() {
    let window = Window::open(40.0).await;
    let release = window.start("error_spike", &[25.0, 100.0]).await;
    window.live_until(&release, "rolledBack").await;
    let verdict = first_verdict(&window, &release, "degraded").await;
    assert_eq!(verdict["failing"], json!(["errors"]), "{verdict:#}");
    assert!((side(&verdict, "degraded") - 1.0).abs() < 1e-9);
    assert!(side(of(&verdict, "latency-p95"), "degraded") < 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_answers_slowly_is_found_degraded_by_its_latency() {
    let window = Window::open(40.0).await;
    let release = window.start("slow_latency", &[25.0, 100.0]).await;
    window.live_until(&release, "rolledBack").await;
    let verdict = first_verdict(&window, &release, "degraded").await;
    assert_eq!(verdict["failing"], json!(["latency-p95"]), "{verdict:#}");
    assert_ne!(of(&verdict, "errors")["verdict"], "degraded");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_too_little_traffic_the_release_is_held_for_want_of_evidence() {
    let window = Window::open(40.0).await;
    let release = window
        .start_of("checkout", "too_little_traffic", &[25.0, 100.0], 120)
        .await;
    let live = window.live_until(&release, "held").await;
    assert_eq!(
        live["stage"]["reason"]["code"], "evidenceMissing",
        "{:#}",
        live["stage"]
    );
    let verdict = &live["judgement"]["verdict"];
    assert_eq!(verdict["verdict"], "notEnoughEvidence");
    assert!(
        side(verdict, "healthy") < 1.0 && side(verdict, "degraded") < 1.0,
        "{verdict:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_stops_reporting_is_not_taken_for_healthy() {
    let window = Window::open(40.0).await;
    let release = window.start("silent", &[25.0, 100.0]).await;
    let live = window
        .until(
            "release.live",
            json!({ "release": release }),
            "it is silent",
            |live| {
                let verdict = &live["judgement"]["verdict"];
                verdict["signals"].is_array() && of(verdict, "errors")["reason"]["seconds"].is_number()
            },
        )
        .await;
    let verdict = &live["judgement"]["verdict"];
    let errors = of(verdict, "errors");
    assert_eq!(
        (&errors["reason"]["code"], &errors["reason"]["arm"]),
        (&json!("noData"), &json!("canary"))
    );
    assert_eq!(verdict["verdict"], "notEnoughEvidence");
    assert!(
        side(errors, "healthy").abs() < 1e-9,
        "what is stale speaks for nothing"
    );
    assert_eq!(live["phase"], 0, "nothing passed without samples");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_restarts_again_and_again_is_found_degraded_by_its_pods() {
    let window = Window::open(40.0).await;
    let release = window.start("crash_loop", &[25.0, 100.0]).await;
    window.live_until(&release, "rolledBack").await;
    let capsule = window
        .call("history.capsule", json!({ "release": release }))
        .await;
    let judgements = capsule["judgements"].as_array().unwrap();
    assert!(
        judgements
            .iter()
            .any(|one| one["judgement"]["readiness"] == "degraded"),
        "{judgements:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_server_is_judged_by_what_vllm_measures() {
    let window = Window::open(40.0).await;
    let release = window
        .start_of("assistant", "slow_latency", &[25.0, 100.0], 600)
        .await;
    window.live_until(&release, "rolledBack").await;
    let verdict = first_verdict(&window, &release, "degraded").await;
    let failing = verdict["failing"].as_array().unwrap();
    assert!(!failing.is_empty(), "{verdict:#}");
    for signal in failing {
        assert!(
            signal == "first-token-p95" || signal == "next-token-p95",
            "{failing:?}"
        );
    }
    assert_ne!(of(&verdict, "errors")["verdict"], "degraded");
    for shown in ["queue", "cache-use", "tokens"] {
        assert!(of(&verdict, shown)["canary"].is_number(), "{shown} has no value");
    }
}
