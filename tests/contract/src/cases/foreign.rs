//! Other people write in the middle of a release.

use crate::bed::Bed;
use crate::manifest::Manifest;
use crate::room::{LIMIT, Room, lasting};
use crate::suite::Case;
use crate::walk::{End, Walk, share};
use conductor::{Next, Waiting};
use std::time::Duration;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "a third image applied in the middle stays held and is told, and a person's rollback wins",
            third_image,
        ),
        Case::new(
            "the original applied in the middle is told, and tidied up by a rollback",
            original,
        ),
        Case::new(
            "kubectl rollout undo in a first release is told, and tidied up by a rollback",
            undo_first,
        ),
        Case::new(
            "kubectl rollout undo in a second release is told, and tidied up by a rollback",
            undo_second,
        ),
        Case::new(
            "a workload that is paused before the release is waited for",
            paused_before,
        ),
        Case::new(
            "a workload that is paused in the middle is waited for",
            paused_in_the_middle,
        ),
        Case::new(
            "deleted and made again under its name is another workload",
            recreated,
        ),
    ]
}

/// Four pods, half of them new.
async fn half(bed: &Bed) -> (Room, Walk) {
    let room = Room::with(bed, Manifest::of(4)).await;
    let mut walk = room.walk("2.0", 25.0).await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Arrived);
    (room, walk)
}

/// The walk does not go on, says what it found, and has sent nothing.
async fn told(room: &Room, walk: &mut Walk) {
    let acts = walk.acts.len();
    let found = async {
        loop {
            match walk.shift_to(room, 50.0).await {
                // The watch has not told yet what the other one did a moment ago.
                End::Arrived => tokio::time::sleep(Duration::from_millis(10)).await,
                end => return end,
            }
        }
    };
    let end = tokio::time::timeout(LIMIT, found).await.expect("it is told");
    let End::Foreign(what) = end else {
        panic!("{end:?}")
    };
    assert!(what.contains("kubectl"), "it says who: {what}");
    assert_eq!(walk.acts.len(), acts, "and nothing was sent");
}

/// The version from before the walk serves, and nothing of the walk is left.
async fn is_back(room: &Room, walk: &mut Walk, version: &str) {
    assert_eq!(walk.roll_back(room).await, End::Arrived);
    room.serves(version).await;
    assert_eq!(lasting(&room.object().await), lasting(&walk.before));
}

async fn third_image(bed: Bed) {
    let (room, mut walk) = half(&bed).await;
    room.witness.forget().await;
    room.apply("3.0").await;
    room.until("the third version is the canary", |seen| {
        seen.ready_of("3.0") == 2 && seen.pods_of("2.0") == 0
    })
    .await;
    told(&room, &mut walk).await;
    for count in room.witness.seen().await {
        assert!(
            count.pods_of("3.0") <= 2 && count.ready_of("1.0") == 2,
            "it stays held: {count:?}"
        );
    }
    is_back(&room, &mut walk, "1.0").await;
}

async fn original(bed: Bed) {
    let (room, mut walk) = half(&bed).await;
    room.apply("1.0").await;
    told(&room, &mut walk).await;
    is_back(&room, &mut walk, "1.0").await;
}

async fn undo_first(bed: Bed) {
    let (room, mut walk) = half(&bed).await;
    room.undo().await;
    told(&room, &mut walk).await;
    is_back(&room, &mut walk, "1.0").await;
}

async fn undo_second(bed: Bed) {
    let (room, mut first) = half(&bed).await;
    assert_eq!(first.promote(&room).await, End::Arrived);
    room.serves("2.0").await;
    let mut second = room.walk("3.0", 25.0).await;
    assert_eq!(second.shift_to(&room, 50.0).await, End::Arrived);
    // It brings the annotations of the first release's ReplicaSet back, an operation of that release among them.
    room.undo().await;
    told(&room, &mut second).await;
    is_back(&room, &mut second, "2.0").await;
}

async fn paused_before(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    room.pause(true).await;
    let mut walk = room.walk("2.0", 25.0).await;
    let next = walk.next(&room, &share(25.0), &room.observe().await);
    assert_eq!(next, Next::Wait(Waiting::Paused));
    room.pause(false).await;
    // What was there before the release was taken down while it was paused.
    walk = room.walk("2.0", 25.0).await;
    assert_eq!(walk.shift_to(&room, 25.0).await, End::Arrived);
}

async fn paused_in_the_middle(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let mut walk = room.walk("2.0", 25.0).await;
    assert_eq!(walk.shift_to(&room, 25.0).await, End::Arrived);
    room.pause(true).await;
    let told = async {
        while walk.next(&room, &share(50.0), &room.observe().await) != Next::Wait(Waiting::Paused) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, told).await.expect("it is told");
    assert_eq!(room.count().await.pods_of("2.0"), 1, "and nothing moves");
    room.pause(false).await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Arrived);
}

async fn recreated(bed: Bed) {
    let (room, mut walk) = half(&bed).await;
    let acts = walk.acts.len();
    room.recreate().await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Gone);
    assert_eq!(walk.roll_back(&room).await, End::Gone);
    assert_eq!(walk.acts.len(), acts, "nothing was sent to the other one");
    assert_eq!(room.count().await.pods_of("2.0"), 0);
}
