use crate::{ArmPods, PortError, WorkloadRef};
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
    /// Pods of both versions that are Ready, as far as they are known by name: some of many. A source may read them itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ready: Vec<ReadyPod>,
}

/// A pod that is Ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadyPod {
    /// Its name.
    pub name: String,
    /// `pod-template-hash` of its ReplicaSet.
    pub template_hash: String,
}

impl ReadyPod {
    /// Those of some ReplicaSets.
    pub fn of<'a>(arms: impl IntoIterator<Item = &'a ArmPods>) -> Vec<ReadyPod> {
        let of_arm = |arm: &'a ArmPods| {
            let ready = arm.states.iter().filter(|pod| pod.ready && !pod.terminating);
            ready.map(|pod| ReadyPod {
                name: pod.name.clone(),
                template_hash: arm.pod_template_hash.clone(),
            })
        };
        arms.into_iter().flat_map(of_arm).collect()
    }
}

/// What the name of a series of looks begins with if it is of earlier days; the signal's id follows.
pub(crate) const EARLIER: &str = "earlier/";

/// New looks at one signal. Looks at earlier days are kept under a name of their own: `earlier/` and the signal's id.
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
    /// New looks at every signal, up to `until` and as far as samples exist: those after `after`, and of a signal that the source was
    /// behind with those after the last one that it gave. A time without samples is a look with [`judge::Reading::NoData`],
    /// never a missing look.
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

    /// When the next look at a workload is expected to be there, after the last question about it: the source is asked then, and
    /// not before. `None`: not known.
    fn expected(&self, workload: &WorkloadRef) -> Option<Timestamp> {
        let _ = workload;
        None
    }

    /// What the workload showed as a whole at these hours of earlier days, whichever version ran then: looks with data as stable,
    /// in the order of time, as coarse as the source likes. Nothing by default: a source need not remember.
    ///
    /// # Errors
    ///
    /// The source as a whole cannot be asked.
    async fn earlier(
        &self,
        workload: &WorkloadRef,
        signals: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        let _ = (workload, signals, after, until);
        Ok(Vec::new())
    }
}
