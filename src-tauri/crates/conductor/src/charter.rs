use crate::{ActProgress, Dossier, OperationId};
use judge::SignalSpec;
use release::{Release, Timestamp};
use serde::{Deserialize, Serialize};

/// Operations named in a charter: more than this many acts back nothing can still be on its way.
const OPERATIONS_KEPT: usize = 32;
/// Acts told in a charter.
const ACTS_KEPT: usize = 8;

/// What stands beside the workload while a release runs, so that another Slipway can see it and go on.
///
/// No pod templates: they are in the cluster's ReplicaSets, found by their hashes in [`Release::from`] and [`Release::to`]. So no
/// literal value of an environment variable gets here either. The original settings of the hold are in the workload's own marker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Charter {
    /// The release with its plan and its state.
    pub release: Release,
    /// The workload's uid when the release began.
    pub uid: String,
    /// The fencing token of the driver that wrote this.
    pub epoch: u64,
    /// When the release was made.
    pub created: Timestamp,
    /// Why, as the person said it.
    pub reason: String,
    /// Other versions that a rollback was asked to go to, by template hash.
    pub other_templates: Vec<String>,
    /// What is watched.
    pub signals: Vec<SignalSpec>,
    /// How it is judged.
    pub judging: judge::Options,
    /// The last operation that the cluster accepted.
    pub last_operation: Option<OperationId>,
    /// The latest operations of this release that may have been applied, the oldest first.
    pub operations: Vec<OperationId>,
    /// What became of the latest acts, the oldest first.
    pub acts: Vec<ActProgress>,
}

impl Charter {
    /// The charter of a release as its driver knows it.
    pub fn of(dossier: &Dossier, own_operations: &[OperationId], acts: &[ActProgress]) -> Charter {
        let last = |count: usize, kept: usize| count.saturating_sub(kept);
        Charter {
            release: dossier.release.clone(),
            uid: dossier.uid.clone(),
            epoch: dossier.epoch,
            created: dossier.created,
            reason: dossier.reason.clone(),
            other_templates: dossier.other_templates.keys().cloned().collect(),
            signals: dossier.signals.clone(),
            judging: dossier.judging,
            last_operation: dossier.last_operation.clone(),
            operations: own_operations
                .iter()
                .skip(last(own_operations.len(), OPERATIONS_KEPT))
                .cloned()
                .collect(),
            acts: acts.iter().skip(last(acts.len(), ACTS_KEPT)).cloned().collect(),
        }
    }

    /// Whether a reader takes the release to be where it is.
    pub(crate) fn tells_the_story_of(&self, dossier: &Dossier) -> bool {
        let (told, is) = (&self.release, &dossier.release);
        told.stage == is.stage
            && told.phase == is.phase
            && told.driver == is.driver
            && self.last_operation == dossier.last_operation
            && self.epoch == dossier.epoch
    }
}
