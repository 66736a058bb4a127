//! Follows one release to its end and writes down when what happened.

use crate::{NEW, OLD, Room, Window};
use control_plane::Counts;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A release that does not end within this time never will.
const PATIENCE: Duration = Duration::from_secs(200);

/// What became of a release. Times are seconds since it was started.
#[derive(Debug)]
pub struct Story {
    /// The last stage.
    pub ending: String,
    /// When Slipway called it over.
    pub seconds: f64,
    /// When the new version first answered with a failure.
    pub first_failure: Option<f64>,
    /// When the second client saw the old template in the Deployment again.
    pub back_accepted: Option<f64>,
    /// When only pods of the old version, and all of them, were Ready again.
    pub back_complete: Option<f64>,
    /// The most pods of the new version that were Ready at once.
    pub most_new: usize,
    /// The fewest Ready pods.
    pub fewest: usize,
    /// The most Ready pods.
    pub most: usize,
    /// What became of the requests meanwhile.
    pub counts: Counts,
    /// The record.
    pub capsule: Value,
}

impl Story {
    /// Requests that no version failed: nobody was there, or nobody answered.
    pub fn lost(&self) -> u64 {
        self.counts.unanswered + self.counts.nobody
    }
}

/// Follows a release until it is over, and prints a line whenever something changed.
pub async fn follow(window: &Window, room: &Room, release: &str, begun: Instant) -> Story {
    let (mut first_failure, mut back_accepted, mut back_complete) = (None, None, None);
    let (mut most_new, mut fewest, mut most, mut new_wanted) = (0, usize::MAX, 0, false);
    let mut shown = String::new();
    println!("     s  stage          new  old  judgement           failed");
    let ending = loop {
        let live = window.call("release.live", json!({ "release": release })).await;
        let seen = room.witness.look().await;
        let counts = room.load.counts();
        let at = begun.elapsed().as_secs_f64();
        let (new, old) = (seen.of(NEW), seen.of(OLD));
        most_new = most_new.max(new);
        fewest = fewest.min(new + old);
        most = most.max(new + old);
        let failed = counts.version(NEW).failed;
        if failed > 0 {
            first_failure.get_or_insert(at);
        }
        new_wanted |= seen.wanted == NEW;
        if new_wanted && seen.wanted == OLD {
            back_accepted.get_or_insert(at);
            if new == 0 && old >= 12 {
                back_complete.get_or_insert(at);
            }
        }
        let stage = live["stage"]["stage"].as_str().unwrap_or_default().to_owned();
        let line = format!(
            "{stage:13} {new:4} {old:4}  {}",
            live["judgement"]["outcome"].as_str().unwrap_or("-")
        );
        if line != shown {
            println!("{at:6.1}  {line:38} {failed}");
            shown = line;
        }
        if matches!(stage.as_str(), "completed" | "rolledBack" | "refused" | "held") {
            break stage;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "the release goes on for too long: {:#} {:#} {:#}",
            live["stage"],
            live["judgement"],
            live["phases"]
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let seconds = begun.elapsed().as_secs_f64();
    let capsule = window
        .call("history.capsule", json!({ "release": release }))
        .await;
    let story = Story {
        ending,
        seconds,
        first_failure,
        back_accepted,
        back_complete,
        most_new,
        fewest,
        most,
        counts: room.load.counts(),
        capsule,
    };
    tell(&story);
    story
}

fn tell(story: &Story) {
    let shown = |seconds: Option<f64>| seconds.map_or("-".to_owned(), |seconds| format!("{seconds:.1} s"));
    println!(
        "{} after {:.1} s; first failure {}, rollback accepted {}, old version serves all {}",
        story.ending,
        story.seconds,
        shown(story.first_failure),
        shown(story.back_accepted),
        shown(story.back_complete),
    );
    if let (Some(first), Some(accepted), Some(complete)) =
        (story.first_failure, story.back_accepted, story.back_complete)
    {
        println!(
            "from the first failure: {:.1} s to the rollback, {:.1} s to the old version serving all",
            accepted - first,
            complete - first
        );
    }
    println!(
        "pods Ready {} to {}, new ones at most {}; requests answered {}, failed by the new version {}, lost {}",
        story.fewest,
        story.most,
        story.most_new,
        story.counts.answered(),
        story.counts.version(NEW).failed,
        story.lost(),
    );
}
