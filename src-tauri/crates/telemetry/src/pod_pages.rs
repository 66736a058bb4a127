use crate::{Answer, TelemetryError};
use async_trait::async_trait;

/// A longer page is not read: [`PodPages`] stop there. Applications tell some hundred kilobytes at the most.
pub const MOST_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// The way to the pages on which pods tell their own metrics. Only reads.
#[async_trait]
pub trait PodPages: Send + Sync {
    /// `GET <path>` at a port of one pod.
    ///
    /// An HTTP status that tells of an error is an answer and no error.
    ///
    /// # Errors
    ///
    /// [`TelemetryError::Unreachable`], [`TelemetryError::Timeout`] or [`TelemetryError::TooLarge`].
    async fn page(&self, namespace: &str, pod: &str, port: u16, path: &str)
    -> Result<Answer, TelemetryError>;
}
