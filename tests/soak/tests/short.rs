//! What releases leave behind when they are over: nothing that grows with them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use soak::{Left, Soak};
use std::time::{Duration, Instant};

/// More than stay in memory, and several of each workload.
const FIRST: u64 = 30;
/// And as many again.
const SECOND: u64 = 60;
/// What `api` keeps of releases that are over.
const KEPT: u64 = 8;

/// Waits until no more is in memory than stays.
async fn at_rest(soak: &Soak) -> Left {
    let begun = Instant::now();
    loop {
        let left = soak.look().await;
        if left.in_memory <= KEPT && left.watched <= KEPT {
            return left;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it stays in memory: {left:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_that_are_over_leave_no_driver_no_watch_and_no_task_behind() {
    let folder = tempfile::tempdir().unwrap();
    let soak = Soak::start(folder.path()).await;
    soak.until(FIRST).await;
    let first = at_rest(&soak).await;
    soak.until(SECOND).await;
    let second = at_rest(&soak).await;
    // A task for each release in memory, three watches for each workload, and what a connection has of its own.
    let more = second.tasks.saturating_sub(first.tasks);
    assert!(
        more < usize::try_from((SECOND - FIRST) / 2).unwrap(),
        "{first:?} and then {second:?}"
    );
    soak.close().await;
}
