//! `cargo xtask bench soak [RELEASES]`: memory, bytes and tasks at each quarter of thousands of releases. The last line is one
//! JSON object.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program that measures and speaks to whoever runs it"
)]

use serde_json::json;
use soak::{Left, Soak};
use std::time::Instant;

/// Releases, if nobody says how many.
const RELEASES: u64 = 3_000;

#[tokio::main]
async fn main() {
    let releases = std::env::args()
        .nth(1)
        .map_or(RELEASES, |text| text.parse().expect("a number of releases"));
    let folder = tempfile::tempdir().expect("a folder");
    let soak = Soak::start(folder.path()).await;
    let begun = Instant::now();
    let mut quarters: Vec<Left> = Vec::new();
    for quarter in 1..=4 {
        soak.until(releases * quarter / 4).await;
        let left = soak.look().await;
        println!("{:7.1} s  {left:?}", begun.elapsed().as_secs_f64());
        quarters.push(left);
    }
    let of = |what: fn(&Left) -> u64| quarters.iter().map(what).collect::<Vec<u64>>();
    let mut before = (0, 0);
    let mut per_release = Vec::new();
    for left in &quarters {
        per_release.push((left.record.saturating_sub(before.0)) / (left.releases - before.1).max(1));
        before = (left.record, left.releases);
    }
    let figures = json!({
        "releases": quarters.last().map(|left| left.releases),
        "rolledBack": soak.rolled_back(),
        "seconds": begun.elapsed().as_secs(),
        "residentBytesAtQuarters": of(|left| left.resident),
        "bytesPerReleaseInQuarters": per_release,
        "tasksAtQuarters": of(|left| left.tasks as u64),
        "releasesInMemoryAtQuarters": of(|left| left.in_memory),
        "watchedWorkloadsAtQuarters": of(|left| left.watched),
    });
    soak.close().await;
    println!("{figures}");
}
