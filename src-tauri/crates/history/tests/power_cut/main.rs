//! The power goes at any moment: after it, the record is whole, and everything that was answered is in it.
//!
//! SIGKILL says nothing of this: the operating system still writes what a dead process gave it. Here writes that no sync
//! followed are dropped, torn and reordered at will. `SLIPWAY_POWER_CUTS` sets how many cuts there are at least.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that meets the unexpected shall fail"
)]

mod disk;
#[path = "../support/mod.rs"]
mod support;
mod vfs;

use conductor::{Entry, Journal};
use history::{Happening, History, HistoryError};
use release::{Release, Stage, Timestamp};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use support::*;

/// Entries of one life of the record.
const ENTRIES: usize = 120;
/// After so many entries it is closed and opened again, so that the log goes into the file and a new one begins.
const REOPENED: usize = 30;
/// The chance of a cut at each write and sync, twice.
const OFTEN: f64 = 0.05;

/// The n-th step of a release: recognisable in the state, in its line of history and in its intent.
fn entry(release: &Release, n: usize) -> Entry {
    let mut entry = step(release, Stage::Shifting, i64::try_from(n).unwrap());
    entry.release.waited_millis = u64::try_from(n).unwrap();
    entry.intent = Some(intent(n, i64::try_from(n).unwrap()));
    entry
}

/// Writes the record's life while the power may go at any write. Answers what every cut left.
async fn life(folder: &Path, seed: u64, never_synced: bool) -> (Vec<vfs::Cut>, usize) {
    vfs::watch(folder, seed, OFTEN, never_synced);
    let path = folder.join("history.db");
    let about = dossier("cut");
    let mut history = History::open(&path).unwrap();
    let synchronous = history.modes().await.unwrap().1;
    assert_eq!(
        synchronous,
        if never_synced { 0 } else { 2 },
        "PRAGMA synchronous"
    );
    history.open(&about).await.unwrap();
    vfs::answered(folder);
    for n in 1..=ENTRIES {
        history.advance(entry(&about.release, n)).await.unwrap();
        vfs::answered(folder);
        if n % 7 == 0 {
            // What may be lost with the power, in between: it must not take anything else with it.
            let some = looks("errors", vec![look(i64::try_from(n).unwrap() * 5_000, 1.0)]);
            history.looks(&about.release.id, &some).await.unwrap();
            history.flush().await.unwrap();
        }
        if n % REOPENED == 0 {
            drop(history);
            history = History::open(&path).unwrap();
        }
    }
    drop(history);
    vfs::end(folder)
}

/// Opens what a cut left. `Err` says what is wrong with it.
async fn examine(cut: &vfs::Cut) -> Result<usize, String> {
    let folder = tempfile::tempdir().unwrap();
    disk::restore(&cut.left, folder.path());
    let path = folder.path().join("history.db");
    let history = History::open(&path).map_err(|error| format!("it cannot be opened: {error}"))?;
    let found = match history.story(&id("cut")).await {
        Ok(story) => entries(&story)?,
        Err(HistoryError::UnknownRelease { .. }) => 0,
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    if found < cut.answered {
        return Err(format!(
            "{} entries were answered, and {found} are there",
            cut.answered
        ));
    }
    // What may go on must do so.
    if found > 0 {
        let next = entry(&dossier("cut").release, found);
        history
            .advance(next)
            .await
            .map_err(|error| format!("it cannot go on: {error}"))?;
    }
    drop(history);
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let said: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    if said == "ok" { Ok(found) } else { Err(said) }
}

/// How many entries a story has, the first one being its opening. `Err` if one of them is there in part only.
fn entries(story: &history::Story) -> Result<usize, String> {
    let mut intents = 0;
    let mut records = 0;
    for line in &story.lines {
        match &line.what {
            Happening::Record { .. } => records += 1,
            Happening::Intent { intent } => {
                intents += 1;
                if intent.act.operation != operation(intents)
                    || intent.at != Timestamp(at(0).0 + i64::try_from(intents).unwrap())
                {
                    return Err(format!("intent {intents} is {:?}", intent.act.operation));
                }
            }
            Happening::Outcome { .. } => {}
        }
    }
    let state = usize::try_from(story.dossier.release.waited_millis).unwrap();
    if records == intents && state == intents {
        Ok(intents + 1)
    } else {
        Err(format!(
            "half an entry: {records} records, {intents} intents, the state of step {state}"
        ))
    }
}

/// Cuts the power until it was cut often enough. Answers how many cuts there were, and what was wrong after which.
async fn cut_often(least: usize, never_synced: bool) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    let mut seed = 1;
    while count < least {
        let folder = tempfile::tempdir().unwrap();
        let (cuts, syncs) = life(folder.path(), seed, never_synced).await;
        assert_eq!(syncs > ENTRIES, !never_synced, "{syncs} syncs");
        for (number, cut) in cuts.iter().enumerate() {
            count += 1;
            if let Err(what) = examine(cut).await {
                wrong.push(format!("seed {seed}, cut {number}: {what}"));
            }
        }
        seed += 1;
    }
    (count, wrong)
}

#[tokio::test]
async fn nothing_that_was_answered_is_lost_when_the_power_goes() {
    let least = std::env::var("SLIPWAY_POWER_CUTS").map_or(300, |text| text.parse().unwrap());
    let (count, wrong) = cut_often(least, false).await;
    println!("power cuts={count} wrong={}", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_record_that_is_never_synced_is_found_out() {
    let (count, wrong) = cut_often(50, true).await;
    println!("power cuts={count} wrong={} with synchronous=OFF", wrong.len());
    assert!(!wrong.is_empty(), "the test cannot see that nothing was synced");
}
