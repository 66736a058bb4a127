//! What other people do in the middle.

use super::model::template;
use super::scenario::{Scenario, back, share};
use crate::holds;
use conductor::{ActKind, Next, OperationId, Waiting};
use release::{Goal, Share};
use serde_json::json;

pub(super) fn at_a_quarter_of(replicas: u32) -> Scenario {
    let mut scenario = Scenario::new(replicas, Share::from_percent(25.0));
    scenario.aim(share(25.0));
    assert_eq!(scenario.run(), Next::Arrived);
    scenario
}

#[test]
fn an_autoscaler_that_adds_pods_keeps_the_share_without_an_overshoot() {
    let mut scenario = at_a_quarter_of(12);
    scenario
        .model
        .write(|object| object["spec"]["replicas"] = json!(24));
    scenario.model.settle();
    assert_eq!(scenario.next(), Next::Arrived);
    scenario.aim(share(50.0));
    for _ in 0..200 {
        match scenario.next() {
            Next::Act(act) => scenario.send(&act),
            Next::Arrived => break,
            Next::Wait(_) => {}
            other => panic!("{other:?}"),
        }
        scenario.model.settle();
        assert!(scenario.model.of("checkout:2") <= 12);
    }
    assert_eq!(
        (scenario.model.of("checkout:2"), scenario.model.of("checkout:1")),
        (12, 12)
    );
}

#[test]
fn down_and_up_again_pushes_the_share_over_the_plan_and_is_told() {
    let mut scenario = Scenario::new(12, Share::from_percent(25.0));
    scenario.aim(share(25.0));
    let Next::Act(act) = scenario.next() else { panic!() };
    scenario.send(&act);
    scenario.model.settle();
    for replicas in [2, 12] {
        scenario
            .model
            .write(|object| object["spec"]["replicas"] = json!(replicas));
        scenario.model.settle();
    }
    assert!(matches!(scenario.next(), Next::Exceeded { share } if share > Share::from_percent(25.0)));
}

#[test]
fn zero_waits_and_back_from_zero_everything_is_new_and_told() {
    let mut scenario = at_a_quarter_of(12);
    scenario
        .model
        .write(|object| object["spec"]["replicas"] = json!(0));
    scenario.model.settle();
    assert_eq!(scenario.next(), Next::Wait(Waiting::NoReplicas));
    scenario
        .model
        .write(|object| object["spec"]["replicas"] = json!(12));
    scenario.model.settle();
    assert_eq!(scenario.next(), Next::Exceeded { share: Share::WHOLE });
}

#[test]
fn a_number_of_pods_that_cannot_express_the_share_is_told() {
    let mut scenario = at_a_quarter_of(12);
    scenario
        .model
        .write(|object| object["spec"]["replicas"] = json!(13));
    scenario.model.settle();
    let Next::ShareNotPossible {
        replicas: 13,
        nearest,
    } = scenario.next()
    else {
        panic!()
    };
    assert_eq!(nearest, [Share::from_percent(23.08), Share::from_percent(30.77)]);
}

#[test]
fn a_third_image_is_foreign_and_a_persons_rollback_wins_over_it() {
    let mut scenario = at_a_quarter_of(12);
    scenario.model.write(|object| {
        object["spec"]["template"] = template("checkout:3");
        object["metadata"]["managedFields"] = json!([
            {"manager": "slipway", "time": "2026-01-01T00:00:00Z"},
            {"manager": "ci-bot", "time": "2026-01-01T00:01:00Z"}
        ]);
    });
    scenario.model.settle();
    let Next::Foreign { what } = scenario.next() else {
        panic!()
    };
    assert!(what.contains("ci-bot") && what.contains('3'), "{what}");
    scenario.aim(back());
    assert!(
        matches!(scenario.next(), Next::Foreign { .. }),
        "a rule does not fight"
    );
    scenario.pursuit.insist = true;
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(scenario.model.of("checkout:1"), 12);
    assert_eq!(scenario.model.pods(), 12);
}

#[test]
fn the_original_put_back_is_told_and_a_rollback_tidies_up() {
    let mut scenario = at_a_quarter_of(12);
    scenario
        .model
        .write(|object| object["spec"]["template"] = template("checkout:1"));
    scenario.model.settle();
    assert!(matches!(scenario.next(), Next::Foreign { .. }));
    scenario.click_back();
    let sent = scenario.acts.len();
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(scenario.acts[sent], ActKind::Tidy);
    assert_eq!(scenario.model.object["spec"], scenario.pursuit.before["spec"]);
}

#[test]
fn rollout_undo_replaces_the_annotations_and_a_stale_operation_does_not_count() {
    let mut scenario = at_a_quarter_of(12);
    scenario.pursuit.own_operations.push(OperationId("r0.1.4".into()));
    scenario.model.write(|object| {
        object["spec"]["template"] = template("checkout:1");
        object["metadata"]["annotations"] = json!({
            "slipway.dev/operation": "r0.1.4",
            "slipway.dev/release": r#"{"release":"r0","uid":"u1","epoch":1,"originals":{}}"#
        });
    });
    scenario.model.settle();
    assert!(matches!(scenario.next(), Next::Foreign { .. }));
    scenario.click_back();
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(scenario.model.object["spec"], scenario.pursuit.before["spec"]);
    assert_eq!(scenario.model.object["metadata"]["annotations"], json!({}));
}

#[test]
fn paused_in_the_middle_waits_and_a_rollback_clears_it() {
    let mut scenario = at_a_quarter_of(12);
    scenario
        .model
        .write(|object| object["spec"]["paused"] = json!(true));
    scenario.aim(share(50.0));
    assert_eq!(scenario.next(), Next::Wait(Waiting::Paused));
    scenario.click_back();
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(scenario.model.of("checkout:1"), 12);
}

#[test]
fn another_object_of_the_same_name_is_gone() {
    let mut scenario = at_a_quarter_of(12);
    scenario.model.object["metadata"]["uid"] = json!("u2");
    assert_eq!(scenario.next(), Next::Gone);
}

#[test]
fn a_stale_writer_is_refused_by_the_test_of_the_operation() {
    let mut scenario = at_a_quarter_of(12);
    scenario.aim(share(50.0));
    let Next::Act(mine) = scenario.next() else {
        panic!()
    };
    let stale = mine.clone();
    scenario.send(&mine);
    assert!(scenario.model.patch(&stale.patch).is_err());
}

#[test]
fn a_newer_driver_is_not_fought() {
    let mut scenario = at_a_quarter_of(12);
    scenario.pursuit.epoch = 2;
    let Next::Arrived = scenario.next() else {
        panic!("an older epoch is a driver before this one")
    };
    scenario.aim(share(50.0));
    let Next::Act(act) = scenario.next() else { panic!() };
    scenario.send(&act);
    scenario.pursuit.epoch = 1;
    assert_eq!(scenario.next(), Next::Superseded { epoch: 2 });
    scenario.pursuit.goal = back();
    scenario.pursuit.insist = true;
    assert_eq!(
        scenario.next(),
        Next::Superseded { epoch: 2 },
        "a rollback of an earlier driver neither"
    );
}

#[test]
fn a_rollback_of_what_others_made_needs_no_hold_before() {
    let mut scenario = Scenario::new(10, Share::from_percent(25.0));
    scenario.pursuit.goal = back();
    scenario.pursuit.template = template("checkout:0").into();
    scenario.pursuit.insist = true;
    for _ in 0..100 {
        match scenario.next() {
            Next::Act(act) => scenario.send(&act),
            Next::Arrived => break,
            _ => {}
        }
        scenario.model.settle();
    }
    assert_eq!(scenario.acts, [ActKind::RollBack, ActKind::RestoreSurge]);
    assert_eq!(scenario.model.of("checkout:0"), 10);
    assert_eq!(scenario.model.pods(), 10);
}

#[test]
fn finishing_by_hand_is_one_command() {
    let mut scenario = at_a_quarter_of(12);
    scenario.aim(Goal::Promoted);
    let command = holds::finish_by_hand(&scenario.pursuit, &scenario.model.observe());
    assert!(command.starts_with("kubectl patch deployment checkout --namespace shop --type json --patch '["));
    let json = command.split_once("--patch '").unwrap().1.trim_end_matches('\'');
    scenario
        .model
        .patch(&serde_json::from_str(json).unwrap())
        .unwrap();
    scenario.model.settle();
    assert_eq!(scenario.model.of("checkout:2"), 12);
    assert_eq!(scenario.next(), Next::Arrived);
}

#[test]
fn a_release_prepared_during_another_ones_hold_does_not_begin() {
    let mut scenario = Scenario::new(12, Share::from_percent(25.0));
    scenario.aim(share(25.0));
    scenario.pursuit.before["spec"]["minReadySeconds"] = json!(holds::HOLD_MIN_READY_SECONDS);
    assert!(matches!(scenario.next(), Next::Foreign { what } if what.contains("prepared")));
}

#[test]
fn an_own_operation_older_than_the_last_one_says_that_somebody_put_it_back() {
    let mut scenario = at_a_quarter_of(12);
    let stale = scenario.pursuit.last_operation.clone().unwrap();
    scenario.pursuit.own_operations = vec![stale, OperationId("later".into())];
    scenario.pursuit.last_operation = Some(OperationId("later".into()));
    assert!(matches!(scenario.next(), Next::Foreign { .. }));
}

#[test]
fn a_rollback_with_nothing_to_do_takes_the_ground_from_an_act_on_its_way() {
    let mut scenario = Scenario::new(4, Share::from_percent(25.0));
    scenario.aim(share(25.0));
    let Next::Act(late) = scenario.next() else {
        panic!()
    };
    scenario.pursuit.on_its_way = true;
    scenario.aim(back());
    let Next::Act(mark) = scenario.next() else {
        panic!("the late act could still begin a hold")
    };
    assert_eq!(mark.kind, ActKind::Tidy);
    scenario.send(&mark);
    assert!(
        scenario.model.patch(&late.patch).is_err(),
        "it found the workload as it was"
    );
}

/// Where a patch tests or sets something, the value.
fn value_of<'a>(act: &'a conductor::PreparedAct, op: &str, path: &str) -> Option<&'a serde_json::Value> {
    let operations = act.patch.as_array()?;
    let found = operations
        .iter()
        .find(|operation| operation["op"] == op && operation["path"] == path)?;
    found.get("value")
}

#[test]
fn a_rollback_out_of_a_promotion_counts_on_no_old_pod_that_was_seen() {
    let mut scenario = at_a_quarter_of(12);
    scenario.pursuit.before["spec"]["strategy"]["rollingUpdate"] =
        json!({"maxSurge": "100%", "maxUnavailable": "50%"});
    let before_it = scenario.model.observe();
    scenario.aim(Goal::Promoted);
    let Next::Act(promote) = scenario.next() else {
        panic!()
    };
    scenario.send(&promote);
    scenario.model.settle();
    scenario.click_back();
    // The answer to the promotion is known; its pods are not seen yet.
    let mut seen = scenario.model.observe();
    seen.view.arms = before_it.view.arms;
    let Next::Act(act) = holds::next(&scenario.pursuit, &seen) else {
        panic!()
    };
    let unavailable = value_of(&act, "add", "/spec/strategy/rollingUpdate/maxUnavailable");
    assert!(unavailable.is_none_or(|unavailable| *unavailable == json!(0)));
    scenario.send(&act);
    assert_eq!(
        holds::max_unavailable_pods(&scenario.model.object),
        0,
        "no pod that serves goes before an old one does"
    );
}

#[test]
fn a_rollback_meets_the_revision_that_it_was_built_on_and_the_last_try_of_a_click_does_not_ask() {
    const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
    let mut scenario = at_a_quarter_of(12);
    scenario.aim(back());
    let Next::Act(act) = scenario.next() else { panic!() };
    let live = scenario.model.object.pointer(REVISION);
    assert_eq!(value_of(&act, "test", REVISION), live);
    assert!(live.is_some());
    scenario.pursuit.insist = true;
    let Next::Act(act) = scenario.next() else { panic!() };
    assert_eq!(value_of(&act, "test", REVISION), live);
    scenario.pursuit.last_try = true;
    let Next::Act(act) = scenario.next() else { panic!() };
    assert_eq!(value_of(&act, "test", REVISION), None);
}

/// A release that a person has rolled back, and the marks that it had in its hold.
pub(super) fn rolled_back_with_its_old_marks() -> (Scenario, serde_json::Value) {
    let mut scenario = at_a_quarter_of(12);
    let marks = scenario.model.object["metadata"]["annotations"].clone();
    scenario.click_back();
    assert_eq!(scenario.run(), Next::Arrived);
    (scenario, marks)
}

#[test]
fn marks_that_come_back_after_everything_was_restored_are_taken_away_and_nothing_else_is() {
    let (mut scenario, marks) = rolled_back_with_its_old_marks();
    scenario.model.write(|object| {
        object["metadata"]["annotations"] = marks;
        object["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = json!(4);
    });
    scenario.model.settle();
    let Next::Act(act) = scenario.next() else { panic!() };
    scenario.send(&act);
    assert_eq!(holds::Marker::read(&scenario.model.object), None);
    assert_eq!(
        scenario.model.object["spec"]["strategy"]["rollingUpdate"]["maxSurge"],
        json!(4),
        "what somebody set since stays"
    );
    assert_eq!(scenario.next(), Next::Arrived);
}

#[test]
fn what_others_do_after_everything_was_restored_is_theirs() {
    let mut scenario = at_a_quarter_of(12);
    scenario.click_back();
    assert_eq!(scenario.run(), Next::Arrived);
    scenario.model.write(|object| {
        object["spec"]["paused"] = json!(true);
        object["spec"]["replicas"] = json!(15);
    });
    assert_eq!(scenario.next(), Next::Arrived);
}

#[test]
fn an_act_is_refused_where_somebody_has_changed_anything_since_it_was_built() {
    let mut scenario = at_a_quarter_of(12);
    scenario.aim(share(50.0));
    let Next::Act(act) = scenario.next() else { panic!() };
    scenario.click_back();
    let Next::Act(rollback) = scenario.next() else {
        panic!()
    };
    scenario.pursuit.last_try = true;
    let Next::Act(last_try) = scenario.next() else {
        panic!()
    };
    scenario
        .model
        .write(|object| object["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = json!(7));
    assert!(
        scenario.model.patch(&act.patch).is_err(),
        "it was built on another surge"
    );
    assert!(
        scenario.model.patch(&rollback.patch).is_err(),
        "a click is tried again on what is there now"
    );
    assert!(
        scenario.model.patch(&last_try.patch).is_ok(),
        "nothing that others change stops a person's rollback"
    );
}

#[test]
fn a_rollback_of_what_was_never_held_takes_away_no_pod_that_serves() {
    let mut scenario = Scenario::new(12, Share::from_percent(25.0));
    scenario.pursuit.before["spec"]["strategy"]["rollingUpdate"] =
        json!({"maxSurge": 1, "maxUnavailable": 4});
    scenario
        .model
        .write(|object| object["spec"]["template"] = template("checkout:3"));
    scenario.click_back();
    let Next::Act(act) = scenario.next() else { panic!() };
    assert_eq!(
        value_of(&act, "add", "/spec/strategy/rollingUpdate/maxUnavailable"),
        Some(&json!(0))
    );
}

#[test]
fn a_template_that_somebody_set_anew_with_all_its_marks_is_a_foreign_change() {
    let mut scenario = at_a_quarter_of(12);
    // `rollout undo`, twice: everything is as it was but for the number that the controller gave the template.
    scenario.model.write(|object| {
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!("7");
    });
    scenario.model.settle();
    scenario.aim(share(50.0));
    assert!(matches!(scenario.next(), Next::Foreign { .. }));
    scenario.aim(back());
    assert!(
        matches!(scenario.next(), Next::Foreign { .. }),
        "a rule does not fight"
    );
    scenario.pursuit.insist = true;
    assert!(matches!(scenario.next(), Next::Act(_)), "a person's click wins");
}
