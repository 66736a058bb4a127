//! What model servers measure: vLLM, NVIDIA Triton and KServe's own servers.
//!
//! Sources, as they were when this was written: vLLM's "Production Metrics" (docs.vllm.ai, usage/metrics, 0.32; older names:
//! 0.9), Triton's "Metrics" (docs.nvidia.com, user guide; the first response's histogram only
//! with `--metrics-config histogram_latencies=true`), KServe's "Prometheus Metrics" (kserve.github.io).

use crate::Preset;
use crate::pod_labels::PodLabels;
use crate::preset::{ERRORS, LATENCY_P95, LATENCY_P99, REQUESTS, named, requests_signal};
use crate::query::{SignalQuery, Unit};
use judge::{Effect, Limit, Role, Rule, SignalKind, SignalSpec};

/// Id of the signal for requests that were turned away before any work.
pub const REFUSALS: &str = "refusals";
/// Id of the signal for the 95th percentile of the time to the first token (Triton: to the first piece of an answer).
pub const FIRST_TOKEN_P95: &str = "first-token-p95";
/// Id of the signal for the 95th percentile of the time between tokens.
pub const NEXT_TOKEN_P95: &str = "next-token-p95";
/// Id of the signal for tokens written per second and pod.
pub const TOKENS: &str = "tokens";
/// Id of the signal for requests that wait, per pod.
pub const QUEUE: &str = "queue";
/// Id of the signal for the part of the key-value cache that is in use.
pub const CACHE_USE: &str = "cache-use";

/// The metric without which a signal cannot be fed; `None` if the preset has no such signal, or needs nothing beside its
/// counter.
pub(crate) fn metric(preset: Preset, signal: &str) -> Option<&'static str> {
    match (preset, signal) {
        (Preset::Vllm, FIRST_TOKEN_P95) => Some("vllm:time_to_first_token_seconds_bucket"),
        (Preset::Vllm, NEXT_TOKEN_P95) => Some("vllm:inter_token_latency_seconds_bucket"),
        (Preset::Vllm, REFUSALS) => Some("vllm:admission_rejections_total"),
        (Preset::Vllm, TOKENS) => Some("vllm:generation_tokens_total"),
        (Preset::Vllm, QUEUE) => Some("vllm:num_requests_waiting"),
        (Preset::Vllm, CACHE_USE) => Some("vllm:kv_cache_usage_perc"),
        (Preset::Triton, ERRORS | REFUSALS) => Some("nv_inference_request_failure"),
        (Preset::Triton, FIRST_TOKEN_P95) => Some("nv_inference_first_response_histogram_ms_bucket"),
        (Preset::Triton, QUEUE) => Some("nv_inference_pending_request_count"),
        (Preset::KServe, LATENCY_P95 | LATENCY_P99) => Some("request_predict_seconds_bucket"),
        _ => None,
    }
}

/// The query of a model server's signal; `None` if it has no such signal. `pods` are matchers for the pods of both arms.
pub(crate) fn query(preset: Preset, labels: &PodLabels, pods: &str, signal: &str) -> Option<SignalQuery> {
    let metric = metric(preset, signal);
    let buckets = |unit| {
        metric.map(|metric| SignalQuery::Buckets {
            buckets: format!("{metric}{{{pods}}}"),
            unit,
        })
    };
    match (preset, signal) {
        // Requests end by a stop word, by length, by the client's abort, or by an error, which is always answered with 500.
        (Preset::Vllm, ERRORS) => Some(SignalQuery::Ratio {
            total: format!("vllm:request_success_total{{{pods}}}"),
            bad: format!("vllm:request_success_total{{{pods},finished_reason=\"error\"}}"),
        }),
        (Preset::Vllm, REFUSALS) => Some(SignalQuery::Ratio {
            total: format!(
                "{{__name__=~\"vllm:request_success_total|vllm:admission_rejections_total\",{pods}}}"
            ),
            bad: format!("vllm:admission_rejections_total{{{pods}}}"),
        }),
        (Preset::Vllm, REQUESTS) => Some(SignalQuery::Speed {
            events: format!("vllm:request_success_total{{{pods}}}"),
        }),
        // A client that went away is no failure of the server. A server whose failures tell no reason has all of them counted as errors.
        (Preset::Triton, ERRORS) => Some(triton_ratio(pods, "reason!~\"CANCELED|REJECTED\"")),
        (Preset::Triton, REFUSALS) => Some(triton_ratio(pods, "reason=\"REJECTED\"")),
        (Preset::Triton, REQUESTS) => Some(SignalQuery::Speed {
            events: format!("nv_inference_request_success{{{pods}}}"),
        }),
        (Preset::KServe, REQUESTS) => Some(SignalQuery::Speed {
            events: format!("request_predict_seconds_count{{{pods}}}"),
        }),
        (Preset::Triton, FIRST_TOKEN_P95) => buckets(Unit::Milliseconds),
        (_, FIRST_TOKEN_P95 | NEXT_TOKEN_P95 | LATENCY_P95 | LATENCY_P99) => buckets(Unit::Seconds),
        (_, TOKENS) => metric.map(|metric| {
            let arm = of_one_arm(labels);
            SignalQuery::Value {
                expression: format!("sum(rate({metric}{{{arm}}}[1m])) / count({metric}{{{arm}}})"),
            }
        }),
        (_, QUEUE | CACHE_USE) => metric.map(|metric| SignalQuery::Value {
            expression: format!("avg({metric}{{{}}})", of_one_arm(labels)),
        }),
        _ => None,
    }
}

fn triton_ratio(pods: &str, reason: &str) -> SignalQuery {
    SignalQuery::Ratio {
        total: format!("{{__name__=~\"nv_inference_request_success|nv_inference_request_failure\",{pods}}}"),
        bad: format!("nv_inference_request_failure{{{pods},{reason}}}"),
    }
}

/// Matchers with placeholders: each arm is asked for by itself, because levels of two arms cannot be told apart afterwards.
fn of_one_arm(labels: &PodLabels) -> String {
    format!(
        "{}=\"{{{{namespace}}}}\",{}=~\"{{{{arm_pods}}}}\"",
        labels.namespace, labels.pod
    )
}

/// The signals of a model server. Times are in seconds.
///
/// Errors and the times that a reader feels decide. Refusals, queue and cache are judged and decide nothing: they follow the
/// load as much as the version. Tokens per second follow what is asked for, so they are shown only. KServe's own servers count
/// no failures: where a mesh is there, [`Preset::Istio`] can be chosen for them.
pub(crate) fn signals(preset: Preset) -> Vec<SignalSpec> {
    let latency =
        |id: &str, objective: f64, name: &str| named(SignalSpec::latency(id, 0.95, objective, 0.2), name);
    let errors = || named(SignalSpec::error_ratio(ERRORS, 0.005), "Error ratio");
    let refusals = || named(SignalSpec::error_ratio(REFUSALS, 0.02), "Refused requests").role(Role::Advisory);
    let requests = requests_signal();
    match preset {
        Preset::Vllm => vec![
            errors(),
            latency(FIRST_TOKEN_P95, 1.0, "First token p95"),
            latency(NEXT_TOKEN_P95, 0.1, "Next token p95"),
            refusals(),
            queue(),
            cache_use(),
            tokens(),
            requests,
        ],
        Preset::Triton => vec![
            errors(),
            latency(FIRST_TOKEN_P95, 1.0, "First response p95"),
            refusals(),
            queue(),
            requests,
        ],
        Preset::KServe => vec![
            latency(LATENCY_P95, 0.5, "Prediction p95"),
            named(SignalSpec::latency(LATENCY_P99, 0.99, 1.0, 0.3), "Prediction p99").role(Role::Advisory),
            requests,
        ],
        _ => Vec::new(),
    }
}

fn level(id: &str, name: &str, unit: &str, role: Role, rule: Rule) -> SignalSpec {
    SignalSpec {
        id: id.to_owned(),
        name: name.to_owned(),
        unit: unit.to_owned(),
        kind: SignalKind::Gauge,
        role,
        rule,
    }
}

fn queue() -> SignalSpec {
    let rule = Rule {
        against_stable: Some(Effect::absolute(5.0)),
        ..Rule::default()
    };
    level(QUEUE, "Queue", "requests/pod", Role::Advisory, rule)
}

/// A full cache means that running requests are thrown out and begun again.
fn cache_use() -> SignalSpec {
    let rule = Rule {
        limit: Some(Limit {
            value: 0.95,
            clears_at: Some(0.9),
            for_seconds: 60.0,
        }),
        ..Rule::default()
    };
    level(CACHE_USE, "Cache in use", "ratio", Role::Advisory, rule)
}

fn tokens() -> SignalSpec {
    SignalSpec {
        kind: SignalKind::Rate,
        ..level(TOKENS, "Tokens", "tokens/pod/s", Role::Context, Rule::default())
    }
}
