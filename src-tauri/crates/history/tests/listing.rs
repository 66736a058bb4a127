//! The history screen's list.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use conductor::Journal;
use history::{Filter, History, Retention};
use release::{ReleaseId, ReleaseKind, Stage};
use support::*;

async fn add(
    history: &History,
    name: &str,
    application: &str,
    environment: &str,
    minute: i64,
    end: Option<Stage>,
) {
    let mut dossier = dossier(name);
    dossier.release.application = application.into();
    dossier.release.environment = environment.into();
    dossier.created = at(minute * 60_000);
    history.open(&dossier).await.unwrap();
    if let Some(stage) = end {
        history
            .advance(step(&dossier.release, stage, minute * 60_000 + 30_000))
            .await
            .unwrap();
    }
}

async fn filled(place: &Place) -> History {
    let history = place.open();
    add(&history, "a", "checkout", "staging", 0, Some(Stage::Completed)).await;
    add(
        &history,
        "b",
        "checkout",
        "production",
        10,
        Some(Stage::RolledBack),
    )
    .await;
    add(
        &history,
        "c",
        "payments",
        "production",
        20,
        Some(Stage::Completed),
    )
    .await;
    add(&history, "d", "payments", "staging", 30, None).await;
    history
}

async fn found(history: &History, filter: Filter) -> Vec<String> {
    let listing = history.list(filter).await.unwrap();
    assert_eq!(listing.found as usize, listing.releases.len());
    listing.releases.into_iter().map(|row| row.id.0).collect()
}

#[tokio::test]
async fn releases_are_listed_newest_first_with_their_numbers() {
    let place = Place::new();
    let history = filled(&place).await;
    let listing = history.list(Filter::default()).await.unwrap();
    let numbers: Vec<u64> = listing.releases.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
    assert_eq!(listing.applications, ["checkout", "payments"]);
    assert_eq!(listing.environments, ["production", "staging"]);
    let row = &listing.releases[2];
    assert_eq!((row.from.as_str(), row.to.as_str()), ("2.14.1", "2.15.0"));
    assert_eq!((row.started, row.ended), (at(600_000), Some(at(630_000))));
    assert_eq!((row.stage.as_str(), row.by.as_str()), ("rolledBack", "Mei Lin"));
}

#[tokio::test]
async fn every_part_of_a_filter_restricts() {
    let place = Place::new();
    let history = filled(&place).await;
    history
        .add_note(
            &id("c"),
            at(0),
            "Mei Lin",
            "The Cache was too small. Überlauf",
            None,
        )
        .await
        .unwrap();
    let text = |text: &str| Filter {
        text: text.into(),
        ..Filter::default()
    };
    assert_eq!(found(&history, text("PAYMENTS staging")).await, ["d"]);
    assert_eq!(found(&history, text("r-3")).await, ["c"]);
    assert_eq!(found(&history, text("überlauf cache")).await, ["c"]);
    assert_eq!(
        found(&history, text("nothing-like-it")).await,
        Vec::<String>::new()
    );
    assert_eq!(found(&history, text("' OR 1 --")).await, Vec::<String>::new());
    let filter = Filter {
        environments: vec!["staging".into()],
        applications: vec!["payments".into(), "search".into()],
        ..Filter::default()
    };
    assert_eq!(found(&history, filter).await, ["d"]);
    let filter = Filter {
        since: Some(at(600_000)),
        until: Some(at(1_200_000)),
        ..Filter::default()
    };
    assert_eq!(found(&history, filter).await, ["b"]);
    let filter = Filter {
        kind: Some(ReleaseKind::Rollback),
        ..Filter::default()
    };
    assert_eq!(found(&history, filter).await, Vec::<String>::new());
}

#[tokio::test]
async fn stages_are_counted_as_if_they_did_not_restrict() {
    let place = Place::new();
    let history = filled(&place).await;
    let filter = Filter {
        stages: vec!["rolledBack".into()],
        ..Filter::default()
    };
    let listing = history.list(filter).await.unwrap();
    assert_eq!(listing.found, 1);
    let counts: Vec<(&str, u64)> = listing
        .stages
        .iter()
        .map(|count| (count.stage.as_str(), count.count))
        .collect();
    assert_eq!(counts, [("completed", 2), ("planned", 1), ("rolledBack", 1)]);
}

#[tokio::test]
async fn pages_have_every_release_once_also_when_new_ones_come_in_between() {
    let place = Place::new();
    let history = filled(&place).await;
    let mut filter = Filter {
        limit: 3,
        ..Filter::default()
    };
    let first = history.list(filter.clone()).await.unwrap();
    assert_eq!((first.releases.len(), first.found, first.next), (3, 4, Some(2)));
    add(&history, "e", "search", "staging", 40, None).await;
    filter.below = first.next;
    let second = history.list(filter).await.unwrap();
    let ids: Vec<&str> = second.releases.iter().map(|row| row.id.0.as_str()).collect();
    assert_eq!((ids, second.next), (vec!["a"], None));
}

#[tokio::test]
async fn old_releases_go_and_live_or_new_ones_stay() {
    let place = Place::new();
    let history = filled(&place).await;
    add(&history, "e", "search", "staging", 40, Some(Stage::Completed)).await;
    let tidied = history
        .tidy(Retention {
            ended_since: at(10_000_000),
            keep_newest: 1,
        })
        .await
        .unwrap();
    assert_eq!(tidied.releases, 3);
    assert_eq!(found(&history, Filter::default()).await, ["e", "d"]);
    let gone = history.story(&ReleaseId("a".into())).await.unwrap_err();
    assert_eq!(gone.code(), "history-unknown-release");
    // Its number does not come back, and its id may.
    add(&history, "a", "checkout", "staging", 50, None).await;
    let newest = history.list(Filter::default()).await.unwrap().releases.remove(0);
    assert_eq!((newest.number, newest.id), (6, id("a")));
}

#[tokio::test]
async fn removed_releases_give_their_space_back() {
    let place = Place::new();
    let history = place.open();
    for n in 0..30i64 {
        let mut dossier = dossier(&format!("release-{n}"));
        dossier.before["spec"]["padding"] = (0..4_000i64)
            .map(|i| (i * 7_919 + n * 104_729) % 1_000_003)
            .collect::<Vec<i64>>()
            .into();
        history.open(&dossier).await.unwrap();
        history
            .advance(step(&dossier.release, Stage::Completed, 1_000))
            .await
            .unwrap();
    }
    drop(history);
    let before = std::fs::metadata(place.path()).unwrap().len();
    let history = place.open();
    let rule = Retention {
        ended_since: at(10_000_000),
        keep_newest: 3,
    };
    assert_eq!(history.tidy(rule).await.unwrap().releases, 27);
    drop(history);
    let after = std::fs::metadata(place.path()).unwrap().len();
    assert!(after * 3 < before, "{before} bytes became {after}");
    let rest = place.open();
    let story = rest.story(&id("release-29")).await.unwrap();
    assert!(story.dossier.before["spec"]["padding"].is_array());
}
