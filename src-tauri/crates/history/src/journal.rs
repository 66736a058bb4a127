//! The port that the conductor writes through.

use crate::decode::to_json;
use crate::delta;
use crate::event::{self, INTENT, OUTCOME, RECORD, STEP};
use crate::history::History;
use crate::lane::Later;
use crate::writer::Memory;
use crate::{HistoryError, facts, release_row, unfinished};
use async_trait::async_trait;
use conductor::{
    Dossier, Entry, Journal, OperationId, Outcome, PortError, SignalLooks, Snapshot, Unfinished,
};
use release::{ReleaseId, Timestamp};
use rusqlite::Connection;

#[async_trait]
impl Journal for History {
    async fn open(&self, dossier: &Dossier) -> Result<(), PortError> {
        let dossier = dossier.clone();
        self.lane()
            .run(move |writer| writer.transaction(|connection, _| open(connection, &dossier)))
            .await?;
        Ok(())
    }

    async fn advance(&self, entry: Entry) -> Result<(), PortError> {
        self.lane()
            .run(move |writer| writer.transaction(|connection, memory| advance(connection, memory, &entry)))
            .await?;
        Ok(())
    }

    async fn amend(&self, dossier: &Dossier) -> Result<(), PortError> {
        let dossier = dossier.clone();
        self.lane()
            .run(move |writer| writer.transaction(|connection, memory| amend(connection, memory, &dossier)))
            .await?;
        Ok(())
    }

    async fn outcome(
        &self,
        release: &ReleaseId,
        operation: &OperationId,
        at: Timestamp,
        what: &Outcome,
    ) -> Result<(), PortError> {
        let (release, operation, what) = (release.clone(), operation.clone(), what.clone());
        self.lane()
            .run(move |writer| {
                writer.transaction(|connection, memory| {
                    outcome(connection, memory, &release, &operation, at, &what)
                })
            })
            .await?;
        Ok(())
    }

    async fn looks(&self, release: &ReleaseId, looks: &[SignalLooks]) -> Result<(), PortError> {
        if looks.iter().all(|of_signal| of_signal.looks.is_empty()) {
            return Ok(());
        }
        self.lane().later(Later::Looks(release.clone(), looks.to_vec()))?;
        Ok(())
    }

    async fn snapshot(&self, release: &ReleaseId, snapshot: &Snapshot) -> Result<(), PortError> {
        self.lane()
            .later(Later::Snapshot(release.clone(), Box::new(snapshot.clone())))?;
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, PortError> {
        self.lane().flush().await?;
        Ok(self.readers().read(unfinished::all).await?)
    }
}

fn open(connection: &Connection, dossier: &Dossier) -> Result<(), HistoryError> {
    let ended = dossier.release.stage.is_end().then_some(dossier.created);
    let number = release_row::insert(connection, dossier, ended, false)?;
    facts::put(connection, number, dossier)
}

/// On the way of every rollback: one transaction of an update and one insert for each line, nothing read but by key.
fn advance(connection: &Connection, memory: &mut Memory<'_>, entry: &Entry) -> Result<(), HistoryError> {
    let number = memory.number(connection, &entry.release.id)?;
    let now = delta::object("a release's state", &entry.release)?;
    let before = memory.state(connection, number)?;
    let changes = delta::changes(before, &now);
    if !changes.is_empty() {
        release_row::set_state(
            connection,
            number,
            entry.at,
            &entry.release,
            &to_json("a release's state", &now)?,
        )?;
        event::append(
            connection,
            number,
            entry.at,
            STEP,
            None,
            &to_json("a step", &changes)?,
        )?;
        *before = now;
    }
    for record in &entry.records {
        event::append(
            connection,
            number,
            entry.at,
            RECORD,
            None,
            &to_json("a record", record)?,
        )?;
    }
    if let Some(intent) = &entry.intent {
        let operation = &intent.act.operation.0;
        // The same act sent again is the same operation and does not take the next number.
        let is_new = !connection
            .prepare_cached("SELECT 1 FROM events WHERE release = ?1 AND kind = 'intent' AND operation = ?2")?
            .exists((number, operation))?;
        event::append(
            connection,
            number,
            intent.at,
            INTENT,
            Some(operation),
            &to_json("an intent", intent)?,
        )?;
        connection
            .prepare_cached(
                "UPDATE releases SET unsettled = 1, operations = operations + ?2 WHERE number = ?1",
            )?
            .execute((number, is_new))?;
    }
    Ok(())
}

/// Takes everything of the dossier but the release's state, which only steps change; the number of operations never goes back.
fn amend(connection: &Connection, memory: &mut Memory<'_>, dossier: &Dossier) -> Result<(), HistoryError> {
    let number = memory.number(connection, &dossier.release.id)?;
    facts::put(connection, number, dossier)?;
    connection
        .prepare_cached(
            "UPDATE releases SET operations = max(operations, ?2), last_operation = coalesce(?3, last_operation)
             WHERE number = ?1",
        )?
        .execute((
            number,
            i64::try_from(dossier.operations).unwrap_or(i64::MAX),
            dossier.last_operation.as_ref().map(|operation| &operation.0),
        ))?;
    Ok(())
}

fn outcome(
    connection: &Connection,
    memory: &mut Memory<'_>,
    release: &ReleaseId,
    operation: &OperationId,
    at: Timestamp,
    outcome: &Outcome,
) -> Result<(), HistoryError> {
    let number = memory.number(connection, release)?;
    event::append(
        connection,
        number,
        at,
        OUTCOME,
        Some(&operation.0),
        &to_json("an outcome", outcome)?,
    )?;
    if outcome.is_accepted() {
        // A late word about an earlier act does not make it the last one again.
        connection
            .prepare_cached(
                "UPDATE releases SET last_operation = ?2, last_operation_seq = sent.seq
                 FROM (SELECT coalesce(max(seq), 0) AS seq FROM events
                       WHERE release = ?1 AND kind = 'intent' AND operation = ?2) AS sent
                 WHERE number = ?1 AND sent.seq >= last_operation_seq",
            )?
            .execute((number, &operation.0))?;
    }
    let is_open = !unfinished::open_intents(&event::acts(connection, number)?)?.is_empty();
    connection
        .prepare_cached("UPDATE releases SET unsettled = ?2 WHERE number = ?1")?
        .execute((number, is_open))?;
    Ok(())
}
