use crate::HistoryError;
use crate::decode::from_json;
use conductor::{Intent, OperationId, Outcome, Told};
use release::{Record, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One line of a release's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Grows with every line of every release: the order in which they were written.
    pub seq: i64,
    /// When it happened, by the wall clock.
    pub at: Timestamp,
    /// What happened.
    pub what: Happening,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum Happening {
    /// A line of the domain's own history.
    Record {
        /// It.
        record: Record,
    },
    /// An act was about to be sent.
    Intent {
        /// It, complete.
        intent: Box<Intent>,
    },
    /// What became of an act.
    Outcome {
        /// The act.
        operation: OperationId,
        /// What became of it.
        outcome: Outcome,
    },
}

impl Happening {
    /// What it tells of an act; `None` if it is about something else.
    pub fn told(&self) -> Option<Told<'_>> {
        match self {
            Happening::Intent { intent } => Some(Told::Intent(intent)),
            Happening::Outcome { operation, outcome } => Some(Told::Outcome(operation, outcome)),
            Happening::Record { .. } => None,
        }
    }
}

pub(crate) const STEP: &str = "step";
pub(crate) const RECORD: &str = "record";
pub(crate) const INTENT: &str = "intent";
pub(crate) const OUTCOME: &str = "outcome";

/// A row of the table, before it is known what it says.
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) at: Timestamp,
    pub(crate) kind: String,
    pub(crate) operation: Option<String>,
    pub(crate) body: String,
}

/// Appends a line and returns its place.
pub(crate) fn append(
    connection: &Connection,
    release: i64,
    at: Timestamp,
    kind: &str,
    operation: Option<&str>,
    body: &str,
) -> Result<i64, HistoryError> {
    connection
        .prepare_cached(
            "INSERT INTO events (release, at, kind, operation, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((release, at.0, kind, operation, body))?;
    Ok(connection.last_insert_rowid())
}

/// Every row of a release, in the order in which they were written.
pub(crate) fn rows(connection: &Connection, release: i64) -> Result<Vec<Row>, HistoryError> {
    read(
        connection,
        "SELECT seq, at, kind, operation, body FROM events WHERE release = ?1 ORDER BY seq",
        release,
    )
}

/// The rows about acts only: intents and outcomes.
pub(crate) fn acts(connection: &Connection, release: i64) -> Result<Vec<Row>, HistoryError> {
    read(
        connection,
        "SELECT seq, at, kind, operation, body FROM events WHERE release = ?1 AND operation IS NOT NULL ORDER BY seq",
        release,
    )
}

fn read(connection: &Connection, sql: &str, release: i64) -> Result<Vec<Row>, HistoryError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([release], |row| {
        Ok(Row {
            seq: row.get(0)?,
            at: Timestamp(row.get(1)?),
            kind: row.get(2)?,
            operation: row.get(3)?,
            body: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl Row {
    /// The keys of the state that changed, if the row is a step.
    pub(crate) fn step(&self) -> Result<Option<Map<String, Value>>, HistoryError> {
        if self.kind != STEP {
            return Ok(None);
        }
        from_json("a step", &self.body).map(Some)
    }

    /// What people see of the row; a step is seen by what it changed.
    pub(crate) fn line(&self) -> Result<Option<Line>, HistoryError> {
        let what = match self.kind.as_str() {
            RECORD => Happening::Record {
                record: from_json("a record", &self.body)?,
            },
            INTENT => Happening::Intent {
                intent: Box::new(from_json("an intent", &self.body)?),
            },
            OUTCOME => Happening::Outcome {
                operation: OperationId(self.operation.clone().unwrap_or_default()),
                outcome: from_json("an outcome", &self.body)?,
            },
            _ => return Ok(None),
        };
        Ok(Some(Line {
            seq: self.seq,
            at: self.at,
            what,
        }))
    }
}
