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
fn a_release_that_has_just_ended_is_no_rollout_by_somebody_else() {
    let written_by = |manager: &str, marks: serde_json::Value| {
        let object = json!({
            "metadata": {
                "name": "a", "namespace": "b", "uid": "c", "generation": 7, "annotations": marks,
                "managedFields": [
                    {"manager": "kubectl", "time": "2026-01-01T00:00:01Z"},
                    {"manager": manager, "time": "2026-01-01T00:00:02Z"},
                    {"manager": "kube-controller-manager", "time": "2026-01-01T00:00:03Z", "subresource": "status"},
                ]
            },
            "spec": {"replicas": 2, "template": {"spec": {"containers": []}}},
            "status": {"observedGeneration": 6, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
        });
        summary("e", &serde_json::from_value::<Deployment>(object).unwrap())
    };
    let marks = json!({"slipway.dev/release": r#"{"release":"R-7","uid":"c","epoch":1,"originals":{}}"#});
    assert!(!written_by("slipway", json!({})).rolling);
    assert!(written_by("slipway", marks).rolling, "another Slipway's release");
    assert!(written_by("argocd", json!({})).rolling);
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

/// An API server with two Deployments on two pages, and a watch that tells of one change.
fn two_pages_and_a_change() -> kube::Client {
    use http::{Request, Response};
    use kube::client::Body;
    let object = |name: &str, replicas: u32| {
        json!({
            "metadata": {"name": name, "namespace": "shop", "uid": name, "resourceVersion": "8"},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": [{"name": "app", "image": "a:1"}]}}}
        })
    };
    let service = tower::service_fn(move |request: Request<Body>| {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let path = request.uri().path().to_owned();
        async move {
            let list = |items: Vec<Value>, next: &str| {
                json!({"metadata": {"resourceVersion": "7", "continue": next}, "items": items}).to_string()
            };
            let text = match path.rsplit('/').next() {
                Some("version") => json!({"gitVersion": "v1.36.3"}).to_string(),
                Some("deployments") if query.contains("watch=1&resourceVersion=7") => {
                    format!("{}\n", json!({"type": "MODIFIED", "object": object("a", 5)}))
                }
                Some("deployments") if query.contains("continue") => list(vec![object("b", 1)], ""),
                Some("deployments") if !query.contains("watch") => list(vec![object("a", 1)], "page=2"),
                Some("services") if !query.contains("watch") => {
                    let refused = json!({"message": "services is forbidden"}).to_string();
                    return Ok(Response::builder()
                        .status(403)
                        .body(Body::from(refused.into_bytes()))
                        .unwrap());
                }
                _ if query.contains("watch") => std::future::pending().await,
                _ => list(Vec::new(), ""),
            };
            Ok::<_, std::convert::Infallible>(Response::new(Body::from(text.into_bytes())))
        }
    });
    kube::Client::new(service, "shop")
}

#[tokio::test]
async fn every_page_is_read_and_a_change_is_seen_by_the_watch() {
    let client = two_pages_and_a_change();
    let inventory = Inventory::follow("e", &client, &["shop".to_owned()], false);
    let mut changes = inventory.changes();
    let seen = async {
        loop {
            let state = inventory.state();
            if !state.loading
                && state
                    .workloads
                    .first()
                    .is_some_and(|workload| workload.replicas == 5)
            {
                return state;
            }
            changes.changed().await.unwrap();
        }
    };
    let state = tokio::time::timeout(std::time::Duration::from_secs(10), seen)
        .await
        .unwrap();
    let names: Vec<&str> = state
        .workloads
        .iter()
        .map(|workload| workload.workload.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b"]);
    assert!(
        state.failures.is_empty(),
        "Services that may not be read are missing, and nothing else"
    );
}
