//! What the controllers make of a Deployment: holds, undo, pauses, other strategies, pods that do not start, owners that go.

mod cluster;

use cluster::{Cluster, PATH, YEAR, manifest};
use practice::{Resource, User};
use serde_json::{Value, json};

#[test]
fn undo_brings_back_the_old_replica_sets_annotations_and_leaves_the_year() {
    let mut cluster = Cluster::with(4);
    cluster.patch(
        json!([{"op": "add", "path": "/metadata/annotations/slipway.dev~1operation", "value": "op-1"}]),
    );
    cluster.settle();
    cluster.hold(1, 0);
    cluster.patch(
        json!([{"op": "replace", "path": "/metadata/annotations/slipway.dev~1operation", "value": "op-2"},
        {"op": "add", "path": "/metadata/annotations/note", "value": "new"}]),
    );
    cluster.settle();
    cluster
        .world
        .kubectl_rollout_undo(&User::Admin, "default", "web", 0)
        .unwrap();
    cluster.settle();
    let after = cluster.deployment();
    assert_eq!(after["metadata"]["annotations"]["slipway.dev/operation"], "op-1");
    assert!(after["metadata"]["annotations"].get("note").is_none());
    assert_eq!(after["spec"]["minReadySeconds"], YEAR);
    assert_eq!(cluster.arms(), (4, 0));
    assert_eq!(
        after["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
        "3"
    );
    assert!(
        after["status"].get("availableReplicas").is_none(),
        "its pods serve and are never available"
    );
    assert_eq!(cluster.condition("Available")["status"], "False");
}

#[test]
fn applying_a_third_image_during_a_hold_stays_held() {
    let mut cluster = Cluster::with(8);
    cluster.hold(2, 0);
    cluster.settle();
    cluster
        .world
        .kubectl_apply(&User::Admin, &manifest(8, "shop/web:3"))
        .unwrap();
    cluster.settle();
    assert_eq!(cluster.arms(), (2, 8), "the third version is the canary now");
    assert_eq!(cluster.deployment()["spec"]["minReadySeconds"], YEAR);
    cluster
        .world
        .kubectl_apply(&User::Admin, &manifest(8, "shop/web:1"))
        .unwrap();
    cluster.settle();
    assert_eq!(cluster.arms(), (8, 0));
    assert_eq!(cluster.deployment()["spec"]["minReadySeconds"], YEAR);
}

#[test]
fn a_paused_deployment_does_not_move_until_it_is_resumed() {
    let mut cluster = Cluster::with(3);
    cluster
        .world
        .kubectl_pause(&User::Admin, "default", "web", true)
        .unwrap();
    cluster.settle();
    assert_eq!(cluster.condition("Progressing")["reason"], "DeploymentPaused");
    cluster
        .world
        .kubectl_set_image(&User::Admin, "default", "web", "app", "shop/web:2")
        .unwrap();
    cluster.settle();
    assert_eq!(cluster.arms(), (0, 3));
    assert!(
        cluster
            .world
            .kubectl_rollout_undo(&User::Admin, "default", "web", 0)
            .is_err()
    );
    cluster
        .world
        .kubectl_pause(&User::Admin, "default", "web", false)
        .unwrap();
    cluster.settle();
    assert_eq!(cluster.arms(), (3, 0));
}

#[test]
fn recreate_takes_every_old_pod_away_before_it_makes_a_new_one() {
    let mut cluster = Cluster::with(3);
    cluster.patch(json!([{"op": "replace", "path": "/spec/strategy", "value": {"type": "Recreate"}}]));
    cluster.settle();
    cluster
        .world
        .kubectl_set_image(&User::Admin, "default", "web", "app", "shop/web:2")
        .unwrap();
    cluster.settle();
    assert_eq!(cluster.arms(), (3, 0));
    assert_eq!((cluster.most_pods, cluster.least_ready_since_start), (3, 0));
}

#[test]
fn pods_that_are_taken_away_while_they_start_end() {
    let mut cluster = Cluster::empty(7);
    cluster
        .world
        .kubectl_apply(&User::Admin, &manifest(3, "shop/web:1"))
        .unwrap();
    let begun = |cluster: &Cluster| {
        let pods = cluster.world.list(Resource::Pods, Some("default"));
        pods.len() == 3 && pods.iter().all(|pod| pod["status"]["startTime"].is_string())
    };
    while !begun(&cluster) {
        cluster.world.advance_by(std::time::Duration::from_millis(10));
    }
    cluster
        .world
        .kubectl_scale(&User::Admin, "default", "web", 0)
        .unwrap();
    cluster.world.advance_by(std::time::Duration::from_secs(10));
    assert!(cluster.world.list(Resource::Pods, Some("default")).is_empty());
}

#[test]
fn pods_that_never_become_ready_exceed_the_deadline_and_undo_heals() {
    let mut cluster = Cluster::with(4);
    cluster.patch(json!([
        {"op": "replace", "path": "/spec/progressDeadlineSeconds", "value": 5},
        {"op": "add", "path": "/spec/template/metadata/annotations",
         "value": {"practice.slipway.dev/never-ready": "true"}},
    ]));
    cluster.settle();
    assert_eq!(
        cluster.condition("Progressing")["reason"],
        "ProgressDeadlineExceeded"
    );
    assert!(cluster.ready() >= 3);
    cluster
        .world
        .kubectl_rollout_undo(&User::Admin, "default", "web", 0)
        .unwrap();
    cluster.settle();
    assert_eq!(
        (
            cluster.ready(),
            cluster.condition("Progressing")["status"].clone()
        ),
        (4, json!("True"))
    );
}

#[test]
fn a_crashing_container_backs_off_with_its_reason() {
    let mut cluster = Cluster::with(1);
    cluster.patch(
        json!([{"op": "add", "path": "/spec/template/metadata/annotations",
        "value": {"practice.slipway.dev/crash": "oom", "practice.slipway.dev/crash-after-seconds": "2"}}]),
    );
    cluster.settle();
    let pods = cluster.world.list(Resource::Pods, Some("default"));
    let bad = pods
        .iter()
        .find(|pod| pod["metadata"].get("annotations").is_some())
        .unwrap();
    let status = &bad["status"]["containerStatuses"][0];
    assert!(status["restartCount"].as_i64().unwrap() >= 2);
    assert_eq!(status["state"]["waiting"]["reason"], "CrashLoopBackOff");
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 137);
    assert_eq!(status["lastState"]["terminated"]["reason"], "OOMKilled");
    assert_eq!(cluster.ready(), 1, "the old pod still serves");
}

#[test]
fn endpoint_slices_follow_readiness() {
    let mut cluster = Cluster::with(3);
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
    cluster.world.kubectl_apply(&User::Admin, &service).unwrap();
    cluster.settle();
    let ready = |cluster: &Cluster| {
        let slices = cluster.world.list(Resource::EndpointSlices, Some("default"));
        slices[0]["endpoints"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["conditions"]["ready"] == true)
            .count()
    };
    assert_eq!(ready(&cluster), 3);
    cluster.scale(1);
    cluster.settle();
    assert_eq!(ready(&cluster), 1);
}

#[test]
fn rolling_back_a_release_that_added_things_leaves_no_trace_and_uses_the_old_replica_set() {
    let mut cluster = Cluster::with(4);
    let before = cluster.deployment();
    let old_set = cluster.replica_sets()[0]["metadata"]["name"].clone();
    let mut template = before["spec"]["template"].clone();
    template["metadata"]["annotations"] = json!({"added": "1"});
    template["spec"]["nodeSelector"] = json!({"kubernetes.io/os": "linux"});
    template["spec"]["volumes"] = json!([{"name": "scratch", "emptyDir": {}}]);
    template["spec"]["containers"] = json!([
        {"name": "app", "image": "shop/web:2", "volumeMounts": [{"name": "scratch", "mountPath": "/x"}]},
        {"name": "proxy", "image": "proxy:1"},
    ]);
    cluster.patch(json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "add", "path": "/spec/minReadySeconds", "value": YEAR},
        {"op": "replace", "path": "/spec/progressDeadlineSeconds", "value": YEAR + 1},
        {"op": "replace", "path": "/spec/strategy/rollingUpdate", "value": {"maxSurge": 1, "maxUnavailable": 0}},
    ]));
    cluster.settle();
    assert_eq!(cluster.arms(), (1, 4));
    cluster.patch(json!([
        {"op": "replace", "path": "/spec/template", "value": before["spec"]["template"]},
        {"op": "remove", "path": "/spec/minReadySeconds"},
        {"op": "replace", "path": "/spec/progressDeadlineSeconds", "value": 600},
        {"op": "replace", "path": "/spec/strategy", "value": before["spec"]["strategy"]},
    ]));
    cluster.settle();
    let after = cluster.deployment();
    assert_eq!(after["spec"], before["spec"]);
    let serving: Vec<Value> = cluster
        .replica_sets()
        .iter()
        .filter(|set| set["status"]["readyReplicas"] == 4)
        .map(|set| set["metadata"]["name"].clone())
        .collect();
    assert_eq!(serving, [old_set]);
}

#[test]
fn a_deployment_deleted_and_made_again_at_once_gets_its_own_replica_set() {
    let mut cluster = Cluster::with(2);
    let old = cluster.replica_sets()[0]["metadata"]["uid"].clone();
    cluster
        .world
        .kubectl_delete(&User::Admin, Resource::Deployments, "default", "web")
        .unwrap();
    cluster
        .world
        .kubectl_apply(&User::Admin, &manifest(2, "shop/web:1"))
        .unwrap();
    cluster.settle();
    let sets = cluster.replica_sets();
    assert_eq!(sets.len(), 1);
    assert_ne!(sets[0]["metadata"]["uid"], old);
    assert_eq!(cluster.ready(), 2);
}

#[test]
fn orphaned_replica_sets_outlive_their_deployment() {
    let mut cluster = Cluster::with(2);
    let options = json!({"propagationPolicy": "Orphan"});
    cluster
        .world
        .send(&User::Admin, "DELETE", PATH, "application/json", &options)
        .unwrap();
    cluster.world.advance_by(std::time::Duration::from_secs(30));
    assert_eq!(cluster.replica_sets().len(), 1);
    assert_eq!(cluster.ready(), 2);
    let set = cluster.replica_sets()[0]["metadata"]["uid"].clone();
    cluster
        .world
        .kubectl_apply(&User::Admin, &manifest(2, "shop/web:1"))
        .unwrap();
    cluster.settle();
    let sets = cluster.replica_sets();
    assert_eq!(
        (sets.len(), &sets[0]["metadata"]["uid"]),
        (1, &set),
        "a new namesake takes them over"
    );
}
