use crate::pod_labels::PodLabels;
use crate::query::{SignalQuery, Unit};
use crate::serving;
use conductor::WorkloadRef;
use judge::{Effect, Limit, Role, Rule, SignalKind, SignalSpec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Id of the signal for failed requests.
pub const ERRORS: &str = "errors";
/// Id of the signal for the 95th percentile of durations.
pub const LATENCY_P95: &str = "latency-p95";
/// Id of the signal for the 99th percentile of durations.
pub const LATENCY_P99: &str = "latency-p99";
/// Id of the signal for requests per second.
pub const REQUESTS: &str = "requests";
/// Id of the signal for container restarts (kube-state-metrics).
pub const RESTARTS: &str = "restarts";

/// Which metrics an application has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Preset {
    /// Whichever of the others is found first, in this order.
    #[default]
    Automatic,
    /// `http_server_request_duration_seconds` (OpenTelemetry semantic conventions 1.23 and later).
    OpenTelemetry,
    /// `http_server_duration_milliseconds` (older OpenTelemetry libraries).
    OpenTelemetryMilliseconds,
    /// `http_requests_total` and `http_request_duration_seconds` (Prometheus client libraries).
    ClientLibrary,
    /// vLLM's `vllm:…`.
    Vllm,
    /// NVIDIA Triton's `nv_inference_…`.
    Triton,
    /// `request_predict_seconds` of KServe's own model servers.
    KServe,
    /// `istio_requests_total` and `istio_request_duration_milliseconds` as the sidecar in the application's pod reports them
    /// (istio.io, "Istio Standard Metrics"). Requests that never reached a pod are not among them.
    ///
    /// Other routers have no preset, because their series do not say which pod answered: ingress-nginx
    /// (`nginx_ingress_controller_requests`) and Traefik (`traefik_service_requests_total`) tell the Service, which serves both
    /// versions, and Istio's ambient mode has no sidecar. Where canary and stable have Services of their own, they can be told
    /// apart by queries that the user writes.
    Istio,
    /// Only the queries that the user wrote.
    Custom,
}

impl Preset {
    /// Those that can be looked for, in order. Model servers come first: vLLM has a client library's metrics too, and they
    /// say less. The mesh comes last: an application knows more about its requests.
    pub(crate) const FOUND: [Preset; 7] = [
        Preset::Vllm,
        Preset::Triton,
        Preset::KServe,
        Preset::OpenTelemetry,
        Preset::OpenTelemetryMilliseconds,
        Preset::ClientLibrary,
        Preset::Istio,
    ];

    /// Whether its metrics are those of a model server.
    pub(crate) fn is_of_model_server(self) -> bool {
        matches!(self, Preset::Vllm | Preset::Triton | Preset::KServe)
    }

    /// The counter whose presence tells the preset.
    pub(crate) fn counter(self) -> Option<&'static str> {
        match self {
            Preset::OpenTelemetry => Some("http_server_request_duration_seconds_count"),
            Preset::OpenTelemetryMilliseconds => Some("http_server_duration_milliseconds_count"),
            Preset::ClientLibrary => Some("http_requests_total"),
            Preset::Vllm => Some("vllm:request_success_total"),
            Preset::Triton => Some("nv_inference_request_success"),
            Preset::KServe => Some("request_predict_seconds_count"),
            Preset::Istio => Some("istio_requests_total"),
            Preset::Automatic | Preset::Custom => None,
        }
    }

    /// The buckets of durations, and the unit of their bounds.
    pub(crate) fn buckets(self) -> Option<(&'static str, Unit)> {
        match self {
            Preset::OpenTelemetry => Some(("http_server_request_duration_seconds_bucket", Unit::Seconds)),
            Preset::OpenTelemetryMilliseconds => {
                Some(("http_server_duration_milliseconds_bucket", Unit::Milliseconds))
            }
            Preset::ClientLibrary => Some(("http_request_duration_seconds_bucket", Unit::Seconds)),
            Preset::Istio => Some(("istio_request_duration_milliseconds_bucket", Unit::Milliseconds)),
            Preset::Vllm | Preset::Triton | Preset::KServe | Preset::Automatic | Preset::Custom => None,
        }
    }

    /// Labels that may carry the status code, in the order in which they are tried.
    pub(crate) fn status_labels(self) -> &'static [&'static str] {
        match self {
            Preset::OpenTelemetry => &["http_response_status_code", "http_status_code"],
            Preset::OpenTelemetryMilliseconds => &["http_status_code", "http_response_status_code"],
            Preset::ClientLibrary => &["code", "status", "status_code", "http_status"],
            Preset::Istio => &["response_code"],
            Preset::Vllm | Preset::Triton | Preset::KServe | Preset::Automatic | Preset::Custom => &[],
        }
    }

    /// The metric without which a signal cannot be fed; `None` if it needs nothing beside the preset's counter.
    pub(crate) fn metric(self, signal: &str) -> Option<&'static str> {
        match (self.buckets(), signal) {
            (Some((buckets, _)), LATENCY_P95 | LATENCY_P99) => Some(buckets),
            _ => serving::metric(self, signal),
        }
    }
}

/// The restart counter of kube-state-metrics.
pub(crate) const RESTART_COUNTER: &str = "kube_pod_container_status_restarts_total";

/// The query of a preset's signal; `None` if the preset has no such signal.
pub(crate) fn query(
    preset: Preset,
    status_label: Option<&str>,
    labels: &PodLabels,
    workload: &WorkloadRef,
    hashes: &[String],
    signal: &str,
) -> Option<SignalQuery> {
    let pods = labels.of_arms(workload, hashes);
    if preset.is_of_model_server() {
        return serving::query(preset, labels, &pods, signal);
    }
    // A sidecar reports the requests that its pod makes, too.
    let pods = match preset {
        Preset::Istio => format!("{pods},reporter=\"destination\""),
        _ => pods,
    };
    let counter = preset.counter()?;
    match signal {
        ERRORS => status_label.map(|status| SignalQuery::Ratio {
            total: format!("{counter}{{{pods}}}"),
            bad: format!("{counter}{{{pods},{status}=~\"5.*\"}}"),
        }),
        REQUESTS => Some(SignalQuery::Speed {
            events: format!("{counter}{{{pods}}}"),
        }),
        LATENCY_P95 | LATENCY_P99 => preset.buckets().map(|(buckets, unit)| SignalQuery::Buckets {
            buckets: format!("{buckets}{{{pods}}}"),
            unit,
        }),
        _ => None,
    }
}

/// The signals that a preset can feed: failed requests and the 95th percentile decide, the 99th is judged and decides
/// nothing, requests per second are shown. A model server has signals of its own. Durations are in seconds. [`Preset::Custom`] has none of its own.
pub fn default_signals(preset: Preset) -> Vec<SignalSpec> {
    if preset == Preset::Custom {
        return Vec::new();
    }
    if preset.is_of_model_server() {
        return serving::signals(preset);
    }
    let p95 = SignalSpec::latency(LATENCY_P95, 0.95, 0.3, 0.2);
    let p99 = SignalSpec::latency(LATENCY_P99, 0.99, 1.0, 0.3).role(Role::Advisory);
    vec![
        named(SignalSpec::error_ratio(ERRORS, 0.005), "Error ratio"),
        named(p95, "Latency p95"),
        named(p99, "Latency p99"),
        requests_signal(),
    ]
}

/// The signal with a name for people.
pub(crate) fn named(spec: SignalSpec, name: &str) -> SignalSpec {
    SignalSpec {
        name: name.to_owned(),
        ..spec
    }
}

/// Requests per second of an arm: shown only, because the arms have different shares.
pub(crate) fn requests_signal() -> SignalSpec {
    SignalSpec {
        id: REQUESTS.to_owned(),
        name: "Requests".to_owned(),
        unit: "1/s".to_owned(),
        kind: SignalKind::Rate,
        role: Role::Context,
        rule: Rule::default(),
    }
}

/// Restarts of containers, where kube-state-metrics is there: judged and shown. That pods crash is known without metrics.
pub fn restarts_signal() -> SignalSpec {
    SignalSpec {
        id: RESTARTS.to_owned(),
        name: "Restarts".to_owned(),
        unit: "restarts/pod/s".to_owned(),
        kind: SignalKind::Count,
        role: Role::Advisory,
        rule: Rule {
            // More than one restart per pod in ten minutes.
            limit: Some(Limit {
                value: 1.0 / 600.0,
                clears_at: None,
                for_seconds: 60.0,
            }),
            against_stable: Some(Effect::absolute(1.0 / 600.0)),
            ..Rule::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use judge::{Judge, Options};

    #[test]
    fn the_judge_takes_the_signals_of_every_preset() {
        for preset in Preset::FOUND {
            let mut signals = default_signals(preset);
            signals.push(restarts_signal());
            assert!(signals.iter().any(|signal| signal.role == Role::Critical));
            Judge::new(signals, Options::default()).unwrap();
        }
    }

    #[test]
    fn every_default_signal_has_a_query_of_its_kind() {
        let workload = WorkloadRef {
            environment: "eu".into(),
            namespace: "shop".into(),
            kind: conductor::WorkloadKind::Deployment,
            name: "checkout".into(),
        };
        for preset in Preset::FOUND {
            for signal in default_signals(preset) {
                let labels = &PodLabels::conventions()[0];
                let query = query(
                    preset,
                    Some("code"),
                    labels,
                    &workload,
                    &["6b8f".into()],
                    &signal.id,
                );
                assert!(query.unwrap().fits(signal.kind), "{preset:?} {}", signal.id);
            }
        }
    }
}
