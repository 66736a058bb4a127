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

/// Waits until no more is in memory than stays, and at most `tasks` tasks go on. Between two looks a second apart no task may
/// end: a task that was told to end, of a watch or of a release, may still be there for a moment.
async fn at_rest(soak: &Soak, tasks: usize) -> Left {
    let begun = Instant::now();
    let mut before = None;
    loop {
        let left = soak.look().await;
        let small = left.in_memory <= KEPT && left.watched <= KEPT && left.tasks <= tasks;
        if small && before.is_some_and(|before| before <= left.tasks) {
            return left;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it stays: {left:?}, at most {tasks} tasks were expected"
        );
        before = Some(left.tasks);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_that_are_over_leave_no_driver_no_watch_and_no_task_behind() {
    let folder = tempfile::tempdir().unwrap();
    let soak = Soak::start(folder.path()).await;
    soak.until(FIRST).await;
    let first = at_rest(&soak, usize::MAX).await;
    // A task for each release and three watches for each workload: one kept of every second release would show.
    let allowed = first.tasks + usize::try_from((SECOND - FIRST) / 2).unwrap();
    soak.until(SECOND).await;
    at_rest(&soak, allowed).await;
    soak.close().await;
}
