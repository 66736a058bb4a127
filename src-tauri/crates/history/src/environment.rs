use crate::HistoryError;
use crate::decode::{compress, expand_json, to_json};
use release::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an environment looked like when it was last seen, so that it can be shown without a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastKnown {
    /// The environment's id in the settings.
    pub environment: String,
    /// When it was seen.
    pub as_of: Timestamp,
    /// What was seen; its shape is the writer's own. No secrets and no literal environment values.
    pub body: Value,
}

impl LastKnown {
    pub(crate) fn write(&self, connection: &Connection) -> Result<(), HistoryError> {
        let body = compress(
            "an environment",
            to_json("an environment", &self.body)?.as_bytes(),
        )?;
        connection
            .prepare_cached("INSERT OR REPLACE INTO environments (id, as_of, body) VALUES (?1, ?2, ?3)")?
            .execute((&self.environment, self.as_of.0, body))?;
        Ok(())
    }
}

/// Every environment that was ever seen, by id.
pub(crate) fn all(connection: &Connection) -> Result<Vec<LastKnown>, HistoryError> {
    let mut statement = connection.prepare_cached("SELECT id, as_of, body FROM environments ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, Vec<u8>>(2)?,
        ))
    })?;
    rows.map(|row| {
        let (environment, as_of, body) = row?;
        Ok(LastKnown {
            environment,
            as_of: Timestamp(as_of),
            body: expand_json("an environment", &body)?,
        })
    })
    .collect()
}

/// Forgets one.
pub(crate) fn remove(connection: &Connection, id: &str) -> Result<(), HistoryError> {
    connection
        .prepare_cached("DELETE FROM environments WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}
