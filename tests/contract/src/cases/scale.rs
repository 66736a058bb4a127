//! An autoscaler changes the number of pods under a hold.

use crate::bed::Bed;
use crate::manifest::Manifest;
use crate::room::Room;
use crate::suite::Case;
use crate::walk::{End, Walk};
use release::Share;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("scaled up under a hold, the share is pursued again", up),
        Case::new(
            "scaled down and up, an excess is seen, and rollback brings everything back",
            down_and_up,
        ),
        Case::new(
            "scaled to zero and back, an excess is seen, and rollback brings everything back",
            to_zero,
        ),
    ]
}

async fn up(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let mut walk = room.walk("2.0", 50.0).await;
    assert_eq!(walk.shift_to(&room, 25.0).await, End::Arrived);
    room.scale(8).await;
    room.until("all eight serve", |seen| seen.serving() >= 8).await;
    assert_eq!(walk.shift_to(&room, 25.0).await, End::Arrived);
    let seen = room
        .until("a quarter of eight", |seen| seen.pods_of("1.0") == 6)
        .await;
    assert_eq!(seen.ready_of("2.0"), 2, "{seen:?}");
    assert_eq!(walk.promote(&room).await, End::Arrived);
    room.until("eight new ones", |seen| {
        seen.ready_of("2.0") == 8 && seen.all() == 8
    })
    .await;
    assert_eq!(replicas(&room).await, 8);
}

async fn down_and_up(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(12)).await;
    let mut walk = room.walk("2.0", 25.0).await;
    // The surge pods are still there: the state in which down and up went furthest over the share.
    let act = walk.act_towards(&room, 25.0).await;
    walk.act(&room, &act).await.unwrap();
    room.until("the first pods serve", |seen| seen.ready_of("2.0") == 3)
        .await;
    room.scale(2).await;
    room.until("the controller stands still with two of each", |seen| {
        seen.ready_of("1.0") == 2 && seen.ready_of("2.0") == 2 && seen.all() == 4
    })
    .await;
    room.scale(12).await;
    room.until("twelve serve", |seen| seen.serving() >= 12).await;
    exceeded(&room, &mut walk, 3, 25.0).await;
    is_back(&room, &mut walk, 12).await;
}

async fn to_zero(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(6)).await;
    let mut walk = room.walk("2.0", 50.0).await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Arrived);
    room.scale(0).await;
    room.until("nothing is left", |seen| seen.all() == 0).await;
    room.scale(6).await;
    room.until("six serve", |seen| seen.serving() >= 6).await;
    exceeded(&room, &mut walk, 3, 50.0).await;
    is_back(&room, &mut walk, 6).await;
}

/// The new version has more than its share, by nobody's act but the autoscaler's, and it is told.
async fn exceeded(room: &Room, walk: &mut Walk, canary: u32, percent: f64) {
    let seen = room
        .until("more new pods than planned", |seen| seen.pods_of("2.0") > canary)
        .await;
    let acts = walk.acts.len();
    let end = walk.shift_to(room, percent).await;
    let End::Exceeded(share) = end else {
        panic!("{end:?} with {seen:?}")
    };
    assert!(share > Share::from_percent(percent), "{share}");
    assert_eq!(walk.acts.len(), acts, "and nothing was sent");
}

async fn is_back(room: &Room, walk: &mut Walk, wanted: u32) {
    assert_eq!(walk.roll_back(room).await, End::Arrived);
    room.serves("1.0").await;
    assert_eq!(replicas(room).await, wanted, "spec.replicas is the autoscaler's");
}

async fn replicas(room: &Room) -> u32 {
    u32::try_from(room.object().await["spec"]["replicas"].as_u64().unwrap()).unwrap()
}
