//! A copy of the record while it is being written, by SQLite's online backup.

use crate::file::{beside, open_for_reading};
use crate::{Facts, HistoryError, listing};
use rusqlite::Connection;
use rusqlite::backup::Backup;
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

/// The end of the name of a copy that is not whole yet.
const UNDER_WAY: &str = ".part";
/// Pages copied at a time: 4 MB.
const PAGES: i32 = 1024;

/// Copies the database at `from` to `to`, checks the copy, and only then gives it its name.
///
/// # Errors
///
/// There is a file already, or the copy cannot be written; nothing is left then.
pub(crate) fn write(from: &Path, to: &Path) -> Result<Facts, HistoryError> {
    let exists = || HistoryError::FileExists { path: to.to_owned() };
    if to.exists() {
        return Err(exists());
    }
    let part = beside(to, UNDER_WAY);
    let copied = copy(from, &part);
    if copied.is_err() {
        remove(&part);
        return copied;
    }
    let unusable = |error: std::io::Error| HistoryError::Unusable {
        path: to.to_owned(),
        detail: error.to_string(),
    };
    // A link fails where a rename would replace a file that came meanwhile; where there are no links, a rename must do.
    let named = fs::hard_link(&part, to).or_else(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::rename(&part, to),
    });
    remove(&part);
    named.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(),
        _ => unusable(error),
    })?;
    if let Some(folder) = to.parent().and_then(|folder| File::open(folder).ok()) {
        // Not every system can sync a folder; the file itself is synced.
        let _ = folder.sync_all();
    }
    copied
}

fn remove(part: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(beside(part, suffix));
    }
}

fn copy(from: &Path, part: &Path) -> Result<Facts, HistoryError> {
    remove(part);
    let mut source = open_for_reading(from)?;
    // One state of the record: without this, every write meanwhile would begin the copy anew.
    let moment = source.transaction()?;
    let releases = listing::count(&moment)?;
    let fail = |error: rusqlite::Error| HistoryError::of_file(part, &error);
    let mut target = Connection::open(part).map_err(fail)?;
    Backup::new(&moment, &mut target)
        .map_err(fail)?
        .run_to_completion(PAGES, Duration::ZERO, None)
        .map_err(fail)?;
    let said: String = target
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(fail)?;
    if said != "ok" {
        return Err(HistoryError::Damaged {
            path: part.to_owned(),
            detail: said,
        });
    }
    target.close().map_err(|(_, error)| fail(error))?;
    let file = File::open(part).and_then(|file| file.sync_all().map(|()| file));
    let bytes = file
        .and_then(|file| file.metadata())
        .map_err(|error| HistoryError::Unusable {
            path: part.to_owned(),
            detail: error.to_string(),
        })?
        .len();
    Ok(Facts { releases, bytes })
}
