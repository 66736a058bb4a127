//! Connections and the API server itself break in the middle of a release.

use crate::bed::{Bed, Who};
use crate::manifest::Manifest;
use crate::room::{LIMIT, Room, slipway};
use crate::suite::Case;
use crate::walk::{End, Walk};

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("after a dropped watch what happened meanwhile is seen", dropped).alone(),
        Case::new("after 410 Gone the release goes on", expired).alone(),
        Case::new(
            "after the API server was killed and started again the release goes on",
            restarted,
        )
        .alone(),
    ]
}

async fn quarter(room: &Room) -> Walk {
    let mut walk = room.walk("2.0", 25.0).await;
    assert_eq!(walk.shift_to(room, 25.0).await, End::Arrived);
    walk
}

async fn dropped(bed: Bed) {
    let (client, line) = bed.client_on_a_line(Who::Admin).await;
    let room = Room::seen_by(&bed, slipway(client), Manifest::of(4)).await;
    let walk = quarter(&room).await;
    line.drop_watches();
    room.scale(8).await;
    let seen = async {
        while room.observe().await.view.replicas != 8 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, seen).await.expect("eight are seen");
    room.scale(4).await;
    room.until("four are left", |seen| seen.all() == 4).await;
    goes_on(&room, walk).await;
}

async fn expired(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let walk = quarter(&room).await;
    bed.expire_history().await;
    goes_on(&room, walk).await;
}

async fn restarted(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let walk = quarter(&room).await;
    let (end, ()) = tokio::join!(on_its_way(&room, walk), bed.restart_server());
    goes_on(&room, end).await;
}

/// Asks for a half while nobody answers.
async fn on_its_way(room: &Room, mut walk: Walk) -> Walk {
    assert_eq!(walk.shift_to(room, 50.0).await, End::Arrived);
    walk
}

async fn goes_on(room: &Room, mut walk: Walk) {
    assert_eq!(walk.shift_to(room, 50.0).await, End::Arrived);
    let seen = room.until("half and half", |seen| seen.pods_of("1.0") == 2).await;
    assert_eq!(seen.ready_of("2.0"), 2);
    assert_eq!(walk.promote(room).await, End::Arrived);
    room.serves("2.0").await;
}
