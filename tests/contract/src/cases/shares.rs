//! Every share of a plan, at every size and surge limit: never over the plan's share, never under what was wanted.

use crate::bed::Bed;
use crate::manifest::Manifest;
use crate::room::Room;
use crate::suite::Case;
use crate::walk::{End, Walk};
use release::{Goal, Share};

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for replicas in [1, 3, 10, 12] {
        for surge in [25.0, 50.0, 100.0] {
            let name = format!("{replicas} pods go through every share at a surge limit of {surge} %");
            cases.push(Case::new(name, move |bed| every_share(bed, replicas, surge)));
            if replicas > 3 {
                let name = format!(
                    "{replicas} pods go to the greatest share in one phase at a surge limit of {surge} %"
                );
                cases.push(Case::new(name, move |bed| in_one_phase(bed, replicas, surge)));
            }
        }
    }
    cases.push(Case::new(
        "a share that the number of pods cannot express is refused with the nearest ones",
        impossible,
    ));
    cases
}

async fn every_share(bed: Bed, replicas: u32, surge: f64) {
    let room = Room::with(&bed, Manifest::of(replicas)).await;
    let mut walk = room.walk("2.0", surge).await;
    room.witness.forget().await;
    // A single pod cannot be divided: the surge pod stands beside it.
    for canary in 1..replicas.max(2) {
        let target = Target::of(canary, replicas, surge);
        target.reach(&room, &mut walk).await.unwrap();
    }
    assert_eq!(walk.promote(&room).await, End::Arrived);
    room.serves("2.0").await;
    let most = replicas + Target::of(1, replicas, surge).extra;
    for count in room.witness.seen().await {
        assert!(count.serving() >= replicas, "under what was wanted: {count:?}");
        assert!(count.all() <= most, "over the surge limit: {count:?}");
    }
}

async fn in_one_phase(bed: Bed, replicas: u32, surge: f64) {
    let room = Room::with(&bed, Manifest::of(replicas)).await;
    let mut walk = room.walk("2.0", surge).await;
    room.witness.forget().await;
    let target = Target::of(replicas - 1, replicas, surge);
    target.reach(&room, &mut walk).await.unwrap();
    assert!(
        walk.acts.len() > 1,
        "in batches no larger than the surge limit: {:?}",
        walk.acts
    );
}

/// One phase's share in pods.
pub struct Target {
    replicas: u32,
    canary: u32,
    stable: u32,
    /// Pods more than wanted that the surge limit allows.
    extra: u32,
}

impl Target {
    pub fn of(canary: u32, replicas: u32, surge_percent: f64) -> Target {
        Target {
            replicas,
            canary,
            stable: if replicas == 1 { 1 } else { replicas - canary },
            extra: (f64::from(replicas) * surge_percent / 100.0).ceil() as u32,
        }
    }

    /// Goes there. `Err`: what is not as it must be.
    pub async fn reach(&self, room: &Room, walk: &mut Walk) -> Result<(), String> {
        let share = Share::of_pods(self.canary, self.canary + self.stable);
        let end = walk.to(room, Goal::Share { share }).await;
        let mut wrong = self.violations(room).await;
        let seen = room.count().await;
        if end != End::Arrived {
            wrong.push(format!("on the way to {share}: {end:?}"));
        } else if (seen.ready_of("1.0"), seen.ready_of("2.0")) != (self.stable, self.canary) {
            wrong.push(format!("arrived at {share}, but it is {seen:?}"));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("\n"))
        }
    }

    /// What the witness saw that must not be.
    pub async fn violations(&self, room: &Room) -> Vec<String> {
        let mut wrong = Vec::new();
        for count in room.witness.seen().await {
            if count.pods_of("2.0") > self.canary {
                wrong.push(format!("over the plan's share: {count:?}"));
            }
            if count.all() > self.replicas + self.extra {
                wrong.push(format!("over the surge limit: {count:?}"));
            }
            if count.serving() < self.replicas {
                wrong.push(format!("under what was wanted: {count:?}"));
            }
        }
        wrong
    }
}

async fn impossible(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(12)).await;
    let mut walk = room.walk("2.0", 25.0).await;
    let end = walk.shift_to(&room, 30.0).await;
    let nearest = [3, 4].map(|canary| Share::of_pods(canary, 12)).to_vec();
    assert_eq!(end, End::NotPossible(nearest));
    assert!(walk.acts.is_empty(), "and nothing was sent");
}
