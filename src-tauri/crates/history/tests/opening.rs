//! Files that are no history, are damaged, or must not be written.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use conductor::{Journal, PortError};
use history::{History, HistoryError};
use std::fs;
use std::path::Path;
use support::*;

fn refusal(path: &Path) -> HistoryError {
    match History::open(path) {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

/// Everything in the folder, by name.
fn contents(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

fn assert_is_told_and_untouched(path: &Path, code: &str) {
    let before = contents(path);
    let error = refusal(path);
    assert_eq!(contents(path), before, "the folder was changed");
    let told = PortError::from(error);
    assert_eq!(told.code, code);
    assert!(told.message.contains("history.db"), "{}", told.message);
    assert!(!told.hint.is_empty());
}

async fn filled() -> Place {
    let place = Place::new();
    let history = place.open();
    for n in 0..20 {
        history.open(&dossier(&format!("release-{n}"))).await.unwrap();
    }
    drop(history);
    place
}

#[test]
fn a_file_that_is_no_database_is_refused_untouched() {
    for garbage in [b"kind: Deployment\n".to_vec(), vec![0u8; 5_000], vec![1u8; 50]] {
        let place = Place::new();
        fs::write(place.path(), garbage).unwrap();
        assert_is_told_and_untouched(&place.path(), "history-not-a-database");
    }
}

#[test]
fn a_folder_in_its_place_is_refused() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    assert_eq!(refusal(&place.path()).code(), "history-not-a-database");
}

#[test]
fn a_database_of_another_program_is_refused_untouched() {
    let place = Place::new();
    let other = rusqlite::Connection::open(place.path()).unwrap();
    other
        .execute_batch("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('a')")
        .unwrap();
    drop(other);
    assert_is_told_and_untouched(&place.path(), "history-foreign");
}

#[tokio::test]
async fn a_newer_database_is_refused_untouched() {
    let place = filled().await;
    let newer = rusqlite::Connection::open(place.path()).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    newer.close().unwrap();
    assert_is_told_and_untouched(&place.path(), "history-newer");
}

#[tokio::test]
async fn a_newer_format_that_is_still_in_the_log_is_found_too() {
    let place = filled().await;
    let newer = rusqlite::Connection::open(place.path()).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    // The number is in the log only: the file itself still has the old one.
    let crashed = place.as_after_a_crash();
    let file = fs::read(crashed.path()).unwrap();
    assert_eq!(file[63], 1);
    let error = refusal(&crashed.path());
    assert!(matches!(error, HistoryError::Newer { found: 99, .. }), "{error}");
    assert_eq!(fs::read(crashed.path()).unwrap(), file);
}

#[tokio::test]
async fn a_read_only_file_is_refused_untouched() {
    let place = filled().await;
    let mut permissions = fs::metadata(place.path()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(place.path(), permissions).unwrap();
    assert_is_told_and_untouched(&place.path(), "history-read-only");
}

/// Many releases with everything that belongs to them, in many pages.
async fn full() -> Place {
    let place = Place::new();
    let history = place.open();
    for n in 0..200 {
        let about = dossier(&format!("release-{n}"));
        history.open(&about).await.unwrap();
        let mut entry = step(&about.release, release::Stage::Shifting, 10);
        entry.intent = Some(intent(n, 10));
        history.advance(entry).await.unwrap();
        history
            .outcome(&about.release.id, &operation(n), at(20), &accepted())
            .await
            .unwrap();
        history
            .snapshot(&about.release.id, &snapshot(30, 3))
            .await
            .unwrap();
    }
    history
        .set_setting("person", serde_json::json!("Mei Lin"))
        .await
        .unwrap();
    drop(history);
    place
}

fn spoil(place: &Place, from: usize, count: usize) -> Vec<u8> {
    let mut bytes = fs::read(place.path()).unwrap();
    for byte in bytes.iter_mut().skip(from).take(count) {
        *byte = 0xa5;
    }
    fs::write(place.path(), &bytes).unwrap();
    bytes
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_whole_and_a_new_one_begins() {
    let place = filled().await;
    let bytes = spoil(&place, 4096, 40_000);
    assert_is_told_and_untouched(&place.path(), "history-damaged");
    let (history, aside) = History::open_or_set_aside(&place.path()).unwrap();
    let aside = aside.unwrap();
    assert!(aside.path.ends_with("history.db.damaged-1"));
    assert!(!aside.detail.is_empty());
    assert_eq!(fs::read(&aside.path).unwrap(), bytes);
    assert_eq!(history.facts().await.unwrap().releases, aside.recovered.releases);
    history.open(&dossier("after")).await.unwrap();
}

#[tokio::test]
async fn what_a_damaged_database_still_has_is_in_the_new_one() {
    let whole = full().await;
    let pages = fs::read(whole.path()).unwrap().len() / 4096;
    assert!(pages > 60, "{pages} pages are too few to say anything");
    let mut least = u64::MAX;
    for page in (3..pages).step_by(pages / 12) {
        let place = whole.as_after_a_crash();
        spoil(&place, page * 4096, 4096);
        if History::open(&place.path()).is_ok() {
            // A page that nothing stands on.
            continue;
        }
        let (history, aside) = History::open_or_set_aside(&place.path()).unwrap();
        let recovered = aside.unwrap().recovered;
        println!("page {page} of {pages}: {recovered:?}");
        least = least.min(recovered.releases);
        assert_eq!(history.facts().await.unwrap().releases, recovered.releases);
        let unfinished = history.unfinished().await.unwrap();
        assert!(unfinished.iter().all(|found| !found.dossier.before.is_null()));
        for found in unfinished {
            history.story(&found.dossier.release.id).await.unwrap();
        }
        history.open(&dossier("after")).await.unwrap();
        drop(history);
        assert_eq!(History::open_or_set_aside(&place.path()).unwrap().1, None);
    }
    assert!(
        least > 150,
        "after one bad page only {least} of 200 releases were recovered"
    );
}

#[tokio::test]
async fn a_recovery_that_ended_between_its_two_renames_is_finished_at_the_next_start() {
    let place = full().await;
    spoil(&place, 60 * 4096, 4096);
    let (history, aside) = History::open_or_set_aside(&place.path()).unwrap();
    drop(history);
    // As if the program had ended before the new file got its name.
    fs::rename(place.path(), beside(&place.path(), ".recovering")).unwrap();
    let (history, none) = History::open_or_set_aside(&place.path()).unwrap();
    assert_eq!(none, None);
    assert_eq!(
        history.facts().await.unwrap().releases,
        aside.unwrap().recovered.releases
    );
}

#[tokio::test]
async fn a_backup_is_a_record_of_one_moment_while_the_record_goes_on() {
    let place = full().await;
    let history = std::sync::Arc::new(place.open());
    let writing = std::sync::Arc::clone(&history);
    let writer = tokio::spawn(async move {
        for n in 0..200 {
            writing.open(&dossier(&format!("later-{n}"))).await.unwrap();
        }
    });
    let copy = place.path().with_file_name("copy.db");
    let facts = history.back_up(&copy).await.unwrap();
    writer.await.unwrap();
    assert!((200..=400).contains(&facts.releases), "{facts:?}");
    let found = History::open(&copy).unwrap();
    assert_eq!(found.facts().await.unwrap().releases, facts.releases);
    assert_eq!(
        found.story(&id("release-7")).await.unwrap(),
        history.story(&id("release-7")).await.unwrap()
    );
    let again = history.back_up(&copy).await.unwrap_err();
    assert_eq!(again.code(), "history-file-exists");
    assert!(!beside(&copy, ".part").exists());
}

#[tokio::test]
async fn only_damage_sets_a_file_aside() {
    let place = Place::new();
    fs::write(place.path(), "not a database at all").unwrap();
    let Err(error) = History::open_or_set_aside(&place.path()) else {
        panic!("it was opened");
    };
    assert_eq!(error.code(), "history-not-a-database");
    assert_eq!(fs::read(place.path()).unwrap(), b"not a database at all");
}

#[tokio::test]
async fn an_empty_file_and_a_missing_folder_become_a_history() {
    let place = Place::new();
    fs::write(place.path(), "").unwrap();
    place.open().open(&dossier("a")).await.unwrap();
    let deeper = place
        .path()
        .with_file_name("new")
        .join("folder")
        .join("history.db");
    let history = History::open(&deeper).unwrap();
    history.open(&dossier("a")).await.unwrap();
}

#[tokio::test]
async fn a_first_start_that_died_before_its_tables_were_made_begins_again() {
    let place = Place::new();
    let begun = rusqlite::Connection::open(place.path()).unwrap();
    begun.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    drop(begun);
    place.open().open(&dossier("a")).await.unwrap();
}

#[tokio::test]
async fn commits_are_durable_and_the_log_is_write_ahead() {
    let place = filled().await;
    let history = place.open();
    // Samples may be written with less; what comes after them may not.
    let samples = looks("errors", vec![look(5_000, 1.0)]);
    history.looks(&id("release-1"), &samples).await.unwrap();
    history.flush().await.unwrap();
    let modes = history.modes().await.unwrap();
    assert_eq!(modes, ("wal".to_owned(), 2, 1));
}
