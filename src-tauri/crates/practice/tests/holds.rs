//! What native holds rely on: the numbers that were tried on Kubernetes' own controllers must come out of ours.

mod cluster;

use cluster::{Cluster, YEAR};
use serde_json::json;

#[test]
fn the_tried_steps_of_a_hold_give_the_tried_numbers_of_pods() {
    let mut cluster = Cluster::with(12);
    cluster.patch(json!([
        {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "shop/web:2"},
        {"op": "add", "path": "/spec/minReadySeconds", "value": YEAR},
        {"op": "add", "path": "/spec/progressDeadlineSeconds", "value": YEAR + 3600},
        {"op": "add", "path": "/spec/strategy/rollingUpdate", "value": {"maxSurge": 3, "maxUnavailable": 0}},
    ]));
    cluster.settle();
    assert_eq!(cluster.arms(), (3, 12));
    for ((surge, unavailable), expected) in [
        ((0, 3), (3, 9)),
        ((3, 3), (6, 9)),
        ((1, 5), (6, 7)),
        ((0, 6), (6, 6)),
        ((3, 6), (9, 6)),
        ((0, 9), (9, 3)),
    ] {
        cluster.limits(surge, unavailable);
        cluster.settle();
        assert_eq!(
            cluster.arms(),
            expected,
            "surge {surge}, unavailable {unavailable}"
        );
    }
}

#[test]
fn a_hold_with_the_deployments_own_unavailable_takes_stable_pods_at_once() {
    // 25 % of 12 may be unavailable: three stable pods go at once, and their places are filled with canary pods.
    let mut cluster = Cluster::with(12);
    cluster.hold_with_limits(json!(3), json!("25%"));
    cluster.settle();
    assert_eq!(cluster.arms(), (6, 9));
}

#[test]
fn raising_surge_with_the_old_unavailable_overshoots_the_plan() {
    let mut cluster = Cluster::with(12);
    cluster.hold(3, 0);
    cluster.settle();
    for (surge, unavailable) in [(0, 3), (3, 3), (0, 6)] {
        cluster.limits(surge, unavailable);
        cluster.settle();
    }
    assert_eq!(cluster.arms(), (6, 6), "6 of 12, as planned");
    cluster.limits(3, 6);
    cluster.settle();
    let (canary, stable) = cluster.arms();
    assert_eq!((canary, canary + stable), (9, 15));
}

#[test]
fn replicas_down_and_up_again_push_the_canary_over_the_plan() {
    let mut cluster = Cluster::with(12);
    cluster.hold(3, 0);
    cluster.settle();
    assert_eq!(cluster.arms(), (3, 12));
    cluster.scale(2);
    cluster.settle();
    cluster.scale(12);
    cluster.settle();
    let (canary, stable) = cluster.arms();
    assert_eq!((canary, canary + stable), (9, 15));
}

#[test]
fn zero_and_back_brings_every_pod_back_as_the_new_version() {
    let mut cluster = Cluster::with(12);
    cluster.hold(3, 0);
    cluster.settle();
    cluster.scale(0);
    cluster.settle();
    assert_eq!(cluster.arms(), (0, 0));
    cluster.scale(12);
    cluster.settle();
    assert_eq!(cluster.arms(), (12, 0));
}

#[test]
fn rolling_back_with_no_unavailable_keeps_every_old_pod_and_removes_the_canary_at_once() {
    let mut cluster = Cluster::with(12);
    let template = cluster.deployment()["spec"]["template"].clone();
    cluster.hold(3, 0);
    cluster.settle();
    cluster.patch(json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "remove", "path": "/spec/minReadySeconds"},
        {"op": "replace", "path": "/spec/progressDeadlineSeconds", "value": 600},
        {"op": "replace", "path": "/spec/strategy/rollingUpdate", "value": {"maxSurge": "25%", "maxUnavailable": "25%"}},
    ]));
    cluster.advance(400);
    assert_eq!(
        cluster.arms(),
        (12, 0),
        "the new ReplicaSet is the old one again, and the canary is at 0"
    );
    assert_eq!(cluster.least_ready_since_start, 12, "no old pod was ever missing");
    cluster.settle();
    let sets = cluster.replica_sets();
    assert_eq!(sets.len(), 2, "no third ReplicaSet");
}

#[test]
fn promotion_replaces_everything_and_keeps_nobody_waiting() {
    let mut cluster = Cluster::with(10);
    cluster.hold(3, 0);
    cluster.settle();
    cluster.patch(json!([
        {"op": "remove", "path": "/spec/minReadySeconds"},
        {"op": "replace", "path": "/spec/strategy/rollingUpdate", "value": {"maxSurge": "25%", "maxUnavailable": 0}},
    ]));
    cluster.settle();
    assert_eq!(cluster.arms(), (10, 0));
    assert!(cluster.least_ready_since_start >= 10);
    let status = cluster.deployment()["status"].clone();
    assert_eq!(status["availableReplicas"], 10);
    assert_eq!(
        cluster.condition("Progressing")["reason"],
        "NewReplicaSetAvailable"
    );
}

#[test]
fn restoring_the_deadline_at_once_after_a_long_hold_reports_a_failure_for_a_moment() {
    let mut cluster = Cluster::with(3);
    cluster.hold(1, 0);
    cluster.settle();
    cluster.advance(700_000);
    cluster.patch(json!([{"op": "remove", "path": "/spec/minReadySeconds"},
        {"op": "replace", "path": "/spec/progressDeadlineSeconds", "value": 600}]));
    let mut seen = false;
    for _ in 0..200 {
        cluster.advance(5);
        seen |= cluster.condition("Progressing")["reason"] == "ProgressDeadlineExceeded";
    }
    assert!(seen);
    cluster.settle();
    assert_eq!(
        cluster.condition("Progressing")["reason"],
        "NewReplicaSetAvailable"
    );
}

#[test]
fn one_replica_and_no_history_can_be_held_and_rolled_back() {
    let mut cluster = Cluster::with(1);
    cluster.patch(json!([{"op": "replace", "path": "/spec/revisionHistoryLimit", "value": 0}]));
    cluster.settle();
    let template = cluster.deployment()["spec"]["template"].clone();
    cluster.hold(1, 0);
    cluster.settle();
    assert_eq!(cluster.arms(), (1, 1));
    cluster.patch(
        json!([{"op": "replace", "path": "/spec/template", "value": template},
        {"op": "remove", "path": "/spec/minReadySeconds"}]),
    );
    cluster.settle();
    assert_eq!(cluster.arms(), (1, 0));
    assert_eq!(cluster.least_ready_since_start, 1);
    assert_eq!(
        cluster.replica_sets().len(),
        1,
        "the canary's ReplicaSet is not kept"
    );
}
