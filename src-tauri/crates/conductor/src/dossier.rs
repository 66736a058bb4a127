use crate::{Manifest, OperationId, WorkloadRef};
use judge::SignalSpec;
use release::{Release, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that is needed to drive a release, also after a restart or by a colleague.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dossier {
    /// The release with its state.
    pub release: Release,
    /// What it changes.
    pub workload: WorkloadRef,
    /// The workload's uid when the release began.
    pub uid: String,
    /// When it was made.
    pub created: Timestamp,
    /// Why, as the person said it.
    pub reason: String,
    /// The whole workload before the release, without status and bookkeeping of the server.
    pub before: Manifest,
    /// The new pod template.
    pub new_template: Manifest,
    /// Pod templates of other revisions that a rollback was asked to go to, by template hash.
    pub other_templates: BTreeMap<String, Manifest>,
    /// What is watched.
    pub signals: Vec<SignalSpec>,
    /// How it is judged.
    pub judging: judge::Options,
    /// The fencing token of the driver.
    pub epoch: u64,
    /// The last operation that the cluster accepted.
    pub last_operation: Option<OperationId>,
    /// Operations sent so far; the next one's number.
    pub operations: u64,
}

impl Dossier {
    /// The pod template with this hash, if the record knows it.
    pub fn template(&self, template_hash: &str) -> Option<&Manifest> {
        if template_hash == self.release.from.template_hash {
            self.template_before()
        } else if template_hash == self.release.to.template_hash {
            Some(&self.new_template)
        } else {
            self.other_templates.get(template_hash)
        }
    }

    /// The pod template from before the release.
    pub fn template_before(&self) -> Option<&Manifest> {
        self.before.template()
    }

    /// The name of the next operation.
    pub fn next_operation(&self) -> OperationId {
        OperationId::of(&self.release.id, self.epoch, self.operations)
    }
}
