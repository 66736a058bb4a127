use crate::OperationId;
use release::{Goal, ReleaseId, Share};
use serde_json::Value;

/// Where a workload shall go, and everything that is needed to build the next act towards it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pursuit {
    /// The release.
    pub release: ReleaseId,
    /// The fencing token of the driver.
    pub epoch: u64,
    /// The workload's uid when the release began; another uid is another workload.
    pub uid: String,
    /// Where to.
    pub goal: Goal,
    /// The whole workload as it was before the release: the originals of every field that a hold changes.
    pub before: Value,
    /// The pod template of the goal: the new one for a share and promotion, the target's for a rollback.
    pub template: Value,
    /// The new version's pod template, whatever the goal is: tells own pods from foreign ones.
    pub new_template: Value,
    /// How many pods more than wanted there may be.
    pub surge_limit: Share,
    /// Whether fewer pods than wanted may serve.
    pub accept_less_capacity: bool,
    /// The last operation of this release that the cluster accepted; `None` before the first.
    pub last_operation: Option<OperationId>,
    /// Every operation that this release has sent and that may have been applied.
    pub own_operations: Vec<OperationId>,
    /// The name for the act that comes next.
    pub operation: OperationId,
    /// Whether a person asked for this rollback: then a foreign change is overwritten and not reported.
    pub insist: bool,
}
