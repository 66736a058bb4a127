use crate::TelemetryError;
use async_trait::async_trait;

/// A larger answer is not read: [`PrometheusTransport`]s stop there.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What Prometheus answered, whatever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header Content-Type; empty if there is none.
    pub content_type: String,
    /// The body, at most [`MOST_BYTES`].
    pub body: Vec<u8>,
}

/// A way to a Prometheus. Only reads: every request is a GET, for which the API server's proxy wants the verb `get`.
#[async_trait]
pub trait PrometheusTransport: Send + Sync {
    /// Sends `GET <path>?<params>`; `path` starts with `/api/v1/`, `params` are not yet percent-encoded.
    ///
    /// An HTTP status that tells of an error is an answer and no error.
    ///
    /// # Errors
    ///
    /// [`TelemetryError::Unreachable`], [`TelemetryError::Timeout`] or [`TelemetryError::TooLarge`].
    async fn get(&self, path: &str, params: &[(&str, String)]) -> Result<Answer, TelemetryError>;
}
