use crate::api::Inner;
use crate::failure::failure;
use crate::handlers::own_query::own_query;
use crate::runtime::{PodProxy, ServiceProxy, find_prometheus};
use crate::view::{
    CheckState, CustomQuery, EnvironmentMetrics, Failure, MetricsRequest, MetricsSecret, MetricsSource,
    Preset, Said, Settings, yes,
};
use conductor::WorkloadRef;
use judge::SignalSpec;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use telemetry::{Credentials, HttpPrometheus, Secret, Source, TelemetryError, default_signals};

/// The setting that holds the metrics of every environment, without secrets.
const SETTING: &str = "metrics";

/// How the metrics of one environment are reached; kept in the settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metrics {
    source: MetricsSource,
    preset: Option<Preset>,
    queries: Vec<CustomQuery>,
    /// True in settings from before it could be said.
    #[serde(default = "yes")]
    read_pods: bool,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            source: MetricsSource::None,
            preset: None,
            queries: Vec::new(),
            read_pods: true,
        }
    }
}

fn secret_name(environment: &str) -> String {
    format!("metrics/{environment}")
}

impl Inner {
    /// The metrics of an environment as they were set; the practice cluster has its own.
    pub(crate) async fn metrics_of(&self, environment: &str) -> Result<Metrics, Failure> {
        if self.registry.get(environment)?.is_practice() {
            return Ok(Metrics {
                source: MetricsSource::Practice,
                ..Metrics::default()
            });
        }
        Ok(self.all_metrics().await?.remove(environment).unwrap_or_default())
    }

    async fn all_metrics(&self) -> Result<BTreeMap<String, Metrics>, Failure> {
        let kept = self.history.setting(SETTING).await?;
        Ok(kept
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default())
    }

    /// Whether a source of health data is known.
    pub(crate) fn has_metrics(&self, environment: &str) -> bool {
        self.telemetry.has_source(environment)
    }

    /// What is watched during a release of a workload: what its pods can feed, and the person's own queries. Empty where
    /// there is no health data. A source that does not answer now is taken to have the usual signals.
    pub(crate) async fn signals_of(&self, workload: &WorkloadRef) -> Vec<SignalSpec> {
        self.signals_and_trouble(workload).await.0
    }

    /// The same, and why the source could not be asked about them.
    pub(crate) async fn signals_and_trouble(
        &self,
        workload: &WorkloadRef,
    ) -> (Vec<SignalSpec>, Option<TelemetryError>) {
        if !self.has_metrics(&workload.environment) {
            return (Vec::new(), None);
        }
        let metrics = self.metrics_of(&workload.environment).await.unwrap_or_default();
        let (mut signals, trouble) = match self.telemetry.signals_for(workload).await {
            Ok(signals) => (signals, None),
            Err(error) if error.is_of_silent_pods() => (Vec::new(), Some(error)),
            Err(error) => {
                tracing::warn!(workload = %workload.name, %error, "signals are not looked for");
                (default_signals(preset(metrics.preset)), Some(error))
            }
        };
        signals.extend(metrics.queries.into_iter().map(|query| query.signal));
        (signals, trouble)
    }

    /// What the health data of a workload has to say to a plan.
    pub(crate) async fn metrics_said(&self, workload: &WorkloadRef) -> (CheckState, Said) {
        if !self.has_metrics(&workload.environment) {
            return (CheckState::Warning, Said::MetricsMissing);
        }
        match self.signals_and_trouble(workload).await {
            (_, Some(error)) => {
                let (trouble, message) = (error.code().to_owned(), error.to_string());
                (CheckState::Warning, Said::MetricsUnread { trouble, message })
            }
            (signals, None) if signals.is_empty() => (CheckState::Warning, Said::MetricsNone),
            (signals, None) => {
                let signals = u32::try_from(signals.len()).unwrap_or(u32::MAX);
                (CheckState::Passed, Said::MetricsFound { signals })
            }
        }
    }

    /// Signals of a workload that could not be read at the last look, and why.
    pub(crate) fn signal_problems(&self, workload: &WorkloadRef) -> BTreeMap<String, Failure> {
        let problems = self.telemetry.problems(workload).into_iter();
        problems
            .map(|problem| {
                (
                    problem.signal,
                    Failure::from(conductor::PortError::from(problem.error)),
                )
            })
            .collect()
    }

    pub(crate) async fn metrics(&self) -> Result<Vec<EnvironmentMetrics>, Failure> {
        let mut all = Vec::new();
        for environment in self.registry.all() {
            let metrics = self.metrics_of(&environment.id).await?;
            all.push(EnvironmentMetrics {
                source: match metrics.source {
                    MetricsSource::Automatic { .. } => MetricsSource::Automatic {
                        found: self.telemetry.found_at(&environment.id),
                    },
                    other => other,
                },
                environment: self.tag(&environment.id)?,
                preset: metrics.preset.unwrap_or(Preset::Automatic),
                queries: metrics.queries,
                read_pods: metrics.read_pods,
                has_secret: self.secrets.get(&secret_name(&environment.id)).is_some(),
            });
        }
        Ok(all)
    }

    pub(crate) async fn write_metrics(
        self: &Arc<Self>,
        request: MetricsRequest,
    ) -> Result<Settings, Failure> {
        let environment = self.registry.get(&request.environment)?;
        if environment.is_practice() {
            return Err(failure(
                "practice-metrics",
                "Nothing was changed: the practice cluster has its own metrics.",
                "",
            ));
        }
        let metrics = Metrics {
            source: request.source,
            preset: Some(request.preset),
            queries: request.queries,
            read_pods: request.read_pods,
        };
        for query in &metrics.queries {
            query.signal.check().map_err(|error| {
                failure(
                    "signal-invalid",
                    format!("Nothing was saved: {error}."),
                    "Correct the signal that is named.",
                )
            })?;
            if own_query(query).is_none() {
                return Err(failure(
                    "query-incomplete",
                    format!("Nothing was saved: {} has no query.", query.signal.name),
                    "Fill in the query; an error rate also needs the selector of everything that was tried.",
                ));
            }
        }
        if let Some(secret) = request.secret {
            self.keep_secret(&environment.id, &secret)?;
        }
        let source = self.source(&environment.id, &metrics).await?;
        let mut all = self.all_metrics().await?;
        all.insert(environment.id.clone(), metrics);
        self.history.set_setting(SETTING, json!(all)).await?;
        match source {
            Some(source) => self.telemetry.set_source(&environment.id, source),
            None => self.telemetry.remove_source(&environment.id),
        }
        self.push_matrix().await;
        self.read_settings().await
    }

    fn keep_secret(&self, environment: &str, secret: &MetricsSecret) -> Result<(), Failure> {
        let text = match secret {
            MetricsSecret::Forget => None,
            MetricsSecret::Bearer { .. } | MetricsSecret::Basic { .. } => serde_json::to_string(secret).ok(),
        };
        self.secrets
            .set(&secret_name(environment), text.as_deref())
            .map_err(|error| {
                failure(
                    "keyring-failed",
                    format!("The credentials were not kept: the keyring says {error}."),
                    "Unlock the keyring and try again.",
                )
            })
    }

    fn credentials(&self, environment: &str) -> Credentials {
        let kept = self.secrets.get(&secret_name(environment));
        match kept.and_then(|text| serde_json::from_str(&text).ok()) {
            Some(MetricsSecret::Bearer { token }) => Credentials::Bearer {
                token: Secret::new(token),
            },
            Some(MetricsSecret::Basic { user, password }) => Credentials::Basic {
                user,
                password: Secret::new(password),
            },
            Some(MetricsSecret::Forget) | None => Credentials::None,
        }
    }

    /// The source that the settings describe; `None` if they say that there is none.
    async fn source(&self, environment: &str, metrics: &Metrics) -> Result<Option<Source>, Failure> {
        let Some(mut source) = self.way(environment, &metrics.source).await? else {
            return Ok(None);
        };
        if metrics.read_pods
            && !source.is_of_pods
            && let Ok(client) = self.clients.client(environment)
        {
            source = source.pods(Arc::new(PodProxy::new(client)));
        }
        source = source.preset(preset(metrics.preset));
        for query in &metrics.queries {
            // What cannot be asked is left out: its signal says that it has no query.
            if let Some(asked) = own_query(query) {
                source = source.query(&query.signal.id, asked);
            }
        }
        Ok(Some(source))
    }

    /// The way to the health data.
    async fn way(&self, environment: &str, source: &MetricsSource) -> Result<Option<Source>, Failure> {
        let of_pods = |client| Source::without_prometheus(Arc::new(PodProxy::new(client)));
        Ok(match source {
            MetricsSource::None | MetricsSource::Practice => None,
            MetricsSource::Url { url } => {
                let prometheus = HttpPrometheus::new(url, self.credentials(environment))
                    .map_err(|error| Failure::from(conductor::PortError::from(error)))?;
                Some(Source::new(Arc::new(prometheus)))
            }
            MetricsSource::Service {
                namespace,
                service,
                port,
            } => {
                let client = self.clients.client(environment)?;
                let proxy = ServiceProxy::new(client, namespace, service, port);
                Some(Source::new(Arc::new(proxy)))
            }
            MetricsSource::Pods => Some(of_pods(self.clients.client(environment)?)),
            MetricsSource::Automatic { .. } => {
                let client = self.clients.client(environment)?;
                Some(match find_prometheus(&client).await {
                    Some((namespace, service, port)) => {
                        let proxy = ServiceProxy::new(client, &namespace, &service, &port);
                        Source::new(Arc::new(proxy)).found_at(format!("{namespace}/{service}:{port}"))
                    }
                    None => of_pods(client),
                })
            }
        })
    }

    /// Takes up the metrics of an environment that was connected.
    pub(crate) async fn connect_metrics(&self, environment: &str) {
        let Ok(metrics) = self.metrics_of(environment).await else {
            return;
        };
        match self.source(environment, &metrics).await {
            Ok(Some(source)) => self.telemetry.set_source(environment, source),
            Ok(None) => {}
            Err(failure) => tracing::warn!(environment, code = %failure.code, "no health data"),
        }
    }
}

/// The preset that was chosen; whichever is found where none was.
fn preset(preset: Option<Preset>) -> telemetry::Preset {
    match preset {
        None | Some(Preset::Automatic) => telemetry::Preset::Automatic,
        Some(Preset::OpenTelemetryHttp) => telemetry::Preset::OpenTelemetry,
        Some(Preset::ClientLibraries) => telemetry::Preset::ClientLibrary,
        Some(Preset::Vllm) => telemetry::Preset::Vllm,
        Some(Preset::Triton) => telemetry::Preset::Triton,
        Some(Preset::Kserve) => telemetry::Preset::KServe,
        Some(Preset::Istio) => telemetry::Preset::Istio,
        Some(Preset::Custom) => telemetry::Preset::Custom,
    }
}
