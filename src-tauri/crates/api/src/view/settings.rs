use super::{EnvironmentTag, Failure};
use serde::{Deserialize, Serialize};
use telemetry::PagesTest;
use ts_rs::TS;

/// The language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub enum Language {
    /// As the system says.
    #[default]
    #[serde(rename = "system")]
    System,
    /// English.
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    SimplifiedChinese,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How the metrics of one environment are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum MetricsSource {
    /// None.
    None,
    /// A Prometheus is looked for in the cluster; where there is none the pods themselves are read.
    Automatic {
        /// What was found, for example `monitoring/prometheus:9090`.
        found: Option<String>,
    },
    /// The pods' own pages, without a Prometheus.
    Pods,
    /// Through the API server's service proxy.
    Service {
        /// The service's namespace.
        namespace: String,
        /// The service's name.
        service: String,
        /// The port's number or name.
        port: String,
    },
    /// By its address.
    Url {
        /// Without user info; a secret in it is refused.
        url: String,
    },
    /// The practice cluster's own.
    Practice,
}

/// Credentials for the metrics. They go to the system's keyring and never come back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum MetricsSecret {
    /// Forget what is kept.
    Forget,
    /// A bearer token.
    Bearer {
        /// The token.
        token: String,
    },
    /// A user name and a password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
}

impl std::fmt::Debug for MetricsSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            MetricsSecret::Forget => "Forget",
            MetricsSecret::Bearer { .. } => "Bearer(…)",
            MetricsSecret::Basic { .. } => "Basic(…)",
        })
    }
}

/// Which queries are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Preset {
    /// Whichever is found.
    Automatic,
    /// OpenTelemetry's HTTP semantic conventions.
    OpenTelemetryHttp,
    /// Client libraries' `http_requests_total` and `http_request_duration_seconds`.
    ClientLibraries,
    /// vLLM's own metrics.
    Vllm,
    /// NVIDIA Triton's own metrics.
    Triton,
    /// Those of KServe's own model servers.
    Kserve,
    /// What Istio's sidecar reports in the application's pod.
    Istio,
    /// The user's own.
    Custom,
}

/// A query of the user's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CustomQuery {
    /// What it is and what it is held against.
    pub signal: judge::SignalSpec,
    /// PromQL; `{arm}` stands for the arm's label matchers. For a level or a speed an expression that gives one number; else the
    /// selector of a counter: of events, of what was bad, of predictions whose truth is known.
    pub query: String,
    /// For an error ratio: the selector of everything that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub total: Option<String>,
    /// For predictions with the labels `predicted` and `actual`, judged as an error ratio: what is asked of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub quality: Option<judge::Quality>,
}

/// The metrics of one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentMetrics {
    /// Which environment.
    pub environment: EnvironmentTag,
    /// How they are reached.
    pub source: MetricsSource,
    /// Which queries are asked.
    pub preset: Preset,
    /// Queries of the user's own.
    pub queries: Vec<CustomQuery>,
    /// Whether the pages of new pods are read while they are young.
    pub read_pods: bool,
    /// Whether credentials are kept.
    pub has_secret: bool,
}

/// What a connection test found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MetricsTest {
    /// How long the answer took, in milliseconds.
    pub took_ms: Option<f64>,
    /// What each signal gave: the number of series.
    pub signals: Vec<MetricsTestSignal>,
    /// What came of reading a pod's own page beside Prometheus; `None` if that failed before, or there is none.
    pub new_pods: Option<PagesTest>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// What one signal gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MetricsTestSignal {
    /// Its id.
    pub signal: String,
    /// How many series there are.
    pub series: u32,
    /// Why not.
    pub failure: Option<Failure>,
}

/// Set the metrics of one environment. Saved at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MetricsRequest {
    /// Which environment.
    pub environment: String,
    /// How they are reached.
    pub source: MetricsSource,
    /// Which queries are asked.
    pub preset: Preset,
    /// Queries of the user's own.
    pub queries: Vec<CustomQuery>,
    /// Whether the pages of new pods are read while they are young, through the API server's proxy; true unless it is said.
    #[serde(default = "yes")]
    pub read_pods: bool,
    /// New credentials; `None` leaves what is kept.
    pub secret: Option<MetricsSecret>,
}

pub(crate) fn yes() -> bool {
    true
}

/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SecretStore {
    /// The system's keyring.
    Keyring,
    /// Memory only, until Slipway is closed: there is no keyring.
    Memory,
}

/// Everything on the settings page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The name in records.
    pub person: String,
    /// The language.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Days to keep samples; the rest of a record is kept for good. `None` keeps all.
    pub retention_days: Option<u32>,
    /// Whether the system shows notifications.
    pub notifications: bool,
    /// The metrics, one per environment.
    pub metrics: Vec<EnvironmentMetrics>,
    /// Where secrets are kept.
    pub secret_store: SecretStore,
    /// Where the database is, as the user would write it.
    pub database: String,
    /// Its size in bytes.
    pub database_bytes: f64,
}

/// Change settings; `None` leaves a field as it is. Saved at once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct SettingsRequest {
    /// The name in records.
    pub person: Option<String>,
    /// The language.
    pub language: Option<Language>,
    /// Light or dark.
    pub theme: Option<Theme>,
    /// Days to keep samples; 0 keeps all.
    pub retention_days: Option<u32>,
    /// Whether the system shows notifications.
    pub notifications: Option<bool>,
}

/// What to send with a bug report; no secrets, no literal environment values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostics {
    /// Text to copy.
    pub text: String,
}
