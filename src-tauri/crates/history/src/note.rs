use crate::HistoryError;
use release::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What somebody wrote about a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Names it on this machine.
    #[ts(type = "number")]
    pub id: i64,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: String,
    /// The text.
    pub text: String,
    /// The moment that it is about, if it is about one.
    pub moment: Option<Timestamp>,
}

pub(crate) fn add(
    connection: &Connection,
    release: i64,
    at: Timestamp,
    by: &str,
    text: &str,
    moment: Option<Timestamp>,
) -> Result<Note, HistoryError> {
    connection
        .prepare_cached(
            "INSERT INTO notes (release, at, by, text, moment, haystack) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            release,
            at.0,
            by,
            text,
            moment.map(|at| at.0),
            text.to_lowercase(),
        ))?;
    Ok(Note {
        id: connection.last_insert_rowid(),
        at,
        by: by.to_owned(),
        text: text.to_owned(),
        moment,
    })
}

pub(crate) fn change(connection: &Connection, note: i64, text: &str) -> Result<(), HistoryError> {
    connection
        .prepare_cached("UPDATE notes SET text = ?2, haystack = ?3 WHERE id = ?1")?
        .execute((note, text, text.to_lowercase()))?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, note: i64) -> Result<(), HistoryError> {
    connection
        .prepare_cached("DELETE FROM notes WHERE id = ?1")?
        .execute([note])?;
    Ok(())
}

/// Every note of a release, the oldest first.
pub(crate) fn of_release(connection: &Connection, release: i64) -> Result<Vec<Note>, HistoryError> {
    let mut statement = connection
        .prepare_cached("SELECT id, at, by, text, moment FROM notes WHERE release = ?1 ORDER BY id")?;
    let rows = statement.query_map([release], |row| {
        Ok(Note {
            id: row.get(0)?,
            at: Timestamp(row.get(1)?),
            by: row.get(2)?,
            text: row.get(3)?,
            moment: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
