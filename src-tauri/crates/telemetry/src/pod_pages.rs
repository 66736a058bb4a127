use crate::{Answer, TelemetryError};
use async_trait::async_trait;
use std::time::Duration;

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

/// Pods of a version that are read at the most.
pub(crate) const MOST_PODS: usize = 10;
/// How long a page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(2);

/// The page of one pod; the HTTP status, if it is another answer, or nothing, if there is none.
pub(crate) async fn read_page(
    pages: &dyn PodPages,
    namespace: &str,
    pod: &str,
    port: u16,
    path: &str,
) -> Result<String, Option<u16>> {
    let asked = pages.page(namespace, pod, port, path);
    match tokio::time::timeout(PAGE_TIMEOUT, asked).await {
        Ok(Ok(answer)) if answer.status == 200 => {
            String::from_utf8(answer.body).map_err(|_| Some(answer.status))
        }
        Ok(Ok(answer)) => Err(Some(answer.status)),
        Ok(Err(_)) | Err(_) => Err(None),
    }
}
