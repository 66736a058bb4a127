//! What is written down is there again: after a close, after a crash, in any order of writes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod model;
mod support;

use conductor::{Journal, SignalLooks};
use history::Happening;
use judge::Reading;
use model::{Model, calls};
use proptest::prelude::*;
use release::Stage;
use support::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_record_says_what_was_written_also_after_it_is_opened_again(calls in calls()) {
        runtime().block_on(async {
            let place = Place::new();
            let mut model = Model::new();
            let history = place.open();
            history.open(&model.dossier).await.unwrap();
            for call in &calls {
                model.apply(&history, call).await;
            }
            model.check(&history).await;
            drop(history);
            let again = place.open();
            model.check(&again).await;
        });
    }

    #[test]
    fn a_crash_after_any_write_leaves_every_durable_word_and_a_readable_story(calls in calls()) {
        runtime().block_on(async {
            let place = Place::new();
            let mut model = Model::new();
            let history = place.open();
            history.open(&model.dossier).await.unwrap();
            for call in &calls {
                model.apply(&history, call).await;
                let crashed = place.as_after_a_crash();
                let after = crashed.open();
                let mut found = after.unfinished().await.unwrap();
                let mut expected = model.unfinished();
                // Looks may come a little later; those that are there are the first ones.
                for (found, expected) in found.iter_mut().zip(&mut expected) {
                    let looks: Vec<SignalLooks> = std::mem::take(&mut found.looks);
                    let kept = looks.first().map(|signal| signal.looks.clone()).unwrap_or_default();
                    assert!(model.looks.starts_with(&kept));
                    expected.looks.clear();
                }
                assert_eq!(found, expected);
                let story = after.story(&id("a")).await.unwrap();
                assert_eq!(story.lines.len(), model.lines);
                assert_eq!(story.release_at(at(model.now)).unwrap(), model.dossier.release);
            }
        });
    }
}

#[tokio::test]
async fn a_release_that_completed_with_an_act_in_the_air_is_not_over() {
    let place = Place::new();
    let history = place.open();
    let dossier = dossier("a");
    history.open(&dossier).await.unwrap();
    let mut last = step(&dossier.release, Stage::Completed, 1_000);
    last.intent = Some(intent(1, 1_000));
    history.advance(last).await.unwrap();
    let found = history.unfinished().await.unwrap();
    assert_eq!(found[0].open_intents, vec![intent(1, 1_000)]);
    history
        .outcome(&id("a"), &operation(1), at(1_010), &accepted())
        .await
        .unwrap();
    assert_eq!(history.unfinished().await.unwrap(), Vec::new());
}

#[tokio::test]
async fn a_release_can_be_written_down_once() {
    let place = Place::new();
    let history = place.open();
    history.open(&dossier("a")).await.unwrap();
    let error = history.open(&dossier("a")).await.unwrap_err();
    assert_eq!(error.code, "history-release-exists");
    assert!(!error.unreachable);
}

#[tokio::test]
async fn a_step_of_an_unknown_release_writes_nothing() {
    let place = Place::new();
    let history = place.open();
    let mut entry = step(&dossier("a").release, Stage::Preflight, 0);
    entry.intent = Some(intent(1, 0));
    let error = history.advance(entry).await.unwrap_err();
    assert_eq!(error.code, "history-unknown-release");
    assert!(!error.hint.is_empty());
}

#[tokio::test]
async fn looks_that_come_twice_or_late_are_kept_once_as_the_judge_counts_them() {
    let place = Place::new();
    let history = place.open();
    history.open(&dossier("a")).await.unwrap();
    for batch in [
        vec![look(5_000, 1.0), look(10_000, 2.0)],
        vec![look(10_000, 9.0), look(15_000, 3.0)],
        vec![look(1_000, 9.0)],
    ] {
        history.looks(&id("a"), &looks("errors", batch)).await.unwrap();
    }
    let story = history.story(&id("a")).await.unwrap();
    assert_eq!(
        story.looks,
        looks(
            "errors",
            vec![look(5_000, 1.0), look(10_000, 2.0), look(15_000, 3.0)]
        )
    );
}

#[tokio::test]
async fn a_reading_that_is_no_number_is_stored_as_no_data() {
    let place = Place::new();
    let history = place.open();
    history.open(&dossier("a")).await.unwrap();
    let mut odd = look(5_000, 1.0);
    odd.canary = Reading::Value { value: f64::NAN };
    history
        .looks(&id("a"), &looks("errors", vec![odd]))
        .await
        .unwrap();
    let story = history.story(&id("a")).await.unwrap();
    assert_eq!(story.looks[0].looks[0].canary, Reading::NoData);
    assert_eq!(story.looks[0].looks[0].stable, look(5_000, 1.0).stable);
}

#[tokio::test]
async fn thousands_of_samples_are_compressed_and_read_back_exactly() {
    let place = Place::new();
    let history = place.open();
    let dossier = dossier("a");
    history.open(&dossier).await.unwrap();
    let all: Vec<_> = (1..=2_000)
        .map(|n| look(n * 5_000, (n as f64) / 7.0 % 90.0))
        .collect();
    for some in all.chunks(10) {
        history
            .looks(&id("a"), &looks("errors", some.to_vec()))
            .await
            .unwrap();
    }
    let snapshots: Vec<_> = (0..300u32)
        .map(|n| snapshot(i64::from(n) * 5_000, n % 12))
        .collect();
    for snapshot in &snapshots {
        history.snapshot(&id("a"), snapshot).await.unwrap();
    }
    history
        .advance(step(&dossier.release, Stage::Completed, 10_000_000))
        .await
        .unwrap();
    history.compact_now().await.unwrap();
    let story = history.story(&id("a")).await.unwrap();
    assert_eq!(story.looks, looks("errors", all));
    assert_eq!(story.snapshots, snapshots);
    // A late snapshot goes on where the chunks end.
    history
        .snapshot(&id("a"), &snapshot(10_000_000, 12))
        .await
        .unwrap();
    drop(history);
    let story = place.open().story(&id("a")).await.unwrap();
    assert_eq!(story.snapshots.len(), 301);
    assert_eq!(story.snapshots[300], snapshot(10_000_000, 12));
}

#[tokio::test]
async fn what_waits_does_not_hold_up_a_step_and_is_written_when_the_history_closes() {
    let place = Place::new();
    let history = place.open();
    let dossier = dossier("a");
    history.open(&dossier).await.unwrap();
    for n in 1..=5_000 {
        history
            .looks(&id("a"), &looks("errors", vec![look(n, 1.0)]))
            .await
            .unwrap();
    }
    history
        .advance(step(&dossier.release, Stage::Preflight, 1))
        .await
        .unwrap();
    let waiting = place.as_after_a_crash().open().story(&id("a")).await.unwrap();
    let kept: usize = waiting.looks.iter().map(|signal| signal.looks.len()).sum();
    assert!(kept < 5_000, "the step waited for all {kept} looks");
    drop(history);
    let story = place.open().story(&id("a")).await.unwrap();
    assert_eq!(story.looks[0].looks.len(), 5_000);
}

#[tokio::test]
async fn a_closed_history_says_so() {
    let place = Place::new();
    let history = place.open();
    history.open(&dossier("a")).await.unwrap();
    history.close();
    let error = history
        .advance(step(&dossier("a").release, Stage::Preflight, 1))
        .await
        .unwrap_err();
    assert_eq!(error.code, "history-closed");
}

#[tokio::test]
async fn any_moment_of_a_release_can_be_shown_again() {
    let place = Place::new();
    let history = place.open();
    let dossier = dossier("a");
    history.open(&dossier).await.unwrap();
    for (millis, stage) in [
        (1_000, Stage::Preflight),
        (2_000, Stage::Shifting),
        (9_000, Stage::Baking),
    ] {
        history
            .advance(step(&dossier.release, stage, millis))
            .await
            .unwrap();
        history
            .snapshot(
                &id("a"),
                &snapshot(millis + 100, u32::try_from(millis / 1_000).unwrap()),
            )
            .await
            .unwrap();
        history
            .looks(&id("a"), &looks("errors", vec![look(millis + 200, 1.0)]))
            .await
            .unwrap();
    }
    let story = history.story(&id("a")).await.unwrap();
    assert_eq!(story.span(), (at(0), at(9_200)));
    let before = story.at(at(500)).unwrap();
    assert_eq!(before.release.stage, Stage::Planned);
    assert_eq!(before.snapshot, None);
    assert!(before.lines.is_empty() && before.looks[0].looks.is_empty());
    let middle = story.at(at(2_150)).unwrap();
    assert_eq!(middle.release.stage, Stage::Shifting);
    assert_eq!(middle.snapshot, Some(snapshot(2_100, 2)));
    assert_eq!(middle.looks[0].looks, vec![look(1_200, 1.0)]);
    assert!(
        middle
            .lines
            .iter()
            .all(|line| matches!(line.what, Happening::Record { .. }))
    );
    assert_eq!(middle.lines.len(), 2);
}

#[tokio::test]
async fn an_outline_has_every_change_of_the_share_and_no_samples() {
    let place = Place::new();
    let history = place.open();
    history.open(&dossier("a")).await.unwrap();
    let unseen = conductor::Snapshot {
        workload: None,
        ..snapshot(9_000, 3)
    };
    let mut other_verdict = snapshot(3_000, 2);
    other_verdict.verdict = None;
    for snapshot in [
        snapshot(1_000, 1),
        snapshot(2_000, 2),
        other_verdict,
        snapshot(4_000, 3),
        unseen,
    ] {
        history.snapshot(&id("a"), &snapshot).await.unwrap();
    }
    history
        .looks(&id("a"), &looks("errors", vec![look(5_000, 1.0)]))
        .await
        .unwrap();
    let outlines = history.outlines(&[id("gone"), id("a")]).await.unwrap();
    let whole = history.story(&id("a")).await.unwrap();
    assert_eq!(whole.snapshots.len(), 5);
    let times: Vec<_> = outlines[0].snapshots.iter().map(|snapshot| snapshot.at).collect();
    assert_eq!(times, [at(1_000), at(2_000), at(4_000), at(9_000)]);
    assert!(outlines[0].looks.is_empty());
    assert_eq!((outlines.len(), &outlines[0].dossier), (1, &whole.dossier));
    assert_eq!(outlines[0].snapshots[3].workload, None);
}
