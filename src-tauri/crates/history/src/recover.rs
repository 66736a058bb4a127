//! What can still be read of a damaged database, copied into a new one.
//!
//! SQLite refuses a page that makes no sense and reads on beside it: a table is read from its beginning up to the damage,
//! from its end back to the damage, and in between key by key. What is read but makes no sense (text that is no JSON, a
//! chunk that does not expand) is left out too: half a line is none.

use crate::HistoryError;
use crate::decode::expand;
use crate::file::{beside, open_for_reading, open_for_writing};
use crate::story::readable;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// The end of the name of a database that is being recovered.
const UNDER_WAY: &str = ".recovering";
/// More keys than this in a gap are not asked for one by one: that would take minutes.
const MOST_PROBES: i64 = 2_000_000;

/// What could be recovered of a damaged record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Recovered {
    /// Releases that are whole or nearly so, and are in the new record.
    #[ts(type = "number")]
    pub releases: u64,
    /// Releases of which something was found, and too little to show them.
    #[ts(type = "number")]
    pub lost: u64,
    /// Of the recovered ones: not over, and too little is left to drive them. They are shown and never driven.
    #[ts(type = "number")]
    pub not_driven: u64,
    /// Settings.
    #[ts(type = "number")]
    pub settings: u64,
}

/// A table whose rows have numbers.
struct Table {
    name: &'static str,
    /// The row's number, as SQL.
    number: &'static str,
    /// Columns whose text must be JSON.
    json: &'static [&'static str],
    /// The column that is compressed, if one is.
    packed: Option<&'static str>,
}

const fn table(
    name: &'static str,
    number: &'static str,
    json: &'static [&'static str],
    packed: Option<&'static str>,
) -> Table {
    Table {
        name,
        number,
        json,
        packed,
    }
}

/// Tables with row numbers; releases first, what belongs to them after.
const NUMBERED: [Table; 8] = [
    table("releases", "number", &["state"], None),
    table("dossiers", "release", &["opened", "body"], None),
    table("events", "seq", &["body"], None),
    table("chunks", "rowid", &[], Some("body")),
    table("notes", "id", &[], None),
    table("settings", "rowid", &["body"], None),
    table("drafts", "rowid", &[], None),
    table("environments", "rowid", &[], None),
];

/// Tables without row numbers: read in the order of their keys, then release by release.
const KEYED: [Table; 2] = [
    table("release_manifests", "release", &[], None),
    table("samples", "release", &["body"], None),
];

/// Copies everything readable of the database at `damaged` into a new one, which is closed when this returns.
///
/// # Errors
///
/// The new one cannot be written. The damaged one is only read.
pub(crate) fn recover(damaged: &Path) -> Result<(PathBuf, Recovered), HistoryError> {
    let to = beside(damaged, UNDER_WAY);
    for suffix in ["", "-wal", "-shm"] {
        // What an earlier attempt left.
        let _ = std::fs::remove_file(beside(&to, suffix));
    }
    let new = open_for_writing(&to)?;
    new.pragma_update(None, "foreign_keys", false)?;
    if let Ok(old) = open_for_reading(damaged) {
        new.execute_batch("BEGIN")?;
        for table in &NUMBERED {
            numbered(&old, &new, table)?;
        }
        let releases = numbers(
            &new,
            "SELECT number FROM releases UNION SELECT DISTINCT release FROM dossiers",
        )?;
        for table in &KEYED {
            keyed(&old, &new, table, &releases)?;
        }
        manifests(&old, &new)?;
        new.execute_batch("COMMIT")?;
    }
    let recovered = tidy(&new)?;
    new.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    new.close().map_err(|(_, error)| HistoryError::from(error))?;
    Ok((to, recovered))
}

/// Takes over a recovered database whose program ended before it could put it into its place.
///
/// # Errors
///
/// It cannot be renamed.
pub(crate) fn adopt(path: &Path) -> Result<(), HistoryError> {
    let ready = beside(path, UNDER_WAY);
    // Only a set-aside file says that the recovery was complete.
    if !path.exists() && ready.exists() && beside(path, ".damaged-1").exists() {
        put_in_place(&ready, path)?;
    }
    Ok(())
}

/// Gives a recovered database its name.
///
/// # Errors
///
/// It cannot be renamed.
pub(crate) fn put_in_place(ready: &Path, path: &Path) -> Result<(), HistoryError> {
    std::fs::rename(ready, path).map_err(|error| HistoryError::Unusable {
        path: path.to_owned(),
        detail: error.to_string(),
    })
}

fn numbers(connection: &Connection, sql: &str) -> Result<Vec<i64>, HistoryError> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, HistoryError> {
    let mut statement = connection.prepare(&format!("PRAGMA table_info({table})"))?;
    let rows = statement.query_map([], |row| row.get(1))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Copies rows into the new database, each for itself.
struct Copy<'a> {
    new: &'a Connection,
    insert: String,
    /// What is read: the row's number, then every column.
    select: String,
    json: Vec<usize>,
    packed: Option<usize>,
}

impl<'a> Copy<'a> {
    fn of(new: &'a Connection, table: &Table) -> Result<Copy<'a>, HistoryError> {
        let columns = columns(new, table.name)?;
        let place = |name: &str| columns.iter().position(|column| column == name).map(|at| at + 1);
        let marks = vec!["?"; columns.len()].join(", ");
        let names = columns.join(", ");
        Ok(Copy {
            new,
            insert: format!("INSERT OR IGNORE INTO {} ({names}) VALUES ({marks})", table.name),
            select: format!("SELECT {}, {names} FROM {}", table.number, table.name),
            json: table.json.iter().filter_map(|name| place(name)).collect(),
            packed: table.packed.and_then(place),
        })
    }

    /// Reads rows until there are none or the damage comes. Answers the last number read, and whether all were.
    fn read(
        &self,
        old: &Connection,
        rest: &str,
        bound: impl rusqlite::Params,
    ) -> Result<(Option<i64>, bool), HistoryError> {
        let mut last = None;
        let Ok(mut statement) = old.prepare_cached(&format!("{} {rest}", self.select)) else {
            return Ok((None, false));
        };
        let width = statement.column_count();
        let Ok(mut rows) = statement.query(bound) else {
            return Ok((None, false));
        };
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok((last, true)),
                Err(_) => return Ok((last, false)),
            };
            let mut values = Vec::with_capacity(width);
            for at in 0..width {
                match row.get::<_, Value>(at) {
                    Ok(value) => values.push(value),
                    Err(_) => return Ok((last, false)),
                }
            }
            if let Some(Value::Integer(number)) = values.first() {
                last = Some(*number);
            }
            if self.makes_sense(&values) {
                self.new
                    .prepare_cached(&self.insert)?
                    .execute(params_from_iter(values.into_iter().skip(1)))
                    .or_else(refused)?;
            }
        }
    }

    fn makes_sense(&self, values: &[Value]) -> bool {
        let json = self.json.iter().all(|at| match values.get(*at) {
            Some(Value::Text(text)) => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
            _ => false,
        });
        let packed = self.packed.is_none_or(|at| match values.get(at) {
            Some(Value::Blob(bytes)) => expand("a chunk", bytes).is_ok(),
            _ => false,
        });
        json && packed
    }
}

/// A row that the schema refuses is one that makes no sense; any other failure is the new file's.
fn refused(error: rusqlite::Error) -> rusqlite::Result<usize> {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation | rusqlite::ErrorCode::TypeMismatch) => Ok(0),
        _ => Err(error),
    }
}

fn numbered(old: &Connection, new: &Connection, table: &Table) -> Result<(), HistoryError> {
    let copy = Copy::of(new, table)?;
    let number = table.number;
    let (first, whole) = copy.read(old, &format!("NOT INDEXED ORDER BY {number}"), [])?;
    if whole {
        return Ok(());
    }
    let from = first.unwrap_or(0);
    let back = format!("NOT INDEXED WHERE {number} > ?1 ORDER BY {number} DESC");
    let (last, whole) = copy.read(old, &back, [from])?;
    if whole {
        return Ok(());
    }
    // From the end back to the damage; where even the end cannot be read, as far as the numbers of the events go.
    let until = last.unwrap_or(from.saturating_add(MOST_PROBES / 100));
    let one = format!("NOT INDEXED WHERE {number} = ?1");
    for key in (from.saturating_add(1)..until).take(usize::try_from(MOST_PROBES).unwrap_or(usize::MAX)) {
        copy.read(old, &one, [key])?;
    }
    Ok(())
}

fn keyed(old: &Connection, new: &Connection, table: &Table, releases: &[i64]) -> Result<(), HistoryError> {
    let copy = Copy::of(new, table)?;
    let (_, whole) = copy.read(old, "", [])?;
    if whole {
        return Ok(());
    }
    for release in releases {
        let (_, whole) = copy.read(old, "WHERE release = ?1", [release])?;
        if !whole {
            copy.read(
                old,
                "WHERE release = ?1 ORDER BY 2 DESC, 3 DESC, 4 DESC",
                [release],
            )?;
        }
    }
    Ok(())
}

/// Manifests by their content's sum: one that is not what its name says is left out.
fn manifests(old: &Connection, new: &Connection) -> Result<(), HistoryError> {
    use sha2::{Digest as _, Sha256};
    let keys: BTreeSet<Vec<u8>> = {
        let mut statement = new.prepare("SELECT DISTINCT sha256 FROM release_manifests")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for key in keys {
        let read = old
            .prepare_cached("SELECT body FROM manifests WHERE sha256 = ?1")
            .and_then(|mut statement| statement.query_row([&key], |row| row.get::<_, Vec<u8>>(0)));
        let Ok(body) = read else { continue };
        let whole = expand("a manifest", &body).is_ok_and(|plain| Sha256::digest(&plain).as_slice() == key);
        if whole {
            new.prepare_cached("INSERT OR IGNORE INTO manifests (sha256, body) VALUES (?1, ?2)")?
                .execute((&key, &body))?;
        }
    }
    Ok(())
}

/// Removes what belongs to nothing, and releases of which too little is left.
fn tidy(new: &Connection) -> Result<Recovered, HistoryError> {
    let found = numbers(
        new,
        "SELECT number FROM releases UNION SELECT release FROM dossiers UNION SELECT DISTINCT release FROM events",
    )?;
    let mut recovered = Recovered::default();
    new.execute_batch("BEGIN")?;
    new.execute(
        "DELETE FROM release_manifests WHERE sha256 NOT IN (SELECT sha256 FROM manifests)",
        [],
    )?;
    for number in found {
        let kept = readable(new, number) || {
            // Without its samples it can still be told.
            for table in ["samples", "chunks"] {
                new.execute(&format!("DELETE FROM {table} WHERE release = ?1"), [number])?;
            }
            readable(new, number)
        };
        if kept {
            recovered.releases += 1;
            recovered.not_driven += u64::from(new.execute(
                "UPDATE releases SET imported = 1 WHERE number = ?1 AND imported = 0 AND (ended IS NULL OR unsettled = 1)
                 AND (SELECT count(*) FROM release_manifests WHERE release = ?1 AND role IN ('before', 'new')) < 2",
                [number],
            )? > 0);
            continue;
        }
        recovered.lost += 1;
        for table in [
            "release_manifests",
            "samples",
            "chunks",
            "notes",
            "events",
            "dossiers",
        ] {
            new.execute(&format!("DELETE FROM {table} WHERE release = ?1"), [number])?;
        }
        new.execute("DELETE FROM releases WHERE number = ?1", [number])?;
    }
    new.execute_batch("COMMIT")?;
    recovered.settings = new
        .query_row("SELECT count(*) FROM settings", [], |row| row.get::<_, i64>(0))?
        .unsigned_abs();
    Ok(recovered)
}
