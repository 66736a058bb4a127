use crate::{PortError, WorkloadRef};
use async_trait::async_trait;
use judge::{Look, SignalSpec};
use release::Timestamp;
use serde::{Deserialize, Serialize};

/// Whose signals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignalScope {
    /// The workload.
    pub workload: WorkloadRef,
    /// `pod-template-hash` of the version that ran before. Empty if it has no pods.
    pub stable: Vec<String>,
    /// `pod-template-hash` of the new version. Empty if it has no pods yet.
    pub canary: Vec<String>,
}

/// New looks at one signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignalLooks {
    /// The signal's id.
    pub signal: String,
    /// In the order of time, both arms aligned; each after the `after` that was asked for.
    pub looks: Vec<Look>,
}

/// Sources of health data.
#[async_trait]
pub trait Signals: Send + Sync {
    /// Looks at every signal with `after` < time ≤ `until`, as far as samples exist. A time without samples is a look with
    /// [`judge::Reading::NoData`], never a missing look.
    ///
    /// # Errors
    ///
    /// The source as a whole cannot be asked; single signals without data are no error.
    async fn looks(
        &self,
        scope: &SignalScope,
        signals: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError>;
}
