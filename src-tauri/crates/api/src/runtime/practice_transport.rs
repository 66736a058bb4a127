use async_trait::async_trait;
use practice::{Environment, Practice};
use std::sync::Arc;
use telemetry::{Answer, PrometheusTransport, TelemetryError};

/// The way to the practice cluster's Prometheus: no socket, a function call.
pub(crate) struct PracticeTransport {
    practice: Arc<Practice>,
    environment: Environment,
}

impl PracticeTransport {
    pub(crate) fn new(practice: Arc<Practice>, environment: Environment) -> PracticeTransport {
        PracticeTransport {
            practice,
            environment,
        }
    }
}

#[async_trait]
impl PrometheusTransport for PracticeTransport {
    async fn get(&self, path: &str, params: &[(&str, String)]) -> Result<Answer, TelemetryError> {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params.iter().map(|(name, value)| (*name, value.as_str())))
            .finish();
        let request = http::Request::builder()
            .uri(format!("{path}?{query}"))
            .body(bytes::Bytes::new())
            .map_err(|error| TelemetryError::Unreachable {
                detail: error.to_string(),
            })?;
        let response = self.practice.prometheus(self.environment, request).await;
        let content_type = response.headers().get(http::header::CONTENT_TYPE);
        Ok(Answer {
            status: response.status().as_u16(),
            content_type: content_type
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            body: response.into_body().to_vec(),
        })
    }
}
