use crate::picture::Told;
use async_trait::async_trait;
use conductor::{
    Dossier, Entry, Journal, OperationId, Outcome, PortError, SignalLooks, Snapshot, Unfinished,
};
use history::{Happening, Line};
use release::{ReleaseId, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The journal of one release that also tells the screen: what is written down is what is shown.
pub(crate) struct Recorder {
    journal: Arc<dyn Journal>,
    told: Mutex<Told>,
}

impl Recorder {
    pub(crate) fn new(journal: Arc<dyn Journal>, told: Told) -> Recorder {
        Recorder {
            journal,
            told: Mutex::new(told),
        }
    }

    /// Everything told so far.
    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, at: Timestamp, what: Happening) {
        let mut told = self.told();
        let seq = told.lines.last().map_or(0, |last| last.seq + 1);
        told.lines.push(Line { seq, at, what });
    }
}

#[async_trait]
impl Journal for Recorder {
    async fn open(&self, dossier: &Dossier) -> Result<(), PortError> {
        self.journal.open(dossier).await
    }

    async fn advance(&self, entry: Entry) -> Result<(), PortError> {
        let written = self.journal.advance(entry.clone()).await;
        // A rollback goes on without the record, so it is shown all the same.
        self.told().dossier.release = entry.release;
        for record in entry.records {
            self.line(entry.at, Happening::Record { record });
        }
        if let Some(intent) = entry.intent {
            self.line(
                entry.at,
                Happening::Intent {
                    intent: Box::new(intent),
                },
            );
        }
        written
    }

    async fn amend(&self, dossier: &Dossier) -> Result<(), PortError> {
        self.journal.amend(dossier).await
    }

    async fn outcome(
        &self,
        release: &ReleaseId,
        operation: &OperationId,
        at: Timestamp,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        self.line(
            at,
            Happening::Outcome {
                operation: operation.clone(),
                outcome: outcome.clone(),
            },
        );
        self.journal.outcome(release, operation, at, outcome).await
    }

    async fn looks(&self, release: &ReleaseId, looks: &[SignalLooks]) -> Result<(), PortError> {
        self.told().add_looks(looks);
        self.journal.looks(release, looks).await
    }

    async fn snapshot(&self, release: &ReleaseId, snapshot: &Snapshot) -> Result<(), PortError> {
        let shows = |of: &Snapshot| (of.workload.clone(), of.verdict.clone(), of.share);
        let same = self
            .told()
            .snapshots
            .last()
            .is_some_and(|last| shows(last) == shows(snapshot));
        if !same {
            self.told().snapshots.push(snapshot.clone());
        }
        self.journal.snapshot(release, snapshot).await
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, PortError> {
        self.journal.unfinished().await
    }
}
