//! Signals from Prometheus as aligned samples per arm.
//!
//! [`Telemetry`] implements [`conductor::Signals`] on the Prometheus HTTP API. Counters are read as they were scraped, pod by
//! pod, and differenced here ([`judge::Reading`] wants counts between scrapes, not extrapolated rates): a restart is a reset and
//! no negative number, a new pod's first sample is where counting begins, and a time without a sample is
//! [`judge::Reading::NoData`], never zero.
//!
//! While pods of a new version are young, their own pages are read beside Prometheus ([`PodPages`]), because it meets a new pod late.
//!
//! Prometheus is reached through a [`PrometheusTransport`]: a URL ([`HttpPrometheus`]), the API server's service proxy, or the
//! practice cluster, the latter two given from outside. Where there is none, a [`PodScraper`] reads the pods' pages in its place.

mod answer;
mod arms;
mod connection;
mod counter;
mod detect;
mod earlier;
mod environment;
mod exposition;
mod fetch;
mod firsthand;
mod grid;
mod http_prometheus;
mod known;
mod looks;
mod matching;
mod page_samples;
mod pages_test;
mod placeholders;
mod plan;
mod pod_labels;
mod pod_pages;
mod preset;
mod prometheus;
mod query;
mod scraper;
mod secret;
mod serving;
mod source;
mod telemetry;
mod telemetry_error;
mod transport;
mod young_pods;

pub use connection::{Connection, Discovery, FoundPreset, discover, test_connection};
pub use detect::Detected;
pub use firsthand::is_firsthand;
pub use http_prometheus::{Credentials, HttpPrometheus};
pub use pages_test::PagesTest;
pub use pod_labels::PodLabels;
pub use pod_pages::{MOST_PAGE_BYTES, PodPages};
pub use preset::{
    ERRORS, LATENCY_P95, LATENCY_P99, Preset, REQUESTS, RESTARTS, default_signals, restarts_signal,
};
pub use query::SignalQuery;
pub use scraper::{PodScraper, PodTarget, PodTargets};
pub use secret::Secret;
pub use serving::{CACHE_USE, FIRST_TOKEN_P95, NEXT_TOKEN_P95, QUEUE, REFUSALS, TOKENS};
pub use source::Source;
pub use telemetry::{SignalProblem, Telemetry};
pub use telemetry_error::TelemetryError;
pub use transport::{Answer, MOST_BYTES, PrometheusTransport};
