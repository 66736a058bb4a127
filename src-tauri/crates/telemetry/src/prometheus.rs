use crate::answer::{self, Series};
use crate::{Answer, PrometheusTransport, TelemetryError};
use std::sync::Arc;
use std::time::Duration;

/// The queries that are asked of a Prometheus, each with its time limit.
#[derive(Clone)]
pub(crate) struct Prometheus {
    transport: Arc<dyn PrometheusTransport>,
    timeout: Duration,
}

impl Prometheus {
    pub(crate) fn new(transport: Arc<dyn PrometheusTransport>, timeout: Duration) -> Prometheus {
        Prometheus { transport, timeout }
    }

    async fn get(&self, path: &str, params: &[(&str, String)]) -> Result<Answer, TelemetryError> {
        tokio::time::timeout(self.timeout, self.transport.get(path, params))
            .await
            .map_err(|_| TelemetryError::Timeout {
                seconds: self.timeout.as_secs(),
            })?
    }

    /// A query at one moment; without `at_ms` at Prometheus' own now. A range selector gives the samples as scraped.
    pub(crate) async fn instant(
        &self,
        query: &str,
        at_ms: Option<i64>,
    ) -> Result<Vec<Series>, TelemetryError> {
        let mut params = vec![("query", query.to_owned())];
        if let Some(at_ms) = at_ms {
            params.push(("time", seconds(at_ms)));
        }
        let answer = self.get("/api/v1/query", &params).await?;
        answer::series(&answer)
    }

    /// A query at every `step_ms` from `start_ms` to `end_ms`, both included.
    pub(crate) async fn range(
        &self,
        query: &str,
        start_ms: i64,
        end_ms: i64,
        step_ms: i64,
    ) -> Result<Vec<Series>, TelemetryError> {
        let params = [
            ("query", query.to_owned()),
            ("start", seconds(start_ms)),
            ("end", seconds(end_ms)),
            ("step", seconds(step_ms)),
        ];
        let answer = self.get("/api/v1/query_range", &params).await?;
        answer::series(&answer)
    }

    /// The version, where Prometheus tells it.
    pub(crate) async fn version(&self) -> Option<String> {
        let answer = self.get("/api/v1/status/buildinfo", &[]).await.ok()?;
        let data = answer::data(&answer).ok()?;
        data.get("version")?.as_str().map(str::to_owned)
    }
}

/// Milliseconds as seconds with three digits, exactly.
fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000))
}
