//! What is refused, by the API server or before anything is sent to it.

use crate::bed::{Bed, Who};
use crate::manifest::Manifest;
use crate::room::{Room, slipway};
use crate::suite::Case;
use crate::walk::{End, Walk, share};
use conductor::{ActError, Next, Workloads};
use serde_json::json;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("a second writer is refused", second_writer),
        Case::new(
            "a second release of a held workload is told about the first",
            second_release,
        ),
        Case::new("the same act twice is one act", twice),
        Case::new(
            "the viewer is told 403 before starting, and nothing is changed",
            viewer,
        ),
        Case::new(
            "a workload with Recreate is told before anything is sent",
            recreate,
        ),
    ]
}

async fn second_writer(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let mut first = room.walk("2.0", 25.0).await;
    let mut second: Walk = room.walk("3.0", 25.0).await;
    let one = first.act_towards(&room, 25.0).await;
    let two = second.act_towards(&room, 25.0).await;
    first.act(&room, &one).await.unwrap();
    assert_eq!(second.act(&room, &two).await, Err(ActError::Conflict));
    assert_eq!(first.shift_to(&room, 25.0).await, End::Arrived);
    let seen = room.count().await;
    assert_eq!((seen.pods_of("2.0"), seen.pods_of("3.0")), (1, 0));
}

async fn second_release(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let mut first = room.walk("2.0", 25.0).await;
    assert_eq!(first.shift_to(&room, 25.0).await, End::Arrived);
    let mut second = room.walk("3.0", 25.0).await;
    let end = second.shift_to(&room, 25.0).await;
    let End::Foreign(what) = end else {
        panic!("{end:?}")
    };
    assert!(what.contains(&first.release.0), "{what}");
    assert!(second.acts.is_empty());
}

async fn twice(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let mut walk = room.walk("2.0", 25.0).await;
    let act = walk.act_towards(&room, 25.0).await;
    walk.act(&room, &act).await.unwrap();
    let generation = room.object().await["metadata"]["generation"].clone();
    assert_eq!(walk.act(&room, &act).await, Err(ActError::Conflict));
    let object = room.object().await;
    assert_eq!(object["metadata"]["generation"], generation);
    assert_eq!(
        object["metadata"]["annotations"]["slipway.dev/operation"], act.operation.0,
        "the object tells that it happened"
    );
}

async fn viewer(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let walk = room.walk("2.0", 25.0).await;
    let viewer = slipway(bed.client(Who::Viewer).await);
    let pursuit = walk.pursuit(share(25.0));
    let told = viewer
        .blocking_findings(&pursuit, &room.workload)
        .await
        .expect("it is told");
    let sentence = r#"User "viewer" cannot patch resource "deployments""#;
    assert!(told.iter().any(|told| told.contains(sentence)), "{told:?}");
    let seen = viewer.observe(&room.workload).await.expect("a viewer may look");
    let Next::Act(act) = viewer.next(&pursuit, &seen) else {
        panic!("an act")
    };
    let refused = viewer.act(&room.workload, &act).await.unwrap_err();
    assert!(matches!(refused, ActError::Forbidden { .. }), "{refused:?}");
    assert_eq!(room.object().await["spec"], walk.before["spec"]);
}

async fn recreate(bed: Bed) {
    let manifest = Manifest::of(3).spec(json!({ "strategy": { "type": "Recreate" } }));
    let room = Room::with(&bed, manifest).await;
    let mut walk = room.walk("2.0", 25.0).await;
    let pursuit = walk.pursuit(share(33.33));
    let told = room
        .slipway
        .blocking_findings(&pursuit, &room.workload)
        .await
        .expect("it is told");
    assert!(told.iter().any(|told| told.contains("Recreate")), "{told:?}");
    let end = walk.shift_to(&room, 33.33).await;
    assert!(
        matches!(&end, End::Foreign(what) if what.contains("Recreate")),
        "{end:?}"
    );
    assert!(walk.acts.is_empty());
}
