//! What is found at the database's place, before SQLite may write to it.

use crate::HistoryError;
use crate::recover::Recovered;
use crate::schema::{APPLICATION_ID, known_version, migrate};
use rusqlite::{Connection, MAIN_DB, OpenFlags};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ts_rs::TS;

/// The first bytes of every SQLite database ("Database File Format", section 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Where the header has `user_version` and `application_id`, big-endian.
const USER_VERSION_AT: usize = 60;
const APPLICATION_ID_AT: usize = 68;
/// How long a connection waits for another process.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// A damaged database that was set aside, so that a new one could begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    /// Where the damaged file is now.
    pub path: PathBuf,
    /// What the integrity check said.
    pub detail: String,
    /// What of it is in the new record.
    pub recovered: Recovered,
}

/// Opens the connection that writes; makes the database if there is none.
pub(crate) fn open_for_writing(path: &Path) -> Result<Connection, HistoryError> {
    let is_new = inspect(path)?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fail = |error: rusqlite::Error| HistoryError::of_file(path, &error);
    let mut connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    if connection.is_readonly(MAIN_DB).map_err(fail)? {
        return Err(HistoryError::ReadOnly {
            path: path.to_owned(),
            detail: "the operating system allows reading only".into(),
        });
    }
    connection.busy_timeout(BUSY).map_err(fail)?;
    if is_new {
        // Both must be set before the first table is made.
        connection
            .pragma_update(None, "auto_vacuum", "INCREMENTAL")
            .map_err(fail)?;
    }
    set_up_writer(&connection).map_err(fail)?;
    if !is_new {
        check_integrity(path, &connection)?;
    }
    migrate(path, &mut connection)?;
    if is_new {
        connection
            .pragma_update(None, "application_id", APPLICATION_ID)
            .map_err(fail)?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn set_up_writer(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS fsync leaves data in the drive's cache; elsewhere these two say nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A commit never stops to move pages into the database file: maintenance does that on a connection of its own.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))
}

/// Opens a connection that only reads.
pub(crate) fn open_for_reading(path: &Path) -> Result<Connection, HistoryError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fail = |error: rusqlite::Error| HistoryError::of_file(path, &error);
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opens a connection that moves pages from the log into the database file and does nothing else.
pub(crate) fn open_for_checkpoints(path: &Path) -> Result<Connection, HistoryError> {
    let fail = |error: rusqlite::Error| HistoryError::of_file(path, &error);
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    set_up_writer(&connection).map_err(fail)?;
    Ok(connection)
}

/// Looks at the file without SQLite, which might write beside it. Returns whether there is no database yet.
fn inspect(path: &Path) -> Result<bool, HistoryError> {
    let unusable = |error: std::io::Error| HistoryError::Unusable {
        path: path.to_owned(),
        detail: error.to_string(),
    };
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                fs::create_dir_all(folder).map_err(unusable)?;
            }
            return Ok(true);
        }
        Err(error) => return Err(unusable(error)),
    };
    if !about.is_file() {
        return Err(HistoryError::NotADatabase {
            path: path.to_owned(),
        });
    }
    if about.len() == 0 && !about.permissions().readonly() {
        return Ok(true);
    }
    let mut header = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(100).read_to_end(&mut header))
        .map_err(unusable)?;
    check_header(path, &header)?;
    // A person who took away the right to write means it, also where the operating system lets an administrator write.
    if about.permissions().readonly() {
        return Err(HistoryError::ReadOnly {
            path: path.to_owned(),
            detail: "the file is marked read-only".into(),
        });
    }
    check_log(path)?;
    Ok(false)
}

fn check_header(path: &Path, header: &[u8]) -> Result<(), HistoryError> {
    let number = |at: usize| {
        header
            .get(at..at + 4)
            .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())
            .map(i32::from_be_bytes)
    };
    let (Some(found), Some(application)) = (number(USER_VERSION_AT), number(APPLICATION_ID_AT)) else {
        return Err(HistoryError::NotADatabase {
            path: path.to_owned(),
        });
    };
    if !header.starts_with(MAGIC) {
        return Err(HistoryError::NotADatabase {
            path: path.to_owned(),
        });
    }
    // 0: made and never finished, or the name is still in the log.
    if application != APPLICATION_ID && application != 0 {
        return Err(HistoryError::Foreign {
            path: path.to_owned(),
        });
    }
    check_version(path, i64::from(found))
}

fn check_version(path: &Path, found: i64) -> Result<(), HistoryError> {
    let known = known_version();
    if found > known {
        return Err(HistoryError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(())
}

/// What a crash left in the log counts too: the format and the name may be there and not in the file yet.
fn check_log(path: &Path) -> Result<(), HistoryError> {
    let fail = |error: rusqlite::Error| HistoryError::of_file(path, &error);
    if beside(path, "-journal").exists() {
        undo_first_start(path)?;
    }
    let connection = open_for_reading(path)?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = number("application_id").map_err(fail)?;
    let found = number("user_version").map_err(fail)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(fail)?;
    let is_ours = application == i64::from(APPLICATION_ID)
        || tables == 0
        || connection
            .prepare("SELECT number, haystack FROM releases LIMIT 0")
            .is_ok();
    if !is_ours {
        return Err(HistoryError::Foreign {
            path: path.to_owned(),
        });
    }
    check_version(path, found)
}

/// A first start that ended before the database had its write-ahead log leaves a rollback journal, which only somebody who
/// may write can undo. The header has said by now that no other program made the file.
fn undo_first_start(path: &Path) -> Result<(), HistoryError> {
    let fail = |error: rusqlite::Error| HistoryError::of_file(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
        .map_err(fail)
}

fn check_integrity(path: &Path, connection: &Connection) -> Result<(), HistoryError> {
    let said: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| HistoryError::of_file(path, &error))?;
    if said == "ok" {
        return Ok(());
    }
    Err(HistoryError::Damaged {
        path: path.to_owned(),
        detail: said,
    })
}

/// Renames a damaged database with its log, so that a new one can begin in its place.
pub(crate) fn set_aside(path: &Path) -> Result<PathBuf, HistoryError> {
    let free = (1..10_000)
        .map(|n| beside(path, &format!(".damaged-{n}")))
        .find(|candidate| !candidate.exists())
        .ok_or_else(|| HistoryError::Unusable {
            path: path.to_owned(),
            detail: "too many damaged files beside it".into(),
        })?;
    let unusable = |error: std::io::Error| HistoryError::Unusable {
        path: path.to_owned(),
        detail: error.to_string(),
    };
    // The log first: if this stops in between, the database without its log is still found damaged or whole, never mixed
    // with the log of another one.
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(path, suffix);
        if from.exists() {
            fs::rename(&from, beside(&free, suffix)).map_err(unusable)?;
        }
    }
    Ok(free)
}

/// A file whose name goes on.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
