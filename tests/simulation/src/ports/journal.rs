use super::Port;
use crate::disk::Line;
use crate::fault::Fault;
use crate::mistake::Mistake;
use async_trait::async_trait;
use conductor::{
    Dossier, Entry, Journal, OperationId, Outcome, PortError, SignalLooks, Snapshot, Unfinished,
};
use release::{ReleaseId, Timestamp};

impl Port {
    /// One durable transaction.
    async fn write(&self, line: Line) -> Result<(), PortError> {
        {
            let mut room = self.room();
            if room.machines[self.machine].disk.full {
                room.fault(Fault::JournalFull);
                if let Line::Step(entry) = &line
                    && let Some(intent) = &entry.intent
                {
                    let operation = intent.act.operation.clone();
                    room.machines[self.machine].disk.unwritten.push(operation);
                }
                return Err(PortError::new(
                    "disk-full",
                    "The disk is full.",
                    "Make room on the disk.",
                ));
            }
            room.say(|| format!("{} writes {}", self.machine, told(&line)));
            let believes = room.mistake == Some(Mistake::IntentNotDurable);
            let disk = &mut room.machines[self.machine].disk;
            disk.append(line);
            if believes {
                return Ok(());
            }
        }
        self.crash_point("while it writes").await;
        self.room().machines[self.machine].disk.sync();
        self.crash_point("after it wrote").await;
        Ok(())
    }
}

fn told(line: &Line) -> String {
    match line {
        Line::Open(dossier) => format!("release {}", dossier.release.id),
        Line::Amend(dossier) => format!("more about {}", dossier.release.id),
        Line::Step(entry) => {
            let records: Vec<String> = entry
                .records
                .iter()
                .map(|record| format!("{:?}", record.what))
                .collect();
            let intent = entry.intent.as_ref().map(|intent| &intent.act.operation.0);
            format!("{:?} {records:?} intent {intent:?}", entry.release.stage)
        }
        Line::Outcome {
            operation, outcome, ..
        } => format!("{} {outcome:?}", operation.0),
        Line::Looks { looks, .. } => format!("{} looks", looks.len()),
    }
}

#[async_trait]
impl Journal for Port {
    async fn open(&self, dossier: &Dossier) -> Result<(), PortError> {
        let is_known = {
            let room = self.room();
            room.machines[self.machine]
                .disk
                .release(&dossier.release.id)
                .is_some()
        };
        if is_known {
            return Err(PortError::new("history-release-exists", "It is known.", ""));
        }
        self.write(Line::Open(Box::new(dossier.clone()))).await
    }

    async fn advance(&self, entry: Entry) -> Result<(), PortError> {
        self.write(Line::Step(Box::new(entry))).await
    }

    async fn amend(&self, dossier: &Dossier) -> Result<(), PortError> {
        self.write(Line::Amend(Box::new(dossier.clone()))).await
    }

    async fn outcome(
        &self,
        release: &ReleaseId,
        operation: &OperationId,
        _: Timestamp,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        self.write(Line::Outcome {
            release: release.clone(),
            operation: operation.clone(),
            outcome: outcome.clone(),
        })
        .await
    }

    async fn looks(&self, release: &ReleaseId, looks: &[SignalLooks]) -> Result<(), PortError> {
        // May be lost: only the next transaction makes it durable.
        self.room().machines[self.machine].disk.append(Line::Looks {
            release: release.clone(),
            looks: looks.to_vec(),
        });
        Ok(())
    }

    async fn snapshot(&self, _: &ReleaseId, _: &Snapshot) -> Result<(), PortError> {
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, PortError> {
        Ok(self.room().machines[self.machine].disk.unfinished())
    }
}
