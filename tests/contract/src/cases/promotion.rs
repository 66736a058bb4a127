//! Promotion leaves the workload as it was, apart from the version.

use crate::bed::Bed;
use crate::manifest::Manifest;
use crate::room::{Room, lasting};
use crate::suite::Case;
use crate::walk::End;
use serde_json::json;
use std::time::Duration;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("promotion restores the workload's own settings", restores),
        Case::new(
            "promotion from the start goes straight there, with nothing missing",
            straight,
        ),
        Case::new(
            "promotion after a hold longer than progressDeadlineSeconds reports no deadline exceeded",
            long_hold,
        ),
    ]
}

async fn restores(bed: Bed) {
    let spec = json!({
        "minReadySeconds": 1,
        "progressDeadlineSeconds": 120,
        "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "40%", "maxUnavailable": 1 } },
    });
    let room = Room::with(&bed, Manifest::of(4).spec(spec)).await;
    let mut wanted = lasting(&room.object().await);
    let mut walk = room.walk("2.0", 25.0).await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Arrived);
    assert_ne!(
        lasting(&room.object().await)["spec"]["minReadySeconds"],
        1,
        "a hold shows"
    );
    assert_eq!(walk.promote(&room).await, End::Arrived);
    room.serves("2.0").await;
    wanted["spec"]["template"] = walk.template.clone();
    assert_eq!(lasting(&room.object().await), wanted);
}

async fn straight(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let mut wanted = lasting(&room.object().await);
    let mut walk = room.walk("2.0", 25.0).await;
    room.witness.forget().await;
    assert_eq!(walk.promote(&room).await, End::Arrived);
    room.serves("2.0").await;
    room.witness.never_under(4).await;
    wanted["spec"]["template"] = walk.template.clone();
    assert_eq!(lasting(&room.object().await), wanted);
}

async fn long_hold(bed: Bed) {
    let room = Room::with(
        &bed,
        Manifest::of(4).spec(json!({ "progressDeadlineSeconds": 8 })),
    )
    .await;
    let mut walk = room.walk("2.0", 25.0).await;
    assert_eq!(walk.shift_to(&room, 25.0).await, End::Arrived);
    bed.pass(Duration::from_secs(10)).await;
    let exceeded = async {
        loop {
            let object = room.object().await;
            let conditions = object["status"]["conditions"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let found = conditions
                .iter()
                .find(|condition| condition["reason"] == "ProgressDeadlineExceeded");
            if let Some(found) = found {
                return found.clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        end = async { (walk.promote(&room).await, room.serves("2.0").await).0 } => assert_eq!(end, End::Arrived),
        found = exceeded => panic!("the Deployment reported {found}"),
    }
    assert_eq!(room.object().await["spec"]["progressDeadlineSeconds"], 8);
}
