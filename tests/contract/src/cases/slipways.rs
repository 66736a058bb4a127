//! Two Slipways on one workload.

use crate::bed::Bed;
use crate::manifest::Manifest;
use crate::room::{Room, lasting};
use crate::slipway::{Slipway, drive, roll_back, round};
use crate::suite::Case;
use cluster::holds::Mistake;
use conductor::{Accepted, ActError, Driver, Leadership, Next, Workloads};
use release::{Command, Goal, HoldReason, RollbackTarget, Share, Stage};

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "a second Slipway is refused while the first one leads",
            second_refused,
        ),
        Case::new(
            "another Slipway takes over when the first one says nothing any more, and completes",
            taken_over,
        ),
        Case::new(
            "an act of the first driver that arrives after the takeover is refused",
            late_act,
        ),
        Case::new(
            "planted: without a mark on the workload such an act gets through",
            late_act_without_a_mark,
        ),
        Case::new(
            "an earlier driver builds no act, not even a rollback; planted: without the check it does",
            earlier_driver,
        ),
        Case::new(
            "a person rolls back through a colleague's Slipway in one click",
            colleague_rolls_back,
        ),
        Case::new(
            "a release without a charter can still be rolled back by another Slipway",
            without_charter,
        ),
        Case::new("what is handed over is taken over at once", handed_over),
        Case::new(
            "where Leases are forbidden there is a warning, and the release goes its way",
            without_leases,
        ),
        Case::new(
            "after a release no charter is left and nobody leads",
            nothing_left,
        ),
    ]
}

fn is_handed_over(driver: &Driver) -> bool {
    matches!(
        driver.view().release.stage,
        Stage::Held {
            reason: HoldReason::HandedOver { .. },
            ..
        }
    )
}

async fn second_refused(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let (maya, jonas) = (Slipway::of(&bed, "Maya").await, Slipway::of(&bed, "Jonas").await);
    let mut first = maya.baking(&room, "2.0", &[25.0, 50.0]).await;
    assert!(jonas.take_over(&room, false).await.is_err());
    round(&mut first).await;
    let mut second = jonas.plan(&room, "3.0", &[25.0, 100.0]).await;
    second.command(&jonas.by(), Command::Start).await.expect("asked");
    let stage = loop {
        round(&mut first).await;
        round(&mut second).await;
        let stage = second.view().release.stage;
        if stage.is_end() {
            break stage;
        }
    };
    let Stage::Refused { reasons } = stage else {
        panic!("{stage:?}")
    };
    assert!(reasons[0].contains("Maya"), "{reasons:?}");
    assert_eq!(room.count().await.pods_of("3.0"), 0);
}

async fn taken_over(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let before = lasting(&room.object().await);
    let (maya, jonas) = (Slipway::of(&bed, "Maya").await, Slipway::of(&bed, "Jonas").await);
    let mut first = maya.baking(&room, "2.0", &[25.0, 100.0]).await;
    let mut second = jonas.take_over_at_last(&room).await;
    let generation = |object: &serde_json::Value| object["metadata"]["generation"].clone();
    let fenced = generation(&room.object().await);
    round(&mut first).await;
    round(&mut first).await;
    assert!(is_handed_over(&first), "{:?}", first.view().release.stage);
    assert_eq!(
        generation(&room.object().await),
        fenced,
        "the first one does nothing"
    );
    drive(&mut second, "it is complete", |stage| *stage == Stage::Completed).await;
    room.serves("2.0").await;
    drive(&mut first, "it sees the end", |stage| *stage == Stage::Completed).await;
    let mut after = lasting(&room.object().await);
    let mut before = before;
    for one in [&mut before, &mut after] {
        one["spec"]["template"] = serde_json::Value::Null;
    }
    assert_eq!(after, before, "the workload has its own settings again");
}

async fn late_act(bed: Bed) {
    assert_eq!(late_act_with(bed, None).await.err(), Some(ActError::Conflict));
}

async fn late_act_without_a_mark(bed: Bed) {
    let answer = late_act_with(bed, Some(Mistake::NoFence)).await;
    assert!(answer.is_ok(), "so the case above can fail: {answer:?}");
}

/// An act that the first driver built before the takeover arrives after it.
async fn late_act_with(bed: Bed, mistake: Option<Mistake>) -> Result<Accepted, ActError> {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let (maya, jonas) = (Slipway::of(&bed, "Maya").await, Slipway::of(&bed, "Jonas").await);
    jonas.workloads.plant(mistake);
    let first = maya.baking(&room, "2.0", &[25.0, 50.0]).await;
    let share = Share::from_percent(50.0);
    let seen = maya.workloads.observe(&room.workload).await.expect("seen");
    let Next::Act(late) = maya
        .workloads
        .next(&first.rehearsal(Goal::Share { share }), &seen)
    else {
        panic!("an act")
    };
    let _second = jonas.take_over_at_last(&room).await;
    maya.workloads.act(&room.workload, &late).await
}

async fn earlier_driver(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let (maya, jonas) = (Slipway::of(&bed, "Maya").await, Slipway::of(&bed, "Jonas").await);
    let first = maya.baking(&room, "2.0", &[25.0, 50.0]).await;
    let _second = jonas.take_over_at_last(&room).await;
    let seen = jonas.workloads.observe(&room.workload).await.expect("seen");
    let mut pursuit = first.rehearsal(Goal::RolledBack {
        target: RollbackTarget::Before,
    });
    pursuit.insist = true;
    assert_eq!(
        maya.workloads.next(&pursuit, &seen),
        Next::Superseded { epoch: 2 }
    );
    maya.workloads.plant(Some(Mistake::NoEpochCheck));
    assert!(
        matches!(maya.workloads.next(&pursuit, &seen), Next::Act(_)),
        "the mistake is seen"
    );
}

async fn colleague_rolls_back(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let before = lasting(&room.object().await);
    let (maya, jonas) = (Slipway::of(&bed, "Maya").await, Slipway::of(&bed, "Jonas").await);
    let mut first = maya.baking(&room, "2.0", &[50.0, 100.0]).await;
    let mut second = jonas
        .take_over(&room, true)
        .await
        .expect("a rollback asks nobody");
    second
        .command(&jonas.by(), roll_back())
        .await
        .expect("rolled back");
    let image = "/spec/template/spec/containers/0/image";
    let live = room.object().await;
    let image = live.pointer(image).and_then(|image| image.as_str()).unwrap_or("");
    assert!(
        image.contains("1.0"),
        "the whole template is back with the click: {image}"
    );
    for _ in 0..3 {
        round(&mut first).await;
    }
    drive(&mut second, "it is back", |stage| *stage == Stage::RolledBack).await;
    room.serves("1.0").await;
    assert_eq!(lasting(&room.object().await), before);
}

async fn without_charter(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let before = lasting(&room.object().await);
    let (maya, jonas) = (Slipway::of(&bed, "Maya").await, Slipway::of(&bed, "Jonas").await);
    let first = maya.baking(&room, "2.0", &[50.0, 100.0]).await;
    let release = first.dossier().release.id.clone();
    drop(first);
    maya.leadership
        .drop_charter(&room.workload, &release, 1)
        .await
        .expect("taken away");
    let mut second = jonas.take_over(&room, true).await.expect("the marker is enough");
    second
        .command(&jonas.by(), roll_back())
        .await
        .expect("rolled back");
    drive(&mut second, "it is back", |stage| *stage == Stage::RolledBack).await;
    room.serves("1.0").await;
    assert_eq!(lasting(&room.object().await), before);
}

async fn handed_over(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let (maya, jonas) = (Slipway::of(&bed, "Maya").await, Slipway::of(&bed, "Jonas").await);
    let mut first = maya.baking(&room, "2.0", &[25.0, 100.0]).await;
    let to = "Jonas".to_owned();
    first
        .command(&maya.by(), Command::HandOver { to })
        .await
        .expect("handed over");
    let second = jonas.take_over(&room, false).await.expect("at once");
    assert_eq!(second.view().release.driver.name, "Jonas");
    assert_eq!(second.dossier().epoch, 2);
    drive(&mut first, "the first one stops", |stage| {
        matches!(stage, Stage::Held { .. })
    })
    .await;
    assert!(is_handed_over(&first));
}

async fn without_leases(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let client = bed.loner(&room.workload.namespace).await;
    let maya = Slipway::over(&bed, "Maya", client);
    let mut driver = maya.plan(&room, "2.0", &[50.0, 100.0]).await;
    let share = Share::from_percent(50.0);
    let findings = maya
        .workloads
        .preflight(&driver.rehearsal(Goal::Share { share }), &room.workload, &[share])
        .await
        .expect("asked");
    let warned = |code: &str| findings.iter().any(|finding| finding.code == code);
    assert!(
        warned("lease-forbidden") && warned("charter-forbidden"),
        "{findings:?}"
    );
    driver.command(&maya.by(), Command::Start).await.expect("started");
    drive(&mut driver, "it bakes", |stage| *stage == Stage::Baking).await;
    driver
        .command(&maya.by(), roll_back())
        .await
        .expect("rolled back");
    drive(&mut driver, "it is back", |stage| *stage == Stage::RolledBack).await;
    room.serves("1.0").await;
}

async fn nothing_left(bed: Bed) {
    let room = Room::with(&bed, Manifest::of(4)).await;
    let maya = Slipway::of(&bed, "Maya").await;
    let mut driver = maya.baking(&room, "2.0", &[50.0, 100.0]).await;
    let leader = maya.leadership.leader(&room.workload).await.expect("read");
    assert_eq!(leader.expect("Maya leads").person, "Maya");
    let charter = maya.leadership.charter(&room.workload).await.expect("read");
    let text = serde_json::to_string(&charter.expect("a charter")).expect("JSON");
    assert!(
        !text.contains("containerPort"),
        "no template, so no value of a variable: {text}"
    );
    driver
        .command(&maya.by(), roll_back())
        .await
        .expect("rolled back");
    drive(&mut driver, "it is back", |stage| *stage == Stage::RolledBack).await;
    assert_eq!(maya.leadership.leader(&room.workload).await.expect("read"), None);
    assert_eq!(maya.leadership.charter(&room.workload).await.expect("read"), None);
}
