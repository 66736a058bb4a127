//! The API server's manners: conflicts, dry runs, preconditions, quotas, other people's writes.

mod cluster;

use cluster::{Cluster, MEDIA, PATH, YEAR, manifest};
use practice::{Fault, Resource, User};
use serde_json::{Value, json};

const MERGE: &str = "application/merge-patch+json";

fn code(result: &Result<Value, practice::Refused>) -> u16 {
    result.as_ref().err().map_or(200, |refused| refused.code)
}

#[test]
fn a_put_with_a_stale_resource_version_is_a_conflict() {
    let mut cluster = Cluster::with(2);
    let stale = cluster.deployment();
    cluster.patch(json!([{"op": "add", "path": "/metadata/labels", "value": {"x": "y"}}]));
    let refused = cluster
        .world
        .send(&User::Admin, "PUT", PATH, "application/json", &stale)
        .unwrap_err();
    assert_eq!(refused.code, 409);
    assert_eq!(
        refused.message,
        "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply your changes to \
         the latest version and try again"
    );
}

#[test]
fn a_dry_run_answers_the_result_and_changes_nothing() {
    let mut cluster = Cluster::with(2);
    let (before, revision) = (cluster.deployment(), cluster.world.revision());
    let path = format!("{PATH}?dryRun=All");
    let answer = cluster
        .world
        .send(
            &User::Admin,
            "PATCH",
            &path,
            MERGE,
            &json!({"spec": {"minReadySeconds": 5}}),
        )
        .unwrap();
    assert_eq!(answer["spec"]["minReadySeconds"], 5);
    let refused = cluster.world.send(
        &User::Admin,
        "PATCH",
        &path,
        MERGE,
        &json!({"spec": {"minReadySeconds": 600}}),
    );
    assert_eq!(code(&refused), 422, "validation runs in a dry run too");
    cluster
        .world
        .send(&User::Admin, "DELETE", &path, MERGE, &Value::Null)
        .unwrap();
    assert_eq!(cluster.deployment(), before);
    assert_eq!(cluster.world.revision(), revision);
}

#[test]
fn a_patch_that_changes_nothing_makes_no_new_version() {
    let mut cluster = Cluster::with(2);
    let before = cluster.deployment();
    cluster.advance(5_000);
    cluster
        .world
        .send(
            &User::Admin,
            "PATCH",
            PATH,
            MERGE,
            &json!({"spec": {"replicas": 2}}),
        )
        .unwrap();
    assert_eq!(cluster.deployment(), before);
}

#[test]
fn a_json_patch_whose_test_fails_is_refused_without_detail_and_changes_nothing() {
    let mut cluster = Cluster::with(2);
    let before = cluster.deployment();
    let patch = json!([
        {"op": "replace", "path": "/spec/replicas", "value": 9},
        {"op": "test", "path": "/metadata/uid", "value": "someone-else"},
    ]);
    let refused = cluster
        .world
        .send(&User::Admin, "PATCH", PATH, MEDIA, &patch)
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (
            422,
            "the server rejected our request due to an error in our request"
        )
    );
    assert_eq!(cluster.deployment(), before);
}

#[test]
fn deleting_with_the_uid_of_an_earlier_object_is_a_conflict() {
    let mut cluster = Cluster::with(1);
    let uid = cluster.deployment()["metadata"]["uid"].clone();
    cluster
        .world
        .kubectl_delete(&User::Admin, Resource::Deployments, "default", "web")
        .unwrap();
    cluster.world.advance_by(std::time::Duration::from_secs(30));
    assert!(
        cluster.world.list(Resource::Pods, Some("default")).is_empty(),
        "owned objects follow"
    );
    assert!(cluster.replica_sets().is_empty());
    cluster
        .world
        .kubectl_apply(&User::Admin, &manifest(1, "shop/web:1"))
        .unwrap();
    let options = json!({"preconditions": {"uid": uid}});
    assert_eq!(
        code(
            &cluster
                .world
                .send(&User::Admin, "DELETE", PATH, "application/json", &options)
        ),
        409
    );
}

#[test]
fn a_quota_refuses_pods_and_the_deployment_says_so() {
    let mut cluster = Cluster::with(4);
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q", "namespace": "default"},
                       "spec": {"hard": {"pods": "5"}}});
    cluster.world.kubectl_apply(&User::Admin, &quota).unwrap();
    cluster.hold(3, 0);
    cluster.settle();
    assert_eq!(cluster.arms(), (1, 4));
    let failure = cluster.condition("ReplicaFailure");
    assert_eq!(failure["reason"], "FailedCreate");
    assert!(
        failure["message"]
            .as_str()
            .unwrap()
            .contains("exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5")
    );
    let stored = cluster
        .world
        .get(Resource::ResourceQuotas, "default", "q")
        .unwrap();
    assert_eq!(stored["status"]["used"]["pods"], "5");
}

#[test]
fn scale_is_read_and_written_through_its_own_subresource() {
    let mut cluster = Cluster::with(3);
    let scale = cluster
        .world
        .send(&User::Admin, "GET", &format!("{PATH}/scale"), "", &Value::Null)
        .unwrap();
    assert_eq!(
        (&scale["spec"]["replicas"], &scale["kind"]),
        (&json!(3), &json!("Scale"))
    );
    assert_eq!(scale["status"]["selector"], "app=web");
    cluster.scale(5);
    cluster.settle();
    assert_eq!(cluster.ready(), 5);
}

#[test]
fn a_status_write_keeps_the_spec_and_a_spec_write_keeps_the_status() {
    let mut cluster = Cluster::with(1);
    let both = json!({"spec": {"replicas": 7}, "status": {"replicas": 9}});
    let answer = cluster
        .world
        .send(&User::Admin, "PATCH", &format!("{PATH}/status"), MERGE, &both)
        .unwrap();
    assert_eq!(
        (&answer["spec"]["replicas"], &answer["status"]["replicas"]),
        (&json!(1), &json!(9))
    );
    let mut cluster = Cluster::with(1);
    let answer = cluster
        .world
        .send(&User::Admin, "PATCH", PATH, MERGE, &both)
        .unwrap();
    assert_eq!(
        (&answer["spec"]["replicas"], &answer["status"]["replicas"]),
        (&json!(7), &json!(1))
    );
}

#[test]
fn changing_only_an_annotation_of_a_deployment_moves_its_generation() {
    let mut cluster = Cluster::with(1);
    let before = cluster.deployment()["metadata"]["generation"].as_i64().unwrap();
    cluster.patch(
        json!([{"op": "add", "path": "/metadata/annotations/slipway.dev~1operation", "value": "op-1"}]),
    );
    assert_eq!(cluster.deployment()["metadata"]["generation"], before + 1);
    cluster.settle();
    let copied = cluster.replica_sets()[0]["metadata"]["annotations"]["slipway.dev/operation"].clone();
    assert_eq!(copied, "op-1", "the controller copies it to the ReplicaSet");
}

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
fn another_managers_server_side_apply_meets_a_conflict_during_a_hold() {
    let mut cluster = Cluster::with(2);
    cluster.hold(1, 0);
    let config = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"minReadySeconds": 10, "template": {"spec": {"containers": [{"name": "app", "image": "shop/web:9"}]}}}});
    let apply = "application/apply-patch+yaml";
    let refused = cluster
        .world
        .send(
            &User::Admin,
            "PATCH",
            &format!("{PATH}?fieldManager=gitops"),
            apply,
            &config,
        )
        .unwrap_err();
    assert_eq!(refused.code, 409);
    assert!(refused.message.contains("\"slipway\""), "{}", refused.message);
    assert!(
        refused.message.contains(".spec.minReadySeconds"),
        "{}",
        refused.message
    );
    let forced = format!("{PATH}?fieldManager=gitops&force=true");
    assert!(
        cluster
            .world
            .send(&User::Admin, "PATCH", &forced, apply, &config)
            .is_ok()
    );
}

#[test]
fn a_lost_answer_still_changed_the_object() {
    let mut cluster = Cluster::with(1);
    cluster.world.fail_next(Fault::LoseAnswer, 1, Some("PATCH"));
    let lost = cluster.world.send(
        &User::Admin,
        "PATCH",
        PATH,
        MERGE,
        &json!({"spec": {"replicas": 3}}),
    );
    assert_eq!(lost.unwrap_err().code, 0);
    assert_eq!(cluster.deployment()["spec"]["replicas"], 3);
}

#[test]
fn a_releaser_is_refused_outside_its_namespace_and_reviews_say_the_same() {
    let mut cluster = Cluster::with(1);
    let releaser = User::Releaser(vec!["default".into()]);
    assert_eq!(
        code(
            &cluster
                .world
                .send(&releaser, "PATCH", PATH, MERGE, &json!({"spec": {"replicas": 2}}))
        ),
        200
    );
    let other = "/apis/apps/v1/namespaces/monitoring/deployments";
    assert_eq!(
        code(&cluster.world.send(&releaser, "GET", other, "", &Value::Null)),
        403
    );
    for (namespace, expected) in [("default", true), ("monitoring", false)] {
        let review = json!({"spec": {"resourceAttributes":
            {"verb": "patch", "group": "apps", "resource": "deployments", "namespace": namespace}}});
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let answer = cluster
            .world
            .send(&releaser, "POST", path, "application/json", &review)
            .unwrap();
        assert_eq!(answer["status"]["allowed"], expected);
    }
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let answer = cluster
        .world
        .send(&releaser, "POST", path, "application/json", &json!({}))
        .unwrap();
    assert_eq!(answer["status"]["userInfo"]["username"], "releaser");
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

#[test]
fn an_immutable_config_map_stays_as_it_is() {
    let mut cluster = Cluster::empty(1);
    let config = |value: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"},
               "immutable": true, "data": {"a": value}})
    };
    cluster.world.kubectl_apply(&User::Admin, &config("1")).unwrap();
    let refused = cluster.world.kubectl_apply(&User::Admin, &config("2"));
    assert_eq!(code(&refused), 422);
}
