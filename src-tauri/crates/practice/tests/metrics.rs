//! Traffic and metrics, asked as a client of Prometheus asks.

#![allow(clippy::unwrap_used, reason = "the helpers of these tests are tests too")]

use bytes::Bytes;
use practice::{Environment, Options, Practice, Scenario, User, profile};
use serde_json::Value;
use std::time::Duration;

fn manual(seed: u64) -> Practice {
    Practice::start(Options {
        seed,
        manual: true,
        history: Duration::from_secs(900),
        ..Options::default()
    })
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

async fn ask(practice: &Practice, path: &str) -> (u16, Value) {
    let request = http::Request::get(path).body(Bytes::new()).unwrap();
    let response = practice.prometheus(Environment::Production, request).await;
    (
        response.status().as_u16(),
        serde_json::from_slice(response.body()).unwrap_or(Value::Null),
    )
}

async fn query(practice: &Practice, query: &str) -> Vec<(Value, f64)> {
    let (code, answer) = ask(practice, &format!("/api/v1/query?query={}", encode(query))).await;
    assert_eq!(code, 200, "{answer}");
    answer["data"]["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|element| {
            (
                element["metric"].clone(),
                element["value"][1].as_str().unwrap().parse().unwrap(),
            )
        })
        .collect()
}

async fn number(practice: &Practice, text: &str) -> f64 {
    let result = query(practice, text).await;
    assert_eq!(result.len(), 1, "{text}: {result:?}");
    result[0].1
}

/// Three pods of a new version of checkout beside the old ones, as a held Deployment has them.
fn release_checkout(practice: &Practice, version: &str) {
    practice.with_world(Environment::Production, |world| {
        let image = profile("checkout").unwrap().image(version);
        let path = "/apis/apps/v1/namespaces/shop/deployments/checkout";
        let patch = serde_json::json!({"spec": {
            "minReadySeconds": 31_536_000, "progressDeadlineSeconds": 31_540_000,
            "strategy": {"rollingUpdate": {"maxSurge": 3, "maxUnavailable": 0}},
            "template": {"spec": {"containers": [{"name": "checkout", "image": image}]}}}});
        world
            .send(
                &User::Admin,
                "PATCH",
                path,
                "application/strategic-merge-patch+json",
                &patch,
            )
            .unwrap();
    });
}

#[tokio::test]
async fn checkout_in_production_looks_as_its_profile_says() {
    let practice = manual(1);
    let app = "namespace=\"shop\",app=\"checkout\"";
    let rate = number(&practice, &format!("sum(rate(http_requests_total{{{app}}}[5m]))")).await;
    assert!((600.0..900.0).contains(&rate), "{rate}");
    let errors = number(
        &practice,
        &format!("sum(rate(http_requests_total{{{app},code=~\"5..\"}}[10m])) / sum(rate(http_requests_total{{{app}}}[10m]))"),
    )
    .await;
    assert!((0.0006..0.0014).contains(&errors), "{errors}");
    let p95 = number(
        &practice,
        &format!(
            "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{{{app}}}[5m])))"
        ),
    )
    .await;
    assert!((0.15..0.22).contains(&p95), "{p95}");
    let otel = number(
        &practice,
        &format!(
            "sum(rate(http_server_request_duration_seconds_count{{{app},http_response_status_code!~\"5..\"}}[5m]))"
        ),
    )
    .await;
    assert!((otel / rate - 1.0).abs() < 0.01, "{otel} {rate}");
    let pods = number(&practice, &format!("count(up{{{app}}})")).await;
    assert!((pods - 12.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn the_two_arms_are_told_apart_and_only_the_new_one_turns_bad() {
    let practice = manual(2);
    practice.set_scenario(Environment::Production, "checkout", Scenario::ErrorSpike);
    release_checkout(&practice, "2.16.0");
    practice.advance_by(Duration::from_secs(40));
    let ratio = "sum by (version) (rate(http_requests_total{app=\"checkout\",code=~\"5..\"}[30s])) \
                 / sum by (version) (rate(http_requests_total{app=\"checkout\"}[30s]))";
    for (metric, value) in query(&practice, ratio).await {
        assert!(value < 0.006, "too early to be bad: {metric} {value}");
    }
    practice.advance_by(Duration::from_secs(120));
    let arms = query(&practice, ratio).await;
    assert_eq!(arms.len(), 2);
    for (metric, value) in arms {
        if metric["version"] == "2.16.0" {
            assert!((0.025..0.055).contains(&value), "{value}");
        } else {
            assert!(value < 0.003, "{value}");
        }
    }
}

#[tokio::test]
async fn a_range_query_has_one_point_per_step_and_a_series_ends_with_its_pod() {
    let practice = manual(3);
    let end = practice.now().as_second();
    let path = format!(
        "/api/v1/query_range?query={}&start={}&end={end}&step=15",
        encode("sum by (app) (rate(http_requests_total{namespace=\"shop\"}[1m]))"),
        end - 300
    );
    let (_, answer) = ask(&practice, &path).await;
    let result = answer["data"]["result"].as_array().unwrap();
    assert_eq!(result.len(), 6);
    assert!(
        result
            .iter()
            .all(|series| series["values"].as_array().unwrap().len() == 21)
    );

    let before = number(&practice, "count(up{app=\"payments\"})").await;
    practice.with_world(Environment::Production, |world| {
        world.kubectl_scale(&User::Admin, "shop", "payments", 2).unwrap();
    });
    practice.advance_by(Duration::from_secs(20));
    let after = number(&practice, "count(up{app=\"payments\"})").await;
    assert_eq!((before as i64, after as i64), (6, 2));
}

#[tokio::test]
async fn what_the_practice_cluster_does_not_know_it_says() {
    let practice = manual(4);
    for (text, expected) in [
        ("predict_linear(http_requests_total[5m], 60)", 422),
        ("sum(rate(http_requests_total[5m])", 400),
        ("http_requests_total @ 1", 422),
    ] {
        let (code, answer) = ask(&practice, &format!("/api/v1/query?query={}", encode(text))).await;
        assert_eq!(code, expected, "{answer}");
        assert_eq!(answer["status"], "error");
    }
    let (_, answer) = ask(
        &practice,
        &format!("/api/v1/query?query={}", encode("rate(nothing_total[5m])")),
    )
    .await;
    assert_eq!(answer["data"]["result"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn operators_and_functions_that_health_queries_use_work_together() {
    let practice = manual(5);
    let or_zero = "sum(rate(http_requests_total{app=\"checkout\",code=\"418\"}[1m])) or vector(0)";
    assert!(number(&practice, or_zero).await.abs() < f64::EPSILON);
    let clamped = "sum(rate(http_requests_total{app=\"checkout\"}[1m])) / clamp_min(sum(rate(http_requests_total{app=\"checkout\"}[1m])), 1)";
    assert!((number(&practice, clamped).await - 1.0).abs() < 1e-9);
    let compared = query(&practice, "sum by (app) (rate(http_requests_total[1m])) > 400").await;
    assert_eq!(compared.len(), 3);
    let joined =
        "sum by (app, version) (rate(http_requests_total[1m])) * on (app) group_left () count by (app) (up)";
    assert_eq!(query(&practice, joined).await.len(), 6);
    let offset = number(
        &practice,
        "sum(rate(http_requests_total{app=\"checkout\"}[1m] offset 5m))",
    )
    .await;
    assert!(offset > 300.0);
    assert!(
        number(&practice, "max(kube_pod_container_status_restarts_total)")
            .await
            .abs()
            < f64::EPSILON
    );
    assert!(
        number(
            &practice,
            "avg(container_memory_working_set_bytes{app=\"checkout\"})"
        )
        .await
            > 1e8
    );
}

#[tokio::test]
async fn metadata_endpoints_and_the_service_proxy_answer() {
    let practice = manual(6);
    assert_eq!(
        ask(&practice, "/api/v1/status/buildinfo").await.1["status"],
        "success"
    );
    let (_, values) = ask(&practice, "/api/v1/label/app/values").await;
    assert_eq!(values["data"].as_array().unwrap().len(), 6);
    let (_, series) = ask(
        &practice,
        &format!("/api/v1/series?match[]={}", encode("up{app=\"checkout\"}")),
    )
    .await;
    assert!(series["data"].as_array().unwrap().len() >= 12);
    let client = practice.client(Environment::Production, User::Viewer);
    for name in ["prometheus:9090", "http:prometheus:9090", "prometheus"] {
        let path =
            format!("/api/v1/namespaces/monitoring/services/{name}/proxy/api/v1/query?query=count(up)");
        let answer = client
            .request_text(http::Request::get(path).body(Vec::new()).unwrap())
            .await
            .unwrap();
        assert!(answer.contains("\"resultType\":\"vector\""), "{answer}");
    }
    practice.with_world(Environment::Production, |world| world.break_prometheus(Some(500)));
    assert_eq!(ask(&practice, "/api/v1/query?query=up").await.0, 500);
}

#[tokio::test]
async fn too_little_traffic_is_a_hundredth_for_both_arms() {
    let practice = manual(7);
    practice.set_scenario(Environment::Production, "checkout", Scenario::TooLittleTraffic);
    practice.advance_by(Duration::from_secs(120));
    let rate = number(&practice, "sum(rate(http_requests_total{app=\"checkout\"}[1m]))").await;
    assert!((4.0..12.0).contains(&rate), "{rate}");
}

#[tokio::test]
async fn a_model_server_counts_what_vllm_counts_and_no_other_application_does() {
    let practice = manual(7);
    let app = "namespace=\"shop\",app=\"assistant\"";
    let answers = number(
        &practice,
        &format!("sum(rate(vllm:request_success_total{{{app}}}[5m]))"),
    )
    .await;
    assert!((11.0..21.0).contains(&answers), "{answers}");
    let tokens = number(
        &practice,
        &format!("sum(rate(vllm:generation_tokens_total{{{app}}}[5m]))"),
    )
    .await;
    assert!(
        (100.0..140.0).contains(&(tokens / answers)),
        "{tokens} in {answers}"
    );
    let p95 =
        |metric: &str| format!("histogram_quantile(0.95, sum by (le) (rate({metric}_bucket{{{app}}}[10m])))");
    let first = number(&practice, &p95("vllm:time_to_first_token_seconds")).await;
    assert!((0.5..0.9).contains(&first), "{first}");
    let next = number(&practice, &p95("vllm:inter_token_latency_seconds")).await;
    assert!((0.04..0.06).contains(&next), "{next}");
    let cache = number(&practice, &format!("avg(vllm:kv_cache_usage_perc{{{app}}})")).await;
    assert!((0.05..0.6).contains(&cache), "{cache}");
    let others = query(&practice, "count by (app) (vllm:request_success_total)").await;
    assert_eq!(others.len(), 1, "{others:?}");
}

#[tokio::test]
async fn a_version_that_falls_silent_serves_on_and_is_scraped_no_more() {
    let practice = manual(8);
    practice.set_scenario(Environment::Production, "checkout", Scenario::Silent);
    release_checkout(&practice, "2.16.0");
    practice.advance_by(Duration::from_secs(30));
    let new = "up{namespace=\"shop\",app=\"checkout\",version=\"2.16.0\"}";
    assert_eq!(query(&practice, new).await.len(), 3);
    practice.advance_by(Duration::from_secs(60));
    assert!(query(&practice, new).await.is_empty());
    let pods = "count(up{namespace=\"shop\",app=\"checkout\"})";
    assert!(
        (number(&practice, pods).await - 12.0).abs() < f64::EPSILON,
        "the old ones report on"
    );
}
