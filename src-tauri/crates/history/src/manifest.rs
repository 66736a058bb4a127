//! Manifests by content: the same template of a hundred releases is stored once.

use crate::HistoryError;
use crate::decode::{compress, expand_json};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a manifest is to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Before,
    New,
    Other,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Role::Before => "before",
            Role::New => "new",
            Role::Other => "other",
        }
    }
}

/// Stores a manifest, if it is not there yet, and ties it to the release.
pub(crate) fn put(
    connection: &Connection,
    release: i64,
    role: Role,
    key: &str,
    manifest: &Value,
) -> Result<(), HistoryError> {
    let json = manifest.to_string();
    let sha256 = Sha256::digest(json.as_bytes());
    let sha256: &[u8] = &sha256;
    let is_there = connection
        .prepare_cached("SELECT 1 FROM manifests WHERE sha256 = ?1")?
        .exists([sha256])?;
    if !is_there {
        let body = compress("a manifest", json.as_bytes())?;
        connection
            .prepare_cached("INSERT INTO manifests (sha256, body) VALUES (?1, ?2)")?
            .execute((sha256, body))?;
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO release_manifests (release, role, key, sha256) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((release, role.name(), key, sha256))?;
    Ok(())
}

/// The one manifest with this role.
pub(crate) fn get(connection: &Connection, release: i64, role: Role) -> Result<Value, HistoryError> {
    let body: Option<Vec<u8>> = connection
        .prepare_cached(
            "SELECT body FROM release_manifests JOIN manifests USING (sha256) WHERE release = ?1 AND role = ?2",
        )?
        .query_row((release, role.name()), |row| row.get(0))
        .optional()?;
    body.map_or(Ok(Value::Null), |body| expand_json("a manifest", &body))
}

/// Every manifest with this role, by key.
pub(crate) fn all(
    connection: &Connection,
    release: i64,
    role: Role,
) -> Result<Vec<(String, Value)>, HistoryError> {
    let mut statement = connection.prepare_cached(
        "SELECT key, body FROM release_manifests JOIN manifests USING (sha256) WHERE release = ?1 AND role = ?2",
    )?;
    let rows = statement.query_map((release, role.name()), |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    rows.map(|row| {
        let (key, body) = row?;
        Ok((key, expand_json("a manifest", &body)?))
    })
    .collect()
}

/// Removes manifests that no release needs any more.
pub(crate) fn remove_unused(connection: &Connection) -> Result<(), HistoryError> {
    connection.execute(
        "DELETE FROM manifests WHERE sha256 NOT IN (SELECT sha256 FROM release_manifests)",
        [],
    )?;
    Ok(())
}
