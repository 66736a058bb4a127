use conductor::PortError;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// Why Prometheus, or one query, did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum TelemetryError {
    /// The environment has no source of health data.
    #[error("the environment {environment} has no source of health data")]
    NoSource {
        /// The environment's id.
        environment: String,
    },
    /// The address is none.
    #[error("{url} is not an address of a Prometheus: {detail}")]
    BadAddress {
        /// The address, without credentials.
        url: String,
        /// What is wrong with it.
        detail: String,
    },
    /// No answer in time.
    #[error("Prometheus did not answer within {seconds} s")]
    Timeout {
        /// How long it was waited for.
        #[ts(type = "number")]
        seconds: u64,
    },
    /// It cannot be reached.
    #[error("Prometheus cannot be reached: {detail}")]
    Unreachable {
        /// What went wrong.
        detail: String,
    },
    /// It, or what stands before it, does not let us in.
    #[error("access to Prometheus is denied (HTTP {status})")]
    Denied {
        /// The HTTP status.
        status: u16,
    },
    /// It answers that it fails.
    #[error("Prometheus answers that it fails (HTTP {status}): {detail}")]
    ServerError {
        /// The HTTP status.
        status: u16,
        /// The start of what it says.
        detail: String,
    },
    /// Something answers that is no Prometheus: a web page, a login, another API.
    #[error("what answers there is not Prometheus: {detail}")]
    NotPrometheus {
        /// What it looks like.
        detail: String,
    },
    /// Prometheus refuses the query.
    #[error("Prometheus refuses the query: {detail}")]
    QueryRefused {
        /// What it says.
        detail: String,
    },
    /// The answer is JSON, but not as the Prometheus HTTP API has it.
    #[error("the answer of Prometheus cannot be read: {detail}")]
    Unreadable {
        /// What is wrong.
        detail: String,
    },
    /// More series than a verdict can be made of in time.
    #[error("the query finds {found} series; more than {most} are not read")]
    TooManySeries {
        /// How many.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// A larger answer than is read.
    #[error("the answer of Prometheus is larger than {most_bytes} bytes")]
    TooLarge {
        /// The limit.
        most_bytes: usize,
    },
    /// A query that shall give one number for an arm gives several.
    #[error("the query gives {found} numbers for one version; it must give one")]
    SeveralValues {
        /// How many.
        found: usize,
    },
    /// A query has a placeholder that does not exist.
    #[error("the query has an unknown placeholder {{{{{name}}}}}")]
    UnknownPlaceholder {
        /// Its name.
        name: String,
    },
    /// No query is known for a signal.
    #[error("no query is known for the signal {signal}")]
    NoQuery {
        /// The signal's id.
        signal: String,
    },
    /// The pods may not be listed.
    #[error("the pods may not be listed (HTTP {status})")]
    PodsForbidden {
        /// The HTTP status.
        status: u16,
    },
    /// No pod could be asked for its metrics.
    #[error("no Ready pod of the application names a port for its metrics")]
    NoPods,
    /// None of the pods tells its metrics.
    #[error("the pods do not tell their metrics: {place} {}", said(*.status))]
    NoPage {
        /// Port and path of the last one that was asked.
        place: String,
        /// The HTTP status of what came in place of a page; `None` if nothing came.
        status: Option<u16>,
    },
    /// There is no Prometheus, and the question is one that only a Prometheus can answer.
    #[error("only a Prometheus can work this out; the pods themselves tell counters")]
    NeedsPrometheus,
    /// A query gives another kind of reading than the signal is judged by.
    #[error("the query of the signal {signal} does not fit what the signal measures")]
    WrongKind {
        /// The signal's id.
        signal: String,
    },
}

impl TelemetryError {
    /// Stable; for programs.
    pub fn code(&self) -> &'static str {
        match self {
            TelemetryError::NoSource { .. } => "telemetry-no-source",
            TelemetryError::BadAddress { .. } => "telemetry-bad-address",
            TelemetryError::Timeout { .. } => "telemetry-timeout",
            TelemetryError::Unreachable { .. } => "telemetry-unreachable",
            TelemetryError::Denied { .. } => "telemetry-denied",
            TelemetryError::ServerError { .. } => "telemetry-server-error",
            TelemetryError::NotPrometheus { .. } => "telemetry-not-prometheus",
            TelemetryError::QueryRefused { .. } => "telemetry-query-refused",
            TelemetryError::Unreadable { .. } => "telemetry-unreadable",
            TelemetryError::TooManySeries { .. } => "telemetry-too-many-series",
            TelemetryError::TooLarge { .. } => "telemetry-too-large",
            TelemetryError::SeveralValues { .. } => "telemetry-several-values",
            TelemetryError::UnknownPlaceholder { .. } => "telemetry-unknown-placeholder",
            TelemetryError::NoQuery { .. } => "telemetry-no-query",
            TelemetryError::WrongKind { .. } => "telemetry-wrong-kind",
            TelemetryError::PodsForbidden { .. } => "telemetry-pods-forbidden",
            TelemetryError::NoPods => "telemetry-no-pods",
            TelemetryError::NoPage { .. } => "telemetry-no-page",
            TelemetryError::NeedsPrometheus => "telemetry-needs-prometheus",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            TelemetryError::NoSource { .. } => {
                "Choose one in the settings, or use a plan with readiness and approval gates."
            }
            TelemetryError::BadAddress { .. } => {
                "Enter an address such as https://prometheus.example.com, without /graph or /api at its end."
            }
            TelemetryError::Timeout { .. } => {
                "Check that Prometheus is not overloaded, and that the network or VPN is up."
            }
            TelemetryError::Unreachable { .. } => {
                "Check the address, the VPN and the proxy; a Prometheus inside the cluster is reached through the cluster's API server."
            }
            TelemetryError::Denied { .. } => {
                "Check the user name and password or the token; through the API server your user needs `get` on services/proxy."
            }
            TelemetryError::ServerError { .. } => {
                "Look at Prometheus' own log. Nothing is judged until it answers again."
            }
            TelemetryError::NotPrometheus { .. } => {
                "Check address and path; a sign-in page may stand before Prometheus. The address must be the one under which /api/v1/query answers."
            }
            TelemetryError::QueryRefused { .. } => {
                "Correct the query; try it in Prometheus' own window first."
            }
            TelemetryError::Unreadable { .. } => {
                "Check that it is a Prometheus, Thanos, Mimir or VictoriaMetrics of a current version."
            }
            TelemetryError::TooManySeries { .. } | TelemetryError::TooLarge { .. } => {
                "Drop labels with many values (such as the path) from the metric, or use a query that finds less."
            }
            TelemetryError::SeveralValues { .. } => {
                "Put sum(…), avg(…) or max(…) around the query, so that one number is left."
            }
            TelemetryError::UnknownPlaceholder { .. } => {
                "Known are namespace, workload, pod_template_hash, arm_pods and step, each in double braces."
            }
            TelemetryError::PodsForbidden { .. } => "Your user needs `list` on pods in this namespace.",
            TelemetryError::NoPods => {
                "Name the port in the pod template: the annotation prometheus.io/port, or a container port called metrics."
            }
            TelemetryError::NoPage { .. } => {
                "Your user needs `get` on pods/proxy, and the page must be where the annotations prometheus.io/port and prometheus.io/path say, else at /metrics."
            }
            TelemetryError::NeedsPrometheus => {
                "Connect a Prometheus in the settings, or use a signal that is read from counters."
            }
            TelemetryError::NoQuery { .. } => "Choose another preset, or write a query for this signal.",
            TelemetryError::WrongKind { .. } => {
                "Use counters for an error ratio, buckets for a latency, and one number for a level or a speed."
            }
        }
    }

    /// Whether the source as a whole is concerned, and not only the query that was asked.
    pub(crate) fn is_of_source(&self) -> bool {
        matches!(
            self,
            TelemetryError::NoSource { .. }
                | TelemetryError::BadAddress { .. }
                | TelemetryError::Timeout { .. }
                | TelemetryError::Unreachable { .. }
                | TelemetryError::Denied { .. }
                | TelemetryError::ServerError { .. }
                | TelemetryError::NotPrometheus { .. }
                | TelemetryError::Unreadable { .. }
                | TelemetryError::PodsForbidden { .. }
                | TelemetryError::NoPods
                | TelemetryError::NoPage { .. }
        )
    }

    /// Whether it says that this application's pods tell no metrics, so that no signal of them can be expected for now.
    pub fn is_of_silent_pods(&self) -> bool {
        matches!(
            self,
            TelemetryError::PodsForbidden { .. }
                | TelemetryError::NoPods
                | TelemetryError::NoPage {
                    status: Some(200..=499),
                    ..
                }
        )
    }
}

/// What came in place of a pod's page.
fn said(status: Option<u16>) -> String {
    match status {
        None => "does not answer".to_owned(),
        Some(200) => "is no text".to_owned(),
        Some(status) => format!("answers HTTP {status}"),
    }
}

impl From<TelemetryError> for PortError {
    fn from(error: TelemetryError) -> PortError {
        let (code, message, hint) = (error.code(), error.to_string(), error.hint());
        match error {
            TelemetryError::Timeout { .. } | TelemetryError::Unreachable { .. } => {
                PortError::unreachable(code, message, hint)
            }
            _ => PortError::new(code, message, hint),
        }
    }
}
