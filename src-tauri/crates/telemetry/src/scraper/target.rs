use crate::{PodPages, TelemetryError};
use async_trait::async_trait;

/// A pod that tells its metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodTarget {
    /// Its name.
    pub pod: String,
    /// Its label `pod-template-hash`; empty if it has none.
    pub template_hash: String,
    /// Its address; with the port it names the series' process, as Prometheus has it in `instance`.
    pub address: String,
    /// Where it tells them.
    pub port: u16,
    /// The path of the page.
    pub path: String,
}

/// Which pods there are, and the way to their pages.
#[async_trait]
pub trait PodTargets: PodPages {
    /// The Ready pods of a namespace that name a port for their metrics.
    ///
    /// # Errors
    ///
    /// They cannot be listed.
    async fn targets(&self, namespace: &str) -> Result<Vec<PodTarget>, TelemetryError>;
}
