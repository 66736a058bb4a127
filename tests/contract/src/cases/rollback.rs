//! Rollback, from everywhere, leaves no trace, and the ReplicaSet from before serves again.

use crate::bed::Bed;
use crate::manifest::Manifest;
use crate::room::{Room, lasting, template_with};
use crate::suite::Case;
use crate::walk::{End, share};
use release::Goal;
use serde_json::{Value, json};

/// Acts of a release of four pods by 25 % and 50 % at a surge limit of 25 %, promotion included.
const ACTS: usize = 6;

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = (1..=ACTS)
        .map(|acts| {
            let name = format!("rollback at once after act {acts} of {ACTS} of a release");
            Case::new(name, move |bed| after(bed, acts))
        })
        .collect();
    cases.extend([
        Case::new("rollback from a first share takes no old pod away", from_first_share),
        Case::new("rollback from a half starts the missing old pods before the new ones go", from_half),
        Case::new("rollback of one pod from its surge pod", from_surge_pod),
        Case::new("rollback from a completed release", from_completed),
        Case::new("rollback before the first act sends nothing", before_the_first),
        Case::new(
            "a release that added an annotation, a nodeSelector, a volume and a container is rolled back without a trace",
            no_trace,
        ),
        Case::new("rollback with revisionHistoryLimit 0", no_history),
        Case::new("rollback of a paused workload", paused),
    ]);
    cases
}

/// What must be so again after a rollback.
struct Before {
    lasting: Value,
    pod_template_hash: String,
}

impl Before {
    async fn of(room: &Room) -> Before {
        Before {
            lasting: lasting(&room.object().await),
            pod_template_hash: room.observe().await.view.arms[0].pod_template_hash.clone(),
        }
    }

    /// The same pods' template, settings and annotations, and the same ReplicaSet.
    async fn is_back(&self, room: &Room) {
        room.serves("1.0").await;
        assert_eq!(lasting(&room.object().await), self.lasting);
        let view = room.observe().await.view;
        let serving: Vec<&str> = view
            .arms
            .iter()
            .filter(|arm| arm.pods > 0)
            .map(|arm| arm.pod_template_hash.as_str())
            .collect();
        assert_eq!(
            serving,
            [self.pod_template_hash.as_str()],
            "the same ReplicaSet serves"
        );
    }
}

async fn after(bed: Bed, acts: usize) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let before = Before::of(&room).await;
    let mut walk = room.walk("2.0", 25.0).await;
    room.witness.forget().await;
    for goal in [share(25.0), share(50.0), Goal::Promoted] {
        if walk.with_acts(&room, goal, acts).await == End::ActsSpent {
            break;
        }
    }
    assert_eq!(walk.acts.len(), acts, "{:?}", walk.acts);
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    before.is_back(&room).await;
    room.witness.never_under(4).await;
}

async fn from_first_share(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(10)).await;
    let before = Before::of(&room).await;
    let mut walk = room.walk("2.0", 25.0).await;
    let act = walk.act_towards(&room, 30.0).await;
    walk.act(&room, &act).await.unwrap();
    room.until("the first pods serve", |seen| seen.ready_of("2.0") == 3)
        .await;
    room.witness.forget().await;
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    before.is_back(&room).await;
    for count in room.witness.seen().await {
        assert_eq!(count.ready_of("1.0"), 10, "old pods stay: {count:?}");
    }
}

async fn from_half(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(12)).await;
    let before = Before::of(&room).await;
    let mut walk = room.walk("2.0", 25.0).await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Arrived);
    room.witness.forget().await;
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    before.is_back(&room).await;
    room.witness.never_under(12).await;
}

async fn from_surge_pod(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(1)).await;
    let before = Before::of(&room).await;
    let mut walk = room.walk("2.0", 25.0).await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Arrived);
    room.witness.forget().await;
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    before.is_back(&room).await;
    for count in room.witness.seen().await {
        assert_eq!(count.ready_of("1.0"), 1, "the one old pod stays: {count:?}");
    }
}

async fn from_completed(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(6)).await;
    let before = Before::of(&room).await;
    let mut walk = room.walk("2.0", 50.0).await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Arrived);
    assert_eq!(walk.promote(&room).await, End::Arrived);
    room.serves("2.0").await;
    room.witness.forget().await;
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    before.is_back(&room).await;
    room.witness.never_under(6).await;
}

async fn before_the_first(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(3)).await;
    let before = Before::of(&room).await;
    let mut walk = room.walk("2.0", 50.0).await;
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    assert!(walk.acts.is_empty(), "{:?}", walk.acts);
    before.is_back(&room).await;
}

async fn no_trace(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(3)).await;
    let before = Before::of(&room).await;
    let mut template = template_with(
        "2.0",
        &json!({
            "metadata": { "annotations": { "example.test/added": "yes" } },
            "spec": {
                "nodeSelector": { "example.test/pool": "canary" },
                "volumes": [{ "name": "scratch", "emptyDir": {} }],
            },
        }),
    );
    let sidecar = json!({ "name": "sidecar", "image": "registry.test/sidecar:1" });
    template["spec"]["containers"]
        .as_array_mut()
        .unwrap()
        .push(sidecar);
    let mut walk = room.walk_to(template, 100.0).await;
    assert_eq!(walk.shift_to(&room, 33.33).await, End::Arrived);
    let live = room.object().await["spec"]["template"].clone();
    assert_eq!(
        live["spec"]["nodeSelector"]["example.test/pool"], "canary",
        "it was released"
    );
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    before.is_back(&room).await;
}

async fn no_history(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(3).spec(json!({ "revisionHistoryLimit": 0 }))).await;
    let wanted = lasting(&room.object().await);
    let mut walk = room.walk("2.0", 100.0).await;
    assert_eq!(walk.promote(&room).await, End::Arrived);
    room.serves("2.0").await;
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    room.serves("1.0").await;
    assert_eq!(lasting(&room.object().await), wanted);
}

async fn paused(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(6)).await;
    let before = Before::of(&room).await;
    let mut walk = room.walk("2.0", 50.0).await;
    assert_eq!(walk.shift_to(&room, 50.0).await, End::Arrived);
    room.pause(true).await;
    assert_eq!(walk.roll_back(&room).await, End::Arrived);
    before.is_back(&room).await;
}
