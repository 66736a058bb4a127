//! The cases about shares can fail: with a mistake planted in the walk, the witness sees it.

use super::shares::Target;
use crate::bed::Bed;
use crate::manifest::Manifest;
use crate::room::{LIMIT, Room};
use crate::suite::Case;
use cluster::holds::Mistake;
use std::time::Instant;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "planted: a hold that begins with the workload's own maxUnavailable is found",
            |bed| found(bed, Mistake::OwnMaxUnavailable),
        ),
        Case::new(
            "planted: a share asked for as surge beside the old maxUnavailable is found",
            |bed| found(bed, Mistake::WholeShareAsSurge),
        ),
        Case::new(
            "planted: room made before the new pods are Ready is found",
            |bed| found(bed, Mistake::RoomBeforeReady),
        ),
    ]
}

async fn found(bed: Bed, mistake: Mistake) {
    let room = Room::with(&bed, Manifest::of(12)).await;
    room.slipway.plant(Some(mistake));
    let mut walk = room.walk("2.0", 50.0).await;
    room.witness.forget().await;
    for canary in [3, 6] {
        let target = Target::of(canary, 12, 50.0);
        if target.reach(&room, &mut walk).await.is_err() {
            // The walk may see the ReplicaSet that wants too much before there are pods to count.
            let begun = Instant::now();
            while target.violations(&room).await.is_empty() {
                assert!(
                    begun.elapsed() < LIMIT,
                    "the witness saw nothing: {:?}",
                    walk.acts
                );
            }
            return;
        }
    }
    panic!("not found: {:?}, {:#?}", walk.acts, room.witness.seen().await);
}
