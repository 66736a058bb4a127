use crate::HistoryError;
use crate::decode::{from_json, to_json};
use release::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A release that somebody is still preparing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Names it.
    pub id: String,
    /// When it was changed last.
    pub at: Timestamp,
    /// What is in it; its shape is the writer's own.
    pub body: Value,
}

pub(crate) fn put(connection: &Connection, draft: &Draft) -> Result<(), HistoryError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO drafts (id, at, body) VALUES (?1, ?2, ?3)")?
        .execute((&draft.id, draft.at.0, to_json("a draft", &draft.body)?))?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, id: &str) -> Result<(), HistoryError> {
    connection
        .prepare_cached("DELETE FROM drafts WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Draft>, HistoryError> {
    let mut statement = connection.prepare_cached("SELECT id, at, body FROM drafts ORDER BY at DESC, id")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, String>(2)?,
        ))
    })?;
    rows.map(|row| {
        let (id, at, body) = row?;
        Ok(Draft {
            id,
            at: Timestamp(at),
            body: from_json("a draft", &body)?,
        })
    })
    .collect()
}
