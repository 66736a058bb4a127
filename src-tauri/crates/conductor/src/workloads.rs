use crate::{Accepted, ActError, Next, Observed, PortError, PreparedAct, Pursuit, Revision, WorkloadRef};
use async_trait::async_trait;

/// The workloads of all environments.
#[async_trait]
pub trait Workloads: Send + Sync {
    /// The workload as it is now. May come from a watch that is known to be up to date.
    ///
    /// # Errors
    ///
    /// `code` is `workload-gone` if the object does not exist.
    async fn observe(&self, at: &WorkloadRef) -> Result<Observed, PortError>;

    /// Returns when the workload, its ReplicaSets or its pods are not any more as `seen`, or when that cannot be told.
    async fn changed(&self, at: &WorkloadRef, seen: &Observed);

    /// The next act towards a goal: a pure function of what was seen.
    fn next(&self, pursuit: &Pursuit, seen: &Observed) -> Next;

    /// Sends an act.
    ///
    /// # Errors
    ///
    /// Tells apart what did not happen from what is not known.
    async fn act(&self, at: &WorkloadRef, act: &PreparedAct) -> Result<Accepted, ActError>;

    /// Asks the cluster whether it would accept the act (server-side dry run); changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Workloads::act`].
    async fn rehearse(&self, at: &WorkloadRef, act: &PreparedAct) -> Result<(), ActError>;

    /// The revisions that the cluster still knows, the newest first.
    ///
    /// # Errors
    ///
    /// As [`Workloads::observe`].
    async fn revisions(&self, at: &WorkloadRef) -> Result<Vec<Revision>, PortError>;

    /// Every check before a start, asked anew.
    ///
    /// # Errors
    ///
    /// As [`Workloads::observe`]; a check that cannot be asked is a finding and no error.
    async fn blocking_findings(&self, pursuit: &Pursuit, at: &WorkloadRef) -> Result<Vec<String>, PortError>;
}
