//! The API server's manners: conflicts, dry runs, preconditions, quotas, other people's writes.

mod cluster;

use cluster::{Cluster, MEDIA, PATH, manifest};
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
