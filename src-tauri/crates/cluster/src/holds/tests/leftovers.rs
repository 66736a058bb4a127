//! What the release left, told from what others set: with the marks gone, with old marks put back, under another release's.

use super::others::{at_a_quarter_of, rolled_back_with_its_old_marks};
use super::scenario::Scenario;
use crate::holds;
use conductor::{ActKind, Next, Waiting};
use release::Share;
use serde_json::json;

/// The server has stored a person's rollback, and nothing has followed yet.
fn just_rolled_back() -> Scenario {
    let mut scenario = at_a_quarter_of(12);
    scenario.click_back();
    let Next::Act(rollback) = scenario.next() else {
        panic!()
    };
    scenario.send(&rollback);
    scenario
}

/// A rollback has raised the surge, and somebody has put the old version back with marks from before the release.
fn with_its_surge_and_without_marks() -> Scenario {
    let mut scenario = just_rolled_back();
    scenario.model.write(|object| {
        let annotations = object["metadata"]["annotations"].as_object_mut().unwrap();
        annotations.retain(|name, _| !name.starts_with("slipway.dev/"));
    });
    scenario.model.settle();
    scenario
}

#[test]
fn a_surge_that_a_rollback_raised_is_restored_also_where_somebody_wiped_the_marks() {
    let mut scenario = with_its_surge_and_without_marks();
    assert_ne!(
        scenario.model.object["spec"]["strategy"],
        scenario.pursuit.before["spec"]["strategy"]
    );
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(
        scenario.model.object["spec"]["strategy"],
        scenario.pursuit.before["spec"]["strategy"]
    );
    assert_eq!(scenario.acts.last(), Some(&ActKind::RestoreSurge));
}

#[test]
fn a_surge_that_somebody_set_after_the_marks_were_gone_is_theirs() {
    let mut scenario = with_its_surge_and_without_marks();
    scenario.model.write(|object| {
        object["spec"]["strategy"]["rollingUpdate"] = json!({"maxSurge": "40%", "maxUnavailable": 1});
    });
    scenario.model.settle();
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(
        scenario.model.object["spec"]["strategy"]["rollingUpdate"]["maxSurge"],
        json!("40%")
    );
}

#[test]
fn a_surge_that_somebody_sets_after_everything_was_restored_is_theirs_also_if_an_act_once_set_it() {
    let mut scenario = with_its_surge_and_without_marks();
    let raised = scenario.model.object["spec"]["strategy"].clone();
    // Somebody restores it by hand, so that the last act finds nothing to write, and sets it again afterwards.
    let before = scenario.pursuit.before["spec"]["strategy"].clone();
    scenario.model.write(|object| object["spec"]["strategy"] = before);
    scenario.model.settle();
    assert_eq!(scenario.run(), Next::Arrived);
    scenario.model.write(|object| object["spec"]["strategy"] = raised);
    scenario.model.settle();
    assert_eq!(scenario.next(), Next::Arrived);
}

#[test]
fn a_hold_that_another_release_made_after_a_rollback_stays() {
    let (mut scenario, marks) = rolled_back_with_its_old_marks();
    // Its version was taken back by `rollout undo`: its hold is there without its marks, or with this release's old ones.
    scenario.model.write(|object| {
        object["spec"]["minReadySeconds"] = json!(holds::HOLD_MIN_READY_SECONDS);
        object["spec"]["progressDeadlineSeconds"] = json!(holds::HOLD_DEADLINE_SECONDS);
    });
    scenario.model.settle();
    assert_eq!(scenario.next(), Next::Arrived);
    scenario
        .model
        .write(|object| object["metadata"]["annotations"] = marks);
    scenario.model.settle();
    let Next::Act(act) = scenario.next() else { panic!() };
    scenario.send(&act);
    assert_eq!(holds::Marker::read(&scenario.model.object), None);
    assert_eq!(
        scenario.model.object["spec"]["minReadySeconds"],
        json!(holds::HOLD_MIN_READY_SECONDS)
    );
}

#[test]
fn the_hold_that_a_release_was_prepared_in_is_never_put_back() {
    let mut scenario = Scenario::new(12, Share::from_percent(25.0));
    scenario.pursuit.before["spec"]["minReadySeconds"] = json!(holds::HOLD_MIN_READY_SECONDS);
    scenario
        .model
        .write(|object| object["spec"]["template"] = super::model::template("checkout:3"));
    scenario.click_back();
    assert_eq!(scenario.next(), Next::Arrived);
}

#[test]
fn nothing_is_complete_before_the_controller_counts_so_too() {
    let mut scenario = just_rolled_back();
    scenario.model.settle();
    // The watches of ReplicaSets and pods show the old version alone; the Deployment's own status does not.
    let status = |updated: u32| json!({"observedGeneration": 9, "replicas": 12, "updatedReplicas": updated});
    scenario.model.write(|object| object["status"] = status(9));
    assert_eq!(scenario.next(), Next::Wait(Waiting::Controller));
    scenario.model.write(|object| object["status"] = status(12));
    assert!(matches!(scenario.next(), Next::Act(act) if act.kind != ActKind::RollBack));
}

#[test]
fn under_another_releases_marks_nothing_is_this_ones_to_restore() {
    let mut scenario = with_its_surge_and_without_marks();
    let marker = json!({"release": "r9", "uid": "u1", "epoch": 1, "originals": {}}).to_string();
    scenario
        .model
        .write(|object| object["metadata"]["annotations"]["slipway.dev/release"] = json!(marker));
    scenario.model.settle();
    assert_eq!(scenario.next(), Next::Arrived);
}
