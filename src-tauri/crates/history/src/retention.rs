use crate::writer::Writer;
use crate::{HistoryError, manifest};
use release::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which releases are kept. A release goes only if both rules let it go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// Releases that ended at this time or later stay.
    pub ended_since: Timestamp,
    /// At least this many of the newest releases stay, however old they are.
    pub keep_newest: u32,
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tidied {
    /// Releases removed.
    #[ts(type = "number")]
    pub releases: u64,
    /// Bytes on disk before.
    #[ts(type = "number")]
    pub bytes_before: u64,
    /// Bytes on disk after; the log gives its part back a little later.
    #[ts(type = "number")]
    pub bytes_after: u64,
}

/// Numbers of the releases that go; none that is not over or has an act without an outcome.
pub(crate) fn due(connection: &Connection, rule: &Retention) -> Result<Vec<i64>, HistoryError> {
    let mut statement = connection.prepare_cached(
        "SELECT number FROM releases
         WHERE ended < ?1 AND unsettled = 0
             AND number NOT IN (SELECT number FROM releases ORDER BY number DESC LIMIT ?2)
         ORDER BY number",
    )?;
    let rows = statement.query_map((rule.ended_since.0, rule.keep_newest), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(crate) fn remove(writer: &mut Writer, numbers: &[i64]) -> Result<u64, HistoryError> {
    let removed = writer.transaction(|connection, _| {
        let mut removed = 0;
        for number in numbers {
            // A release may have been rolled back since the list was made: then it is not over.
            removed += connection
                .prepare_cached(
                    "DELETE FROM releases WHERE number = ?1 AND ended IS NOT NULL AND unsettled = 0",
                )?
                .execute([number])?;
        }
        Ok(u64::try_from(removed).unwrap_or(0))
    })?;
    // What is remembered of removed releases must not be used again.
    writer.forget();
    Ok(removed)
}

/// Gives the space of removed releases back to the disk.
pub(crate) fn give_back(writer: &mut Writer) -> Result<(), HistoryError> {
    writer.transaction(|connection, _| manifest::remove_unused(connection))?;
    let mut statement = writer.connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}
