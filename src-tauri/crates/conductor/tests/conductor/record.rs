//! The record as the driver's port sees it, in memory.

use crate::world::*;
use async_trait::async_trait;
use conductor::*;
use release::*;

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Applied => "applied",
        Outcome::Settled => "settled",
        Outcome::Refused { .. } => "refused",
        Outcome::Unknown { .. } => "unknown",
        Outcome::NeverHappened => "never happened",
        Outcome::CannotTell => "cannot tell",
    }
}

fn full() -> PortError {
    PortError::new("history-disk-full", "no space", "free some")
}

#[async_trait]
impl Journal for World {
    async fn open(&self, dossier: &Dossier) -> Result<(), PortError> {
        self.with(|state| {
            if state.dossier.is_some() {
                return Err(PortError::new("history-release-exists", "it is known", ""));
            }
            state.dossier = Some(dossier.clone());
            Ok(())
        })
    }

    async fn advance(&self, entry: Entry) -> Result<(), PortError> {
        self.with(|state| {
            if state.journal_full {
                return Err(full());
            }
            let dossier = state.dossier.as_mut().unwrap();
            if dossier.release.stage.name() != entry.release.stage.name() {
                state.log.push(Said::Stage(entry.release.stage.name()));
            }
            dossier.release = entry.release;
            if let Some(intent) = entry.intent {
                state.log.push(Said::Intent(intent.act.operation.clone()));
                state.sent.push(intent.clone());
                state.open.push(intent);
            }
            Ok(())
        })
    }

    async fn amend(&self, dossier: &Dossier) -> Result<(), PortError> {
        self.with(|state| {
            // A release that is only being taken over is not in the record yet.
            if let Some(known) = &mut state.dossier {
                known.epoch = dossier.epoch;
            }
        });
        Ok(())
    }

    async fn outcome(
        &self,
        _: &ReleaseId,
        operation: &OperationId,
        _: Timestamp,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        self.with(|state| {
            if state.journal_full {
                return Err(full());
            }
            state.log.push(Said::Outcome(operation.clone(), name(outcome)));
            state.outcomes.push((operation.clone(), outcome.clone()));
            if matches!(outcome, Outcome::Accepted { .. }) {
                state.own.push(operation.clone());
                state.dossier.as_mut().unwrap().last_operation = Some(operation.clone());
            }
            let sent = state
                .open
                .iter()
                .find(|intent| intent.act.operation == *operation)
                .cloned();
            state.late.retain(|late| late.act.operation != *operation);
            if *outcome == Outcome::NeverHappened {
                state.late.extend(sent);
            }
            if !matches!(outcome, Outcome::Unknown { .. }) {
                state.open.retain(|intent| intent.act.operation != *operation);
            }
            Ok(())
        })
    }

    async fn looks(&self, _: &ReleaseId, looks: &[SignalLooks]) -> Result<(), PortError> {
        self.with(|state| state.looks.extend(looks.iter().cloned()));
        Ok(())
    }

    async fn snapshot(&self, _: &ReleaseId, _: &Snapshot) -> Result<(), PortError> {
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, PortError> {
        Ok(self.with(|state| {
            vec![Unfinished {
                dossier: state.dossier.clone().unwrap(),
                open_intents: state.open.clone(),
                late_intents: state.late.clone(),
                trail: Trail::of_record({
                    let outcomes = state.outcomes.iter();
                    let outcomes = outcomes.map(|(operation, outcome)| Told::Outcome(operation, outcome));
                    state.sent.iter().map(Told::Intent).chain(outcomes)
                }),
                own_operations: state.own.clone(),
                looks: state.looks.clone(),
            }]
        }))
    }
}
