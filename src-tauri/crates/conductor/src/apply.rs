use crate::driver::Driver;
use crate::{Entry, Intent, Next, PortError, PreparedAct};
use judge::SignalError;
use release::{Event, Goal, Record, Refusal, Release, Stage};
use thiserror::Error;

/// Why an event was not applied.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ApplyError {
    /// The release refuses it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The record or the cluster does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The signals make no sense.
    #[error(transparent)]
    Signals(#[from] SignalError),
}

impl Driver {
    /// Applies one event: new state, history and the intent of the act that follows at once go into one durable entry, then
    /// the act is sent.
    ///
    /// # Errors
    ///
    /// Nothing happened. A rollback goes on without the record: its intent travels in the patch itself.
    pub(crate) async fn apply(&mut self, event: Event) -> Result<(), ApplyError> {
        let at = self.ports.clock.now();
        let step = release::step(&self.dossier.release, &event, at)?;
        let records: Vec<Record> = step.records().cloned().collect();
        if records.is_empty() && step.release == self.dossier.release {
            return Ok(());
        }
        let phase_before = (self.dossier.release.phase, self.dossier.release.stage.name());
        let goal_before = self.dossier.release.goal();
        let act = if step.release.goal() == goal_before {
            None
        } else {
            self.first_act(&step.release)
        };
        self.write(step.release, records, act.as_ref()).await?;
        if (self.dossier.release.phase, self.dossier.release.stage.name()) != phase_before {
            self.waiting = None;
            self.not_before = 0;
            self.health.stage_changed(&self.dossier.release);
            if matches!(self.dossier.release.stage, Stage::RollingBack { .. }) {
                // What a hold was told of is news to the rollback: it stands in its way.
                self.last_foreign = None;
            }
        }
        if let Some(act) = act {
            self.send(act).await;
        }
        Ok(())
    }

    /// The act that the new state asks for, if what was seen last is enough to tell.
    fn first_act(&self, release: &Release) -> Option<PreparedAct> {
        let goal = release.goal();
        if goal == Goal::Stay
            || !self.open_intents.is_empty() && !matches!(release.stage, Stage::RollingBack { .. })
        {
            return None;
        }
        // Forward only with this driver's mark on the object: the turn puts it there first.
        let unmarked = self.leading.fence_due && !matches!(release.stage, Stage::RollingBack { .. });
        if unmarked || !self.may_send_now(release) {
            return None;
        }
        let seen = self.seen.as_ref()?;
        match self.ports.workloads.next(&self.pursuit(release, goal), seen) {
            Next::Act(act) => Some(act),
            _ => None,
        }
    }

    /// Writes an entry with an optional intent and takes the new state over.
    pub(crate) async fn write(
        &mut self,
        release: Release,
        records: Vec<Record>,
        act: Option<&PreparedAct>,
    ) -> Result<(), PortError> {
        self.write_outcomes().await;
        let at = self.ports.clock.now();
        let intent = act.map(|act| Intent {
            at,
            act: act.clone(),
            previous: self.dossier.last_operation.clone(),
            uid: self.dossier.uid.clone(),
            epoch: self.dossier.epoch,
        });
        let entry = Entry {
            at,
            release: release.clone(),
            records,
            intent: intent.clone(),
        };
        match self.ports.journal.advance(entry).await {
            Ok(()) => self.journal_trouble = None,
            Err(error) => {
                let goes_on = matches!(release.stage, Stage::RollingBack { .. });
                self.journal_trouble = Some(error.clone());
                if !goes_on {
                    return Err(error);
                }
                tracing::error!(release = %release.id, code = %error.code, "a rollback goes on without the record");
            }
        }
        self.dossier.release = release;
        if let Some(intent) = intent {
            self.dossier.operations += 1;
            self.own_operations.push(intent.act.operation.clone());
            self.open_intents.push(intent);
        }
        Ok(())
    }
}
