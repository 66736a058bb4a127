//! Going on with a release that another Slipway drove.

use crate::driver::{Driver, Ports};
use crate::health::Health;
use crate::leading::PATIENCE_MILLIS;
use crate::{ApplyError, Bid, Dossier, Entry, OperationId, Outcome, PortError};
use futures::future::{Either, select};
use release::{Event, Person, Record, Refusal};

/// A release as it was found beside the workload.
#[derive(Debug, Clone)]
pub struct Takeover {
    /// What its charter and the cluster's ReplicaSets tell.
    pub dossier: Dossier,
    /// Operations of it that may have been applied.
    pub operations: Vec<OperationId>,
    /// The person whose Slipway drove it.
    pub from: String,
    /// Whether a person rolls back with the same click: then nobody is asked, and the rollback is the first act.
    pub to_roll_back: bool,
}

impl Driver {
    /// Takes a release over: leads, writes it down here, writes its mark on the object, and drives it from then on.
    ///
    /// Allowed when the other's term is over or the release was offered to this person; for a rollback always.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotTheDriver`]: the other Slipway is there. Else it cannot be told who leads, or the record cannot be written;
    /// neither stops a rollback.
    pub async fn take_over(taken: Takeover, by: &Person, ports: Ports) -> Result<Driver, ApplyError> {
        let Takeover {
            dossier,
            operations,
            from,
            to_roll_back,
        } = taken;
        let health = Health::new(&dossier)?;
        let mut driver = Driver::with(dossier, ports, health, operations, Vec::new());
        driver.look_once().await;
        driver.lead_instead(to_roll_back).await?;
        let at = driver.ports.clock.now();
        let event = Event::TookOver { by: by.clone(), from };
        let step = release::step(&driver.dossier.release, &event, at)?;
        let records = step.records().cloned().collect();
        driver.open_here(records, step.release, to_roll_back).await?;
        if !to_roll_back {
            driver.is_fenced().await;
        }
        Ok(driver)
    }

    /// The workload as it is, and what stands on it: the driver before may have acted since it wrote the charter.
    async fn look_once(&mut self) {
        match self.ports.workloads.observe(&self.dossier.workload).await {
            Ok(seen) => {
                let on_object = seen.view.operation.clone();
                if let Some(operation) =
                    on_object.filter(|operation| operation.epoch_in(&self.dossier.release.id).is_some())
                {
                    if !self.own_operations.contains(&operation) {
                        self.own_operations.push(operation.clone());
                    }
                    self.dossier.last_operation = Some(operation);
                }
                self.seen = Some(seen);
            }
            Err(error) => self.contact.failed(error),
        }
    }

    async fn lead_instead(&mut self, to_roll_back: bool) -> Result<(), ApplyError> {
        self.count_own_term().await;
        if to_roll_back {
            self.lead_to_roll_back().await;
            return Ok(());
        }
        let above = self.floor().saturating_add(1);
        // The release is not this driver's yet: an answer that another one leads changes nothing in it.
        let answered = self.ask_quietly(Bid::Lead, above, None).await;
        if let Some(leader) = self.leading.other() {
            let driver = leader.person.clone();
            return Err(Refusal::NotTheDriver { driver }.into());
        }
        if !answered {
            let trouble = self.leading.trouble.clone();
            return Err(trouble.unwrap_or_else(unknown).into());
        }
        if self.dossier.epoch < above {
            // Leases are forbidden: the object alone tells the drivers apart.
            self.take_epoch(above).await;
        }
        Ok(())
    }

    /// A driver on this machine that ended in the middle of a takeover had a token that nothing else tells of yet: this one's is
    /// higher, or the two would give their operations the same names.
    async fn count_own_term(&mut self) {
        let leadership = self.ports.leadership.clone();
        let workload = self.dossier.workload.clone();
        let clock = self.ports.clock.clone();
        let question = leadership.leader(&workload);
        if let Either::Left((Ok(Some(leader)), _)) = select(question, clock.sleep(PATIENCE_MILLIS)).await
            && leadership.is_own(&leader)
        {
            self.dossier.epoch = self.dossier.epoch.max(leader.epoch);
        }
    }

    /// What stands on the object may be an act of the driver here before, which the record calls never happened: it arrived late.
    fn tell_what_arrived(&mut self) {
        let Some(seen) = self.seen.as_ref().filter(|seen| seen.view.operation.is_some()) else {
            return;
        };
        let outcome = Outcome::seen_on(seen);
        if let Some(operation) = self.dossier.last_operation.clone() {
            self.keep_outcome(&operation, outcome);
        }
    }

    /// A release that was driven here before is known to the record.
    async fn open_here(
        &mut self,
        records: Vec<Record>,
        release: release::Release,
        to_roll_back: bool,
    ) -> Result<(), ApplyError> {
        let written = match self.ports.journal.open(&self.dossier).await {
            Err(error) if error.code == "history-release-exists" => {
                self.tell_what_arrived();
                self.ports.journal.amend(&self.dossier).await
            }
            other => other,
        };
        let written = match written {
            Ok(()) => {
                let entry = Entry {
                    at: self.ports.clock.now(),
                    release: release.clone(),
                    records,
                    intent: None,
                };
                self.ports.journal.advance(entry).await
            }
            Err(error) => Err(error),
        };
        self.journal_trouble = written.as_ref().err().cloned();
        if !to_roll_back {
            written?;
        }
        self.dossier.release = release;
        Ok(())
    }
}

fn unknown() -> PortError {
    PortError::new(
        "lease-unknown",
        "It is not known who drives this release, so nothing was changed.",
        "Try again.",
    )
}
