//! Looks and snapshots: rows while they are new, compressed chunks afterwards.
//!
//! A series is named `look:<signal>`, `snapshot` or `outline`. A snapshot stores only the parts that changed since the one
//! before; the outline has the few at which the share changed, whole but for the verdict, so that a list of releases need
//! not read everything.

use crate::HistoryError;
use crate::decode::{compress, expand_json, from_json, to_json};
use crate::delta;
use crate::lane::Later;
use crate::writer::Memory;
use conductor::{SignalLooks, Snapshot};
use judge::Look;
use release::{ReleaseId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value};

const SNAPSHOT: &str = "snapshot";
const OUTLINE: &str = "outline";
const LOOK: &str = "look:";
/// The key of a snapshot that is stored beside it.
const AT: &str = "at";

/// Where a series stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mark {
    next_n: i64,
    last_at: Option<i64>,
    /// The whole last snapshot.
    last: Map<String, Value>,
}

/// Writes what waited. Entries for a release that is not there any more are dropped.
pub(crate) fn write_later(
    connection: &Connection,
    memory: &mut Memory<'_>,
    entry: &Later,
) -> Result<(), HistoryError> {
    let known = |result: Result<i64, HistoryError>| match result {
        Ok(number) => Ok(Some(number)),
        Err(HistoryError::UnknownRelease { .. }) => Ok(None),
        Err(other) => Err(other),
    };
    let numbered = |memory: &mut Memory<'_>, id: &ReleaseId| known(memory.number(connection, id));
    match entry {
        Later::Looks(id, looks) => {
            if let Some(number) = numbered(memory, id)? {
                write_looks(connection, memory, number, looks)?;
            }
        }
        Later::Snapshot(id, snapshot) => {
            if let Some(number) = numbered(memory, id)? {
                write_snapshot(connection, memory, number, snapshot)?;
            }
        }
        Later::Environment(environment) => environment.write(connection)?,
    }
    Ok(())
}

/// Keeps looks that are newer than the last one of their signal, as the judge does.
pub(crate) fn write_looks(
    connection: &Connection,
    memory: &mut Memory<'_>,
    number: i64,
    looks: &[SignalLooks],
) -> Result<(), HistoryError> {
    for of_signal in looks {
        let series = format!("{LOOK}{}", of_signal.signal);
        for look in &of_signal.looks {
            let mark = mark(connection, memory, number, &series)?;
            if mark.last_at.is_some_and(|last| look.at_ms <= last) {
                continue;
            }
            // What is not a number cannot be stored and means no data anyway.
            let look = Look::new(
                look.at_ms,
                look.stable.clone().checked(),
                look.canary.clone().checked(),
            );
            insert(
                connection,
                number,
                &series,
                mark.next_n,
                look.at_ms,
                &to_json("a look", &look)?,
            )?;
            mark.next_n += 1;
            mark.last_at = Some(look.at_ms);
        }
    }
    Ok(())
}

/// Keeps what changed since the snapshot before; nothing if nothing did.
pub(crate) fn write_snapshot(
    connection: &Connection,
    memory: &mut Memory<'_>,
    number: i64,
    snapshot: &Snapshot,
) -> Result<(), HistoryError> {
    let mut now = delta::object("a snapshot", snapshot)?;
    now.remove(AT);
    let mark = mark(connection, memory, number, SNAPSHOT)?;
    let changes = delta::changes(&mark.last, &now);
    if changes.is_empty() {
        return Ok(());
    }
    insert(
        connection,
        number,
        SNAPSHOT,
        mark.next_n,
        snapshot.at.0,
        &to_json("a snapshot", &changes)?,
    )?;
    mark.next_n += 1;
    mark.last_at = Some(snapshot.at.0);
    let was_seen = mark.last.get("workload").is_some_and(|seen| !seen.is_null());
    mark.last = now;
    if changes.contains_key("share") || was_seen != snapshot.workload.is_some() {
        write_outline(connection, memory, number, snapshot)?;
    }
    Ok(())
}

fn write_outline(
    connection: &Connection,
    memory: &mut Memory<'_>,
    number: i64,
    snapshot: &Snapshot,
) -> Result<(), HistoryError> {
    let outline = Snapshot {
        verdict: None,
        ..snapshot.clone()
    };
    let mark = mark(connection, memory, number, OUTLINE)?;
    insert(
        connection,
        number,
        OUTLINE,
        mark.next_n,
        snapshot.at.0,
        &to_json("a snapshot", &outline)?,
    )?;
    mark.next_n += 1;
    Ok(())
}

fn insert(
    connection: &Connection,
    number: i64,
    series: &str,
    n: i64,
    at: i64,
    body: &str,
) -> Result<(), HistoryError> {
    connection
        .prepare_cached("INSERT INTO samples (release, series, n, at, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((number, series, n, at, body))?;
    Ok(())
}

fn mark<'a>(
    connection: &Connection,
    memory: &'a mut Memory<'_>,
    number: i64,
    series: &str,
) -> Result<&'a mut Mark, HistoryError> {
    let key = (number, series.to_owned());
    match memory.marks.entry(key) {
        std::collections::hash_map::Entry::Occupied(known) => Ok(known.into_mut()),
        std::collections::hash_map::Entry::Vacant(unknown) => {
            Ok(unknown.insert(read_mark(connection, number, series)?))
        }
    }
}

fn read_mark(connection: &Connection, number: i64, series: &str) -> Result<Mark, HistoryError> {
    let newest: Option<(i64, i64)> = connection
        .prepare_cached(
            "SELECT n, at FROM (
                 SELECT last_n AS n, last_at AS at FROM chunks WHERE release = ?1 AND series = ?2
                 UNION ALL SELECT n, at FROM samples WHERE release = ?1 AND series = ?2
             ) ORDER BY n DESC LIMIT 1",
        )?
        .query_row((number, series), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((n, at)) = newest else {
        return Ok(Mark::default());
    };
    let mut last = Map::new();
    if series == SNAPSHOT {
        for (_, changes) in parts(connection, number)? {
            delta::apply(&mut last, &changes);
        }
    }
    Ok(Mark {
        next_n: n + 1,
        last_at: Some(at),
        last,
    })
}

/// A stored sample: when, and its JSON.
type Sample = (i64, Value);

fn samples(connection: &Connection, number: i64, series: &str) -> Result<Vec<Sample>, HistoryError> {
    let mut found = Vec::new();
    let mut chunks = connection
        .prepare_cached("SELECT body FROM chunks WHERE release = ?1 AND series = ?2 ORDER BY first_n")?;
    let bodies = chunks.query_map((number, series), |row| row.get::<_, Vec<u8>>(0))?;
    for body in bodies {
        found.extend(expand_json::<Vec<Sample>>("samples", &body?)?);
    }
    let mut rows = connection
        .prepare_cached("SELECT at, body FROM samples WHERE release = ?1 AND series = ?2 ORDER BY n")?;
    let rows = rows.query_map((number, series), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    for row in rows {
        let (at, body) = row?;
        found.push((at, from_json("a sample", &body)?));
    }
    Ok(found)
}

/// Every look of a release, one entry for each signal, in the order of the signals' ids.
pub(crate) fn read_looks(connection: &Connection, number: i64) -> Result<Vec<SignalLooks>, HistoryError> {
    let mut statement = connection.prepare_cached(
        "SELECT series FROM chunks WHERE release = ?1 UNION SELECT series FROM samples WHERE release = ?1 ORDER BY 1",
    )?;
    let names: Vec<String> = statement
        .query_map([number], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    names
        .iter()
        .filter_map(|series| series.strip_prefix(LOOK).map(|signal| (series, signal)))
        .map(|(series, signal)| {
            let looks = samples(connection, number, series)?
                .into_iter()
                .map(|(_, body)| {
                    serde_json::from_value(body).map_err(|error| HistoryError::unreadable("a look", error))
                })
                .collect::<Result<_, _>>()?;
            Ok(SignalLooks {
                signal: signal.to_owned(),
                looks,
            })
        })
        .collect()
}

/// When, and the parts of a snapshot that changed.
type Part = (i64, Map<String, Value>);

fn parts(connection: &Connection, number: i64) -> Result<Vec<Part>, HistoryError> {
    samples(connection, number, SNAPSHOT)?
        .into_iter()
        .map(|(at, body)| match body {
            Value::Object(changes) => Ok((at, changes)),
            _ => Err(HistoryError::unreadable("a snapshot", "not an object")),
        })
        .collect()
}

/// Every snapshot of a release, whole again.
pub(crate) fn read_snapshots(connection: &Connection, number: i64) -> Result<Vec<Snapshot>, HistoryError> {
    let mut whole = Map::new();
    parts(connection, number)?
        .into_iter()
        .map(|(at, changes)| {
            delta::apply(&mut whole, &changes);
            whole.insert(AT.into(), Value::from(Timestamp(at).0));
            serde_json::from_value(Value::Object(whole.clone()))
                .map_err(|error| HistoryError::unreadable("a snapshot", error))
        })
        .collect()
}

/// The snapshots at which the share changed, or the workload came into sight or out of it; without verdicts.
pub(crate) fn read_outline(connection: &Connection, number: i64) -> Result<Vec<Snapshot>, HistoryError> {
    samples(connection, number, OUTLINE)?
        .into_iter()
        .map(|(_, body)| {
            serde_json::from_value(body).map_err(|error| HistoryError::unreadable("a snapshot", error))
        })
        .collect()
}

/// Rows of one series that are ready to become a chunk.
pub(crate) struct Ripe {
    number: i64,
    series: String,
    first_n: i64,
    last_n: i64,
    last_at: i64,
    body: Vec<u8>,
}

/// Finds a series with at least `many` rows, or any rows if its release is over, and compresses them.
pub(crate) fn ripe(connection: &Connection, many: i64) -> Result<Option<Ripe>, HistoryError> {
    let found: Option<(i64, String)> = connection
        .prepare_cached(
            "SELECT release, series FROM samples GROUP BY release, series
             HAVING count(*) >= ?1 OR (SELECT ended IS NOT NULL AND unsettled = 0 FROM releases WHERE number = release)
             LIMIT 1",
        )?
        .query_row([many], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((number, series)) = found else {
        return Ok(None);
    };
    let mut statement = connection.prepare_cached(
        "SELECT n, at, body FROM samples WHERE release = ?1 AND series = ?2 ORDER BY n LIMIT 512",
    )?;
    let rows: Vec<(i64, i64, String)> = statement
        .query_map((number, &series), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let (Some((first_n, _, _)), Some((last_n, last_at, _))) = (rows.first(), rows.last()) else {
        return Ok(None);
    };
    let plain: Vec<String> = rows
        .iter()
        .map(|(_, at, body)| format!("[{at},{body}]"))
        .collect();
    let plain = format!("[{}]", plain.join(","));
    Ok(Some(Ripe {
        number,
        first_n: *first_n,
        last_n: *last_n,
        last_at: *last_at,
        series,
        body: compress("samples", plain.as_bytes())?,
    }))
}

impl Ripe {
    /// Puts the chunk in the place of its rows.
    pub(crate) fn store(&self, connection: &Connection) -> Result<(), HistoryError> {
        let removed = connection
            .prepare_cached("DELETE FROM samples WHERE release = ?1 AND series = ?2 AND n BETWEEN ?3 AND ?4")?
            .execute((self.number, &self.series, self.first_n, self.last_n))?;
        // The release was removed in between.
        if removed == 0 {
            return Ok(());
        }
        connection
            .prepare_cached(
                "INSERT INTO chunks (release, series, first_n, last_n, last_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                self.number,
                &self.series,
                self.first_n,
                self.last_n,
                self.last_at,
                &self.body,
            ))?;
        Ok(())
    }
}
