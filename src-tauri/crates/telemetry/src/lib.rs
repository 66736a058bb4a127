//! Signals from Prometheus as aligned samples per arm.
//!
//! [`Telemetry`] implements [`conductor::Signals`] on the Prometheus HTTP API. Counters are read as they were scraped, pod by
//! pod, and differenced here ([`judge::Reading`] wants counts between scrapes, not extrapolated rates): a restart is a reset and
//! no negative number, a new pod's first sample is where counting begins, and a time without a sample is
//! [`judge::Reading::NoData`], never zero.
//!
//! Prometheus is reached through a [`PrometheusTransport`]: a URL ([`HttpPrometheus`]), the API server's service proxy, or the
//! practice cluster, the latter two given from outside.

mod answer;
mod arms;
mod connection;
mod counter;
mod detect;
mod earlier;
mod fetch;
mod grid;
mod http_prometheus;
mod looks;
mod placeholders;
mod plan;
mod pod_labels;
mod preset;
mod prometheus;
mod query;
mod secret;
mod serving;
mod source;
mod telemetry;
mod telemetry_error;
mod transport;

pub use connection::{Connection, Discovery, FoundPreset, discover, test_connection};
pub use detect::Detected;
pub use http_prometheus::{Credentials, HttpPrometheus};
pub use pod_labels::PodLabels;
pub use preset::{
    ERRORS, LATENCY_P95, LATENCY_P99, Preset, REQUESTS, RESTARTS, default_signals, restarts_signal,
};
pub use query::SignalQuery;
pub use secret::Secret;
pub use serving::{CACHE_USE, FIRST_TOKEN_P95, NEXT_TOKEN_P95, QUEUE, REFUSALS, TOKENS};
pub use source::Source;
pub use telemetry::{SignalProblem, Telemetry};
pub use telemetry_error::TelemetryError;
pub use transport::{Answer, MOST_BYTES, PrometheusTransport};
