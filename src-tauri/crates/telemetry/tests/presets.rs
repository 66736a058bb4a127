//! Model servers and the mesh: found by themselves, and read as their documentation says.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use conductor::{SignalLooks, Signals};
use judge::Reading;
use release::Timestamp;
use support::*;
use telemetry::{
    ERRORS, FIRST_TOKEN_P95, LATENCY_P95, NEXT_TOKEN_P95, Preset, REFUSALS, REQUESTS, Telemetry,
    default_signals,
};

/// A counter that grows by `per_second`, scraped each five seconds for ten minutes.
fn counted(per_second: f64) -> Vec<(i64, f64)> {
    (0..=120).map(|n| (n * 5, (n * 5) as f64 * per_second)).collect()
}

/// Counters of one pod of each arm; the canary's speeds come second.
fn both(scenario: Scenario, metric: &str, extra: &[(&str, &str)], speeds: (f64, f64)) -> Scenario {
    scenario
        .series(metric, STABLE, "s0", extra, &counted(speeds.0))
        .series(metric, CANARY, "c0", extra, &counted(speeds.1))
}

/// A histogram whose observations are all up to `bound`.
fn up_to(mut scenario: Scenario, name: &str, bound: &str, extra: &[(&str, &str)]) -> Scenario {
    for le in [bound, "+Inf"] {
        let labels: Vec<(&str, &str)> = extra.iter().copied().chain([("le", le)]).collect();
        scenario = both(scenario, &format!("{name}_bucket"), &labels, (10.0, 10.0));
    }
    both(scenario, &format!("{name}_sum"), extra, (1.0, 1.0))
}

async fn looks(telemetry: &Telemetry, preset: Preset) -> Vec<SignalLooks> {
    // Levels are asked for in a way that this Prometheus does not know.
    let signals: Vec<_> = default_signals(preset)
        .into_iter()
        .filter(|signal| signal.kind != judge::SignalKind::Gauge && signal.id != telemetry::TOKENS)
        .collect();
    let until = Timestamp(START + 200_000);
    telemetry
        .looks(&scope(), &signals, Timestamp(START + 100_000), until)
        .await
        .unwrap()
}

async fn ids(telemetry: &Telemetry) -> Vec<String> {
    let signals = telemetry.signals_for(&workload()).await.unwrap();
    signals.into_iter().map(|signal| signal.id).collect()
}

fn vllm() -> Scenario {
    let mut scenario = Scenario::new();
    for (reason, speeds) in [("stop", (8.0, 6.0)), ("abort", (2.0, 2.0)), ("error", (0.0, 2.0))] {
        scenario = both(
            scenario,
            "vllm:request_success_total",
            &[("finished_reason", reason)],
            speeds,
        );
    }
    // Its HTTP server has a client library's counter, too.
    let scenario = both(
        scenario,
        "http_requests_total",
        &[("status", "2xx")],
        (10.0, 10.0),
    );
    up_to(scenario, "vllm:time_to_first_token_seconds", "0.5", &[])
}

#[tokio::test]
async fn vllm_is_found_before_its_http_server_and_an_abort_is_no_error() {
    let (telemetry, _) = vllm().telemetry();
    let found = looks(&telemetry, Preset::Vllm).await;
    assert_eq!(telemetry.detected(&workload()).unwrap().preset, Preset::Vllm);
    assert_eq!(of(&found, ERRORS)[3].stable, Reading::ratio(50.0, 0.0));
    assert_eq!(of(&found, ERRORS)[3].canary, Reading::ratio(50.0, 10.0));
    let Reading::Histogram { upper_bounds, .. } = &of(&found, FIRST_TOKEN_P95)[3].canary else {
        panic!("no histogram");
    };
    assert_eq!(upper_bounds, &[0.5]);
    assert_eq!(of(&found, REQUESTS)[3].canary, Reading::value(10.0));
}

#[tokio::test]
async fn what_a_version_of_a_server_does_not_measure_is_not_asked_of_a_release() {
    let (telemetry, _) = vllm().telemetry();
    assert_eq!(ids(&telemetry).await, [ERRORS, FIRST_TOKEN_P95, REQUESTS]);

    let newer = both(vllm(), "vllm:admission_rejections_total", &[], (0.0, 10.0));
    let newer = up_to(newer, "vllm:inter_token_latency_seconds", "0.05", &[]);
    let (telemetry, _) = newer.telemetry();
    assert_eq!(
        ids(&telemetry).await,
        [ERRORS, FIRST_TOKEN_P95, NEXT_TOKEN_P95, REFUSALS, REQUESTS]
    );
    let found = looks(&telemetry, Preset::Vllm).await;
    assert_eq!(of(&found, REFUSALS)[3].stable, Reading::ratio(50.0, 0.0));
    assert_eq!(of(&found, REFUSALS)[3].canary, Reading::ratio(100.0, 50.0));
}

#[tokio::test]
async fn triton_tells_refusals_from_errors_and_a_client_that_left_from_both() {
    let mut scenario = both(Scenario::new(), "nv_inference_request_success", &[], (8.0, 8.0));
    for (reason, per_second) in [("BACKEND", 1.0), ("REJECTED", 2.0), ("CANCELED", 4.0)] {
        let extra = [("reason", reason)];
        scenario = both(
            scenario,
            "nv_inference_request_failure",
            &extra,
            (0.0, per_second),
        );
    }
    let name = "nv_inference_first_response_histogram_ms";
    let (telemetry, _) = up_to(scenario, name, "500", &[]).telemetry();
    let found = looks(&telemetry, Preset::Triton).await;
    assert_eq!(telemetry.detected(&workload()).unwrap().preset, Preset::Triton);
    assert_eq!(of(&found, ERRORS)[3].stable, Reading::ratio(40.0, 0.0));
    assert_eq!(of(&found, ERRORS)[3].canary, Reading::ratio(75.0, 5.0));
    assert_eq!(of(&found, REFUSALS)[3].canary, Reading::ratio(75.0, 10.0));
    let Reading::Histogram { upper_bounds, .. } = &of(&found, FIRST_TOKEN_P95)[3].canary else {
        panic!("no histogram");
    };
    assert_eq!(upper_bounds, &[0.5], "milliseconds are told in seconds");
}

#[tokio::test]
async fn triton_before_reasons_were_told_counts_every_failure_as_an_error() {
    let scenario = both(Scenario::new(), "nv_inference_request_success", &[], (8.0, 8.0));
    let (telemetry, _) = both(scenario, "nv_inference_request_failure", &[], (0.0, 2.0)).telemetry();
    let found = looks(&telemetry, Preset::Triton).await;
    assert_eq!(of(&found, ERRORS)[3].canary, Reading::ratio(50.0, 10.0));
    assert_eq!(of(&found, REFUSALS)[3].canary, Reading::ratio(50.0, 0.0));
}

#[tokio::test]
async fn kserve_is_judged_by_the_time_of_its_predictions() {
    let scenario = up_to(
        Scenario::new(),
        "request_predict_seconds",
        "0.25",
        &[("model_name", "iris")],
    );
    let scenario = both(
        scenario,
        "request_predict_seconds_count",
        &[("model_name", "iris")],
        (10.0, 10.0),
    );
    let (telemetry, _) = scenario.telemetry();
    assert_eq!(ids(&telemetry).await, ["latency-p95", "latency-p99", "requests"]);
    let found = looks(&telemetry, Preset::KServe).await;
    assert_eq!(telemetry.detected(&workload()).unwrap().preset, Preset::KServe);
    assert_eq!(of(&found, REQUESTS)[3].stable, Reading::value(10.0));
}

#[tokio::test]
async fn of_a_sidecar_only_what_its_own_pod_answered_counts() {
    let mut scenario = Scenario::new();
    for (reporter, code, speeds) in [
        ("destination", "200", (10.0, 8.0)),
        ("destination", "503", (0.0, 2.0)),
        ("source", "500", (50.0, 50.0)),
    ] {
        let extra = [("reporter", reporter), ("response_code", code)];
        scenario = both(scenario, "istio_requests_total", &extra, speeds);
    }
    let duration = "istio_request_duration_milliseconds";
    let (telemetry, _) = up_to(scenario, duration, "250", &[("reporter", "destination")]).telemetry();
    let found = looks(&telemetry, Preset::Istio).await;
    assert_eq!(telemetry.detected(&workload()).unwrap().preset, Preset::Istio);
    assert_eq!(of(&found, ERRORS)[3].stable, Reading::ratio(50.0, 0.0));
    assert_eq!(of(&found, ERRORS)[3].canary, Reading::ratio(50.0, 10.0));
    let Reading::Histogram { upper_bounds, .. } = &of(&found, LATENCY_P95)[3].canary else {
        panic!("no histogram");
    };
    assert_eq!(upper_bounds, &[0.25]);
}

#[tokio::test]
async fn routers_that_cannot_tell_the_pods_apart_are_not_taken_for_health_data() {
    // Their series are about the Service: the pod is the router's own.
    let samples = counted(10.0);
    let nginx = [
        ("service", "checkout"),
        ("status", "500"),
        ("pod", "ingress-nginx-controller-7f9-x2x9z"),
    ];
    let traefik = [
        ("service", "shop-checkout-80@kubernetes"),
        ("code", "500"),
        ("pod", "traefik-6d8-aaaaa"),
    ];
    let (telemetry, _) = Scenario::new()
        .series(
            "nginx_ingress_controller_requests",
            CANARY,
            "c0",
            &nginx,
            &samples,
        )
        .series("traefik_service_requests_total", CANARY, "c0", &traefik, &samples)
        .telemetry();
    assert!(ids(&telemetry).await.is_empty());
}
