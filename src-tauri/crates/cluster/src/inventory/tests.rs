use super::item::{Deployment, Owned, Page};
use super::summary::summary;
use super::*;
use serde_json::{Value, json};

fn deployment(environment: &str, namespace: &str, name: &str, labels: Value) -> WorkloadSummary {
    let object = json!({
        "metadata": {"name": name, "namespace": namespace, "uid": format!("{namespace}/{name}"), "labels": labels, "generation": 1},
        "spec": {"replicas": 2, "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "app", "image": "a:1"}]}}},
        "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}
    });
    summary(
        environment,
        &serde_json::from_value::<Deployment>(object).unwrap(),
    )
}

fn ids(applications: &[Application]) -> Vec<&str> {
    applications
        .iter()
        .map(|application| application.id.as_str())
        .collect()
}

#[test]
fn workloads_are_matched_by_their_labels_and_else_by_name() {
    let workloads = [
        deployment(
            "staging",
            "shop",
            "checkout-v2",
            json!({"app.kubernetes.io/name": "checkout", "app.kubernetes.io/part-of": "shop"}),
        ),
        deployment("production", "shop", "checkout", json!({})),
        deployment("production", "shop", "search", json!({})),
    ];
    let found = applications(&workloads, &Corrections::new());
    assert_eq!(ids(&found), ["checkout", "search"]);
    assert_eq!(found[0].workloads.len(), 2);
    assert_eq!(found[0].part_of.as_deref(), Some("shop"));
}

#[test]
fn two_of_a_name_in_one_environment_are_told_apart_by_instance() {
    let redis = |environment: &str, instance: &str| {
        deployment(
            environment,
            "shop",
            &format!("{instance}-redis"),
            json!({"app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": instance}),
        )
    };
    let workloads = [redis("a", "cart"), redis("a", "sessions"), redis("b", "cart")];
    let found = applications(&workloads, &Corrections::new());
    assert_eq!(ids(&found), ["cart-redis", "sessions-redis"]);
    assert_eq!(found[0].workloads.len(), 2);
}

#[test]
fn a_persons_correction_goes_before_labels_and_names() {
    let workloads = [
        deployment("a", "shop", "checkout", json!({})),
        deployment("b", "shop", "kasse", json!({})),
    ];
    let corrections = Corrections::from([(
        ("b".to_owned(), "Deployment shop/kasse".to_owned()),
        "checkout".to_owned(),
    )]);
    let found = applications(&workloads, &corrections);
    assert_eq!(ids(&found), ["checkout"]);
}

#[test]
fn a_hold_is_a_rollout_under_way_and_no_trouble() {
    let object = json!({
        "metadata": {"name": "a", "namespace": "b", "uid": "c"},
        "spec": {"replicas": 2, "minReadySeconds": 31_536_000, "template": {"spec": {"containers": []}}},
        "status": {"conditions": [{"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable"}]}
    });
    let held = summary("e", &serde_json::from_value::<Deployment>(object).unwrap());
    assert!(held.held && held.rolling && held.trouble.is_none());
}

#[test]
fn of_a_pod_only_what_the_matrix_needs_is_kept() {
    let page: Page<Owned> = serde_json::from_value(json!({
        "metadata": {"resourceVersion": "7", "continue": "x"},
        "items": [{"metadata": {
            "uid": "p1", "resourceVersion": "6", "managedFields": [{"manager": "kubelet", "fieldsV1": {"f:a": {}}}],
            "ownerReferences": [{"uid": "job", "controller": false}, {"uid": "r1", "controller": true}],
            "annotations": {"deployment.kubernetes.io/revision": "4"}
        }}]
    }))
    .unwrap();
    let pod = &page.items[0];
    assert_eq!(
        (
            pod.uid.as_str(),
            pod.owner.as_str(),
            pod.revision,
            pod.terminating
        ),
        ("p1", "r1", Some(4), false)
    );
    assert_eq!(
        (
            page.metadata.resource_version.as_str(),
            page.metadata.next.as_str()
        ),
        ("7", "x")
    );
}
