//! What the record costs: bytes are checked, times are measured on demand.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that meets the unexpected shall fail, and a measurement is for reading"
)]

mod support;

use conductor::Journal;
use judge::{Look, Reading};
use release::Stage;
use std::time::Instant;
use support::*;

/// A look at a latency, as a busy service gives it.
fn latency(millis: i64) -> Look {
    let histogram = |seed: i64| {
        let bounds = vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let counts = (0..12).map(|n| ((seed * (n + 7)) % 997) as f64).collect();
        Reading::histogram(bounds, counts, seed as f64 / 7.0)
    };
    Look::new(START + millis, histogram(millis / 13), histogram(millis / 17))
}

/// Releases in one round.
const RELEASES: u64 = 1;

/// Bytes in use; pages that wait to be used again are not counted.
fn used_bytes(place: &Place) -> u64 {
    let connection = rusqlite::Connection::open(place.path()).unwrap();
    let number = |name: &str| -> i64 {
        connection
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap()
    };
    u64::try_from((number("page_count") - number("freelist_count")) * number("page_size")).unwrap()
}

#[tokio::test]
async fn a_release_of_half_an_hour_costs_the_same_however_many_there_are_and_less_than_100_kib() {
    let place = Place::new();
    let mut sizes = Vec::new();
    for round in 0..3 {
        let history = place.open();
        for n in 0..RELEASES {
            let dossier = dossier(&format!("release-{round}-{n}"));
            let name = dossier.release.id.clone();
            history.open(&dossier).await.unwrap();
            let mut release = dossier.release.clone();
            for tick in 1..=360 {
                let millis = tick * 5_000;
                release.baked_millis += 5_000;
                release.waited_millis += 5_000;
                let mut entry = step(&release, Stage::Baking, millis);
                entry.records.clear();
                history.advance(entry).await.unwrap();
                history
                    .looks(&name, &looks("errors", vec![look(millis, (tick % 7) as f64)]))
                    .await
                    .unwrap();
                history
                    .looks(&name, &looks("latency", vec![latency(millis)]))
                    .await
                    .unwrap();
                history
                    .snapshot(&name, &snapshot(millis, u32::try_from(tick % 4).unwrap()))
                    .await
                    .unwrap();
            }
            history
                .advance(step(&release, Stage::Completed, 1_805_000))
                .await
                .unwrap();
        }
        history.compact_now().await.unwrap();
        drop(history);
        sizes.push(used_bytes(&place));
    }
    let per_release: Vec<u64> = sizes
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) / RELEASES)
        .collect();
    println!("bytes per release: {per_release:?}");
    assert!(
        per_release.iter().all(|bytes| *bytes < 100 * 1024),
        "{per_release:?}"
    );
    let (least, most) = (
        per_release.iter().min().unwrap(),
        per_release.iter().max().unwrap(),
    );
    assert!(most * 2 < least * 3, "{per_release:?}");
}

#[tokio::test]
#[ignore = "measures; run it alone and in a release build"]
async fn the_time_of_a_durable_step_with_its_intent() {
    let place = Place::new();
    let history = place.open();
    let dossier = dossier("a");
    history.open(&dossier).await.unwrap();
    for busy in [false, true] {
        let mut micros: Vec<u128> = Vec::new();
        for n in 0..500usize {
            if busy {
                for k in 0..20 {
                    let millis = i64::try_from(n * 20 + k).unwrap();
                    history
                        .looks(&id("a"), &looks("latency", vec![latency(millis)]))
                        .await
                        .unwrap();
                }
            }
            let mut entry = step(&dossier.release, Stage::Shifting, i64::try_from(n).unwrap());
            entry.release.baked_millis = n as u64;
            entry.intent = Some(intent(n + if busy { 1_000 } else { 0 }, 0));
            let start = Instant::now();
            history.advance(entry).await.unwrap();
            micros.push(start.elapsed().as_micros());
        }
        micros.sort_unstable();
        println!(
            "with samples coming in: {busy}; median {} µs, 95 % {} µs, worst {} µs",
            micros[250], micros[475], micros[499]
        );
    }
}
