//! The cases about shares can fail: with a mistake planted in the walk, the witness sees it.

use super::shares::Target;
use crate::bed::Bed;
use crate::manifest::Manifest;
use crate::room::Room;
use crate::suite::Case;
use cluster::holds::Mistake;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("planted: room made before the new pods are Ready is found", |bed| {
            found(bed, Mistake::RoomBeforeReady, "under what was wanted")
        }),
        Case::new("planted: a hold that begins with the workload's own maxUnavailable is found", |bed| {
            found(bed, Mistake::OwnMaxUnavailable, "over the plan's share")
        }),
    ]
}

async fn found(bed: Bed, mistake: Mistake, how: &str) {
    let room = Room::with(&bed, Manifest::of(12)).await;
    room.slipway.plant(Some(mistake));
    let mut walk = room.walk("2.0", 25.0).await;
    room.witness.forget();
    let target = Target::of(3, 12, 25.0);
    let seen = target.reach(&room, &mut walk).await.unwrap_err();
    assert!(seen.contains(how), "{seen}");
}
