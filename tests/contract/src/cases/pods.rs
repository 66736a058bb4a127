//! New pods that do not serve.

use crate::bed::Bed;
use crate::manifest::{Manifest, template};
use crate::room::{LIMIT, NAME, Room};
use crate::suite::Case;
use crate::walk::{End, share};
use conductor::{Next, Waiting, readiness};
use release::GateOutcome;
use serde_json::json;
use std::time::{Duration, Instant};

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "a pod that never becomes Ready takes no old pod away",
            never_ready,
        ),
        Case::new(
            "a pod that crashes again and again is found degraded, with the reason",
            crashing,
        ),
    ]
}

async fn never_ready(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let bad = json!({ "slip.test/never-ready": "true", "practice.slipway.dev/never-ready": "true" });
    let mut walk = room.walk_to(template(NAME, "2.0", &bad), 50.0).await;
    let act = walk.act_towards(&room, 50.0).await;
    walk.act(&room, &act).await.unwrap();
    room.until("the new pods are there", |seen| seen.pods_of("2.0") == 2)
        .await;
    let until = Instant::now() + Duration::from_secs(3);
    while Instant::now() < until {
        let next = walk.next(&room, &share(50.0), &room.observe().await);
        let waits = matches!(next, Next::Wait(Waiting::PodsReady { .. } | Waiting::Controller));
        assert!(waits, "{next:?}");
        let seen = room.count().await;
        assert_eq!((seen.ready_of("1.0"), seen.ready_of("2.0")), (4, 0));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    room.serves("1.0").await;
}

async fn crashing(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let bad = json!({
        "slip.test/crash": "OOMKilled",
        "slip.test/restart-after": "300ms",
        "practice.slipway.dev/crash": "OOMKilled",
    });
    let mut walk = room.walk_to(template(NAME, "2.0", &bad), 25.0).await;
    let act = walk.act_towards(&room, 25.0).await;
    walk.act(&room, &act).await.unwrap();
    let hash = cluster::holds::template_hash(&walk.template);
    let begun = Instant::now();
    loop {
        let view = room.observe().await.view;
        if readiness(&view, &hash) == GateOutcome::Degraded {
            let arm = view.arm(&hash).expect("the new arm");
            assert_eq!(arm.troubles[0].reason, "OOMKilled");
            break;
        }
        assert!(begun.elapsed() < LIMIT, "{:?}", view.arm(&hash));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(room.count().await.ready_of("1.0"), 4);
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    room.serves("1.0").await;
}
