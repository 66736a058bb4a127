use crate::{Dossier, Observed, OperationId, PortError, PreparedAct, Trail, WorkloadView};
use async_trait::async_trait;
use judge::ReleaseVerdict;
use release::{Record, Release, ReleaseId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::SignalLooks;

/// What is about to be done, written before it is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// When it was written.
    pub at: Timestamp,
    /// The act, complete.
    pub act: PreparedAct,
    /// The operation that the object carried when the act was built.
    pub previous: Option<OperationId>,
    /// The object's uid.
    pub uid: String,
    /// The driver's fencing token.
    pub epoch: u64,
}

impl Intent {
    /// Whether the act can still be applied to the object as it was seen: what its patch tests is so. If it is, and the object does
    /// not carry its name, it has not happened yet.
    pub fn could_still_come(&self, seen: &Observed) -> bool {
        let generation = seen.view.generation;
        self.stands(seen) && self.tested_generation().is_none_or(|tested| tested >= generation)
    }

    /// Whether the act has not happened and cannot happen any more: somebody has changed the object since, and neither its marks
    /// nor its template.
    pub fn is_past(&self, seen: &Observed) -> bool {
        let generation = seen.view.generation;
        self.previous.is_some()
            && self.tests_a_revision()
            && self.stands(seen)
            && self.tested_generation().is_some_and(|tested| tested < generation)
    }

    /// Whether nothing but one change of the object has happened since the act was built.
    pub(crate) fn is_next_generation(&self, seen: &Observed) -> bool {
        self.tested_generation()
            .is_some_and(|tested| tested + 1 == seen.view.generation)
    }

    /// Whether it is the same object with the operation and the annotations that the act found.
    fn stands(&self, seen: &Observed) -> bool {
        let view = &seen.view;
        // An act of a release whose marks were off already tests no operation.
        let found = self.previous.as_ref().filter(|_| self.tested_mark().is_some());
        view.uid == self.uid && view.operation.as_ref() == found && self.tested_annotations_stand(seen)
    }

    fn tests(&self) -> impl Iterator<Item = &serde_json::Value> {
        let operations = self.act.patch.as_array().into_iter().flatten();
        operations.filter(|operation| operation["op"] == "test")
    }

    /// Where the patch tests the operation that the object carried.
    fn tested_mark(&self) -> Option<&serde_json::Value> {
        let previous = self.previous.as_ref()?;
        let test = self.tests().find(|test| test["value"] == previous.0.as_str())?;
        Some(&test["path"])
    }

    /// Whether every annotation that the patch tests is what it was.
    fn tested_annotations_stand(&self, seen: &Observed) -> bool {
        self.tests().all(|test| {
            let path = test["path"].as_str().unwrap_or_default();
            !path.starts_with("/metadata/annotations/") || seen.object.pointer(path) == Some(&test["value"])
        })
    }

    /// Whether it tests more annotations than the operation's.
    fn tests_a_revision(&self) -> bool {
        let annotations = self.tests().filter(|test| {
            let path = test["path"].as_str().unwrap_or_default();
            path.starts_with("/metadata/annotations/")
        });
        annotations.count() > 1
    }

    /// The generation that it tests; a person's rollback tests none where there is an operation on the object.
    fn tested_generation(&self) -> Option<i64> {
        self.tests()
            .find(|test| test["path"] == "/metadata/generation")
            .and_then(|operation| operation["value"].as_i64())
    }

    /// Whether the act leaves no mark of the release on the object, as only one does that leaves nothing else of it either.
    pub(crate) fn leaves_unmarked(&self) -> bool {
        let mut operations = self.act.patch.as_array().into_iter().flatten();
        operations.all(|operation| operation["value"] != self.act.operation.0.as_str())
    }

    /// Whether the act takes an operation off the object: then its absence says that the act happened.
    pub fn takes_the_mark_off(&self) -> bool {
        let mut operations = self.act.patch.as_array().into_iter().flatten();
        self.tested_mark().is_some_and(|mark| {
            operations.any(|operation| operation["op"] == "remove" && operation["path"] == *mark)
        })
    }
}

/// What became of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum Outcome {
    /// The cluster accepted it.
    Accepted {
        /// The object's generation after it.
        generation: i64,
        /// The object's resourceVersion after it.
        resource_version: String,
    },
    /// The controller has seen it.
    Applied,
    /// What it asked for is so: pods are there, Ready or gone.
    Settled,
    /// The cluster refused it; nothing happened.
    Refused {
        /// The cluster's sentence.
        message: String,
    },
    /// No answer came. Looked up later: then another outcome follows.
    Unknown {
        /// What went wrong.
        message: String,
    },
    /// Looked up: it never happened.
    NeverHappened,
    /// Looked up: what stood on the object before it does not stand there any more, and neither does its own name. Somebody else
    /// has written since, and nothing tells whether it happened.
    CannotTell,
}

impl Outcome {
    /// The cluster accepted it: it is seen on the object.
    pub(crate) fn seen_on(seen: &Observed) -> Outcome {
        Outcome::Accepted {
            generation: seen.view.generation,
            resource_version: seen.view.resource_version.clone(),
        }
    }

    /// Whether it says that the cluster took the act.
    pub fn is_accepted(&self) -> bool {
        matches!(
            self,
            Outcome::Accepted { .. } | Outcome::Applied | Outcome::Settled
        )
    }
}

/// One durable step of a release: the new state, its history and, if an act follows, the intent, in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The new state.
    pub release: Release,
    /// Lines of history.
    pub records: Vec<Record>,
    /// What is about to be done.
    pub intent: Option<Intent>,
}

/// What was seen at one moment, kept so that it can be shown again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// When.
    pub at: Timestamp,
    /// The workload; `None` if it could not be seen.
    pub workload: Option<WorkloadView>,
    /// What the judge said.
    pub verdict: Option<ReleaseVerdict>,
    /// The share of pods that the new version had, in percent, of those that serve.
    pub share: release::Share,
}

/// A release that is not over, as the journal knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// What is needed to go on.
    pub dossier: Dossier,
    /// Intents whose outcome is not known, the oldest first.
    pub open_intents: Vec<Intent>,
    /// Intents that were told as never happened: what has not arrived may arrive late.
    pub late_intents: Vec<Intent>,
    /// Operations of this release that the cluster accepted or may have accepted.
    pub own_operations: Vec<OperationId>,
    /// What its own acts left on the object.
    pub trail: Trail,
    /// Every look so far, to fold the judge's state from.
    pub looks: Vec<SignalLooks>,
}

/// The durable record of all releases.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Writes a new release down. Durable when it returns.
    ///
    /// # Errors
    ///
    /// Nothing was written.
    async fn open(&self, dossier: &Dossier) -> Result<(), PortError>;

    /// Writes a step down. Durable when it returns.
    ///
    /// # Errors
    ///
    /// Nothing of the entry was written.
    async fn advance(&self, entry: Entry) -> Result<(), PortError>;

    /// Writes down what else a rollback needs (templates of other revisions). Durable when it returns.
    ///
    /// # Errors
    ///
    /// Nothing was written.
    async fn amend(&self, dossier: &Dossier) -> Result<(), PortError>;

    /// Writes down what became of an intent. Durable when it returns; several may follow for one intent.
    ///
    /// # Errors
    ///
    /// Nothing was written.
    async fn outcome(
        &self,
        release: &ReleaseId,
        operation: &OperationId,
        at: Timestamp,
        outcome: &Outcome,
    ) -> Result<(), PortError>;

    /// Keeps looks. May be written a little later.
    ///
    /// # Errors
    ///
    /// They are not kept.
    async fn looks(&self, release: &ReleaseId, looks: &[SignalLooks]) -> Result<(), PortError>;

    /// Keeps a snapshot. May be written a little later.
    ///
    /// # Errors
    ///
    /// It is not kept.
    async fn snapshot(&self, release: &ReleaseId, snapshot: &Snapshot) -> Result<(), PortError>;

    /// Every release that is not over, or whose last act has no outcome.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    async fn unfinished(&self) -> Result<Vec<Unfinished>, PortError>;
}
