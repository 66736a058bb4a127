use crate::HistoryError;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};
use std::path::Path;

/// `PRAGMA application_id` of Slipway's databases: "SLPW" in ASCII.
pub(crate) const APPLICATION_ID: i32 = 0x534c_5057;

/// Every migration is one transaction and bumps `PRAGMA user_version` in it. A migration that is published never changes.
const MIGRATIONS: &[M<'static>] = &[M::up(include_str!("schema/1.sql"))];

/// The newest format that this program knows.
pub(crate) fn known_version() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Brings an older database, or an empty one, to the newest format.
pub(crate) fn migrate(path: &Path, connection: &mut Connection) -> Result<(), HistoryError> {
    use rusqlite_migration::Error;
    Migrations::from_slice(MIGRATIONS)
        .to_latest(connection)
        .map_err(|error| match error {
            Error::RusqliteError { err, .. } => HistoryError::of_file(path, &err),
            other => HistoryError::Unusable {
                path: path.to_owned(),
                detail: other.to_string(),
            },
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_applies() {
        Migrations::from_slice(MIGRATIONS).validate().unwrap();
    }
}
