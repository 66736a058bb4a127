//! Acts and looks against an API server of a few canned answers.

use super::*;
use crate::workloads::view::{Parts, view};
use conductor::{ActKind, Manifest, OperationId, WorkloadKind};
use http::{Method, Request, Response};
use kube::client::Body;
use serde_json::json;
use std::convert::Infallible;
use tower::service_fn;

type Asked = Arc<Mutex<Vec<String>>>;
/// Status, headers and object.
type Canned = (u16, &'static [(&'static str, &'static str)], Value);

/// An API server that answers each request by its method: status, headers and object.
fn server(answer: fn(&Method) -> Canned) -> (KubeWorkloads, Asked) {
    let asked = Asked::default();
    let log = asked.clone();
    let service = service_fn(move |request: Request<Body>| {
        lock(&log).push(format!("{} {}", request.method(), request.uri().path()));
        let (status, headers, object) = answer(request.method());
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response
            .body(Body::from(object.to_string().into_bytes()))
            .unwrap();
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let workloads = KubeWorkloads::new();
    workloads.register("e", kube::Client::new(service, "shop"));
    (workloads, asked)
}

fn at() -> WorkloadRef {
    WorkloadRef {
        environment: "e".into(),
        namespace: "shop".into(),
        kind: WorkloadKind::Deployment,
        name: "checkout".into(),
    }
}

fn act() -> PreparedAct {
    PreparedAct {
        operation: OperationId("r1.1.1".into()),
        kind: ActKind::RollBack,
        patch: json!([
            {"op": "test", "path": "/metadata/uid", "value": "u1"},
            {"op": "test", "path": "/metadata/annotations/slipway.dev~1operation", "value": "r1.1.0"},
            {"op": "remove", "path": "/spec/paused"}
        ]),
    }
}

fn object(operation: &str) -> Value {
    json!({
        "metadata": {
            "uid": "u1", "resourceVersion": "9", "generation": 4,
            "annotations": {"slipway.dev/operation": operation}
        }
    })
}

#[tokio::test]
async fn an_act_is_one_request_and_nothing_else() {
    let (workloads, asked) = server(|_| (200, &[], object("r1.1.1")));
    let accepted = workloads.act(&at(), &act()).await.unwrap();
    assert_eq!(
        (accepted.resource_version.as_str(), accepted.generation),
        ("9", 4)
    );
    assert_eq!(
        *lock(&asked),
        ["PATCH /apis/apps/v1/namespaces/shop/deployments/checkout"]
    );
}

#[tokio::test]
async fn a_422_after_a_foreign_write_is_a_conflict_and_otherwise_invalid() {
    let (foreign, _) = server(|method| match *method {
        Method::PATCH => (422, &[], json!({"message": "no"})),
        _ => (200, &[], object("somebody")),
    });
    assert_eq!(foreign.act(&at(), &act()).await, Err(ActError::Conflict));
    let (invalid, _) = server(|method| match *method {
        Method::PATCH => (422, &[], json!({"message": "spec.template: invalid"})),
        _ => (200, &[], object("r1.1.0")),
    });
    let error = invalid.act(&at(), &act()).await.unwrap_err();
    assert_eq!(
        error,
        ActError::Invalid {
            message: "spec.template: invalid".into()
        }
    );
}

#[tokio::test]
async fn after_a_conflict_the_next_look_asks_the_server_and_not_the_watch() {
    let written = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let now = written.clone();
    let service = service_fn(move |request: Request<Body>| {
        let later = now.load(std::sync::atomic::Ordering::SeqCst);
        let query = request.uri().query().unwrap_or_default().to_owned();
        let path = request.uri().path().to_owned();
        let is_patch = request.method() == Method::PATCH;
        async move {
            let mut seen = object("r1.1.0");
            if query.contains("watch") {
                // The watch is silent: what was written meanwhile has not come.
                std::future::pending::<()>().await;
            }
            if later && !path.ends_with("deployments") {
                seen["metadata"]["resourceVersion"] = json!("12");
                seen["metadata"]["annotations"]["slipway.dev/operation"] = json!("somebody");
            }
            let answer = match (is_patch, path.rsplit('/').next()) {
                (true, _) => json!({"message": "no"}),
                (false, Some("checkout")) => seen,
                (false, Some("deployments")) => {
                    json!({"metadata": {"resourceVersion": "9"}, "items": [seen]})
                }
                _ => json!({"metadata": {"resourceVersion": "9"}, "items": []}),
            };
            let status = if is_patch { 422 } else { 200 };
            let body = Body::from(answer.to_string().into_bytes());
            Ok::<_, Infallible>(Response::builder().status(status).body(body).unwrap())
        }
    });
    let workloads = KubeWorkloads::new();
    workloads.register("e", kube::Client::new(service, "shop"));
    let version = async || workloads.observe(&at()).await.unwrap().view.resource_version;
    assert_eq!(version().await, "9");
    tokio::time::sleep(Duration::from_millis(200)).await;
    written.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(version().await, "9", "the watch is taken for fresh");
    assert_eq!(workloads.act(&at(), &act()).await, Err(ActError::Conflict));
    assert_eq!(version().await, "12");
}

#[tokio::test]
async fn a_busy_server_says_how_long_to_wait() {
    let (workloads, _) = server(|_| (429, &[("retry-after", "7")], json!({"message": "busy"})));
    assert_eq!(
        workloads.act(&at(), &act()).await,
        Err(ActError::Throttled { after_millis: 7_000 })
    );
}

#[tokio::test]
async fn what_was_deleted_is_gone_for_acts_and_looks() {
    let (workloads, _) = server(|_| (404, &[], json!({"message": "not found"})));
    assert_eq!(workloads.act(&at(), &act()).await, Err(ActError::Gone));
    assert_eq!(workloads.observe(&at()).await.unwrap_err().code, "workload-gone");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_leaves_an_act_unknown_and_a_look_unreachable() {
    let service = service_fn(|_: Request<Body>| std::future::pending::<Result<Response<Body>, Infallible>>());
    let workloads = KubeWorkloads::new();
    workloads.register("e", kube::Client::new(service, "shop"));
    assert!(matches!(
        workloads.act(&at(), &act()).await,
        Err(ActError::Unknown { .. })
    ));
    let error = workloads.observe(&at()).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.unreachable),
        ("cluster-timeout", true)
    );
}

#[tokio::test]
async fn an_environment_that_is_not_connected_is_unreachable() {
    let workloads = KubeWorkloads::new();
    assert!(matches!(
        workloads.act(&at(), &act()).await,
        Err(ActError::Unreachable { .. })
    ));
    assert_eq!(
        workloads.observe(&at()).await.unwrap_err().code,
        "environment-unknown"
    );
}

fn deployment() -> Manifest {
    json!({
        "metadata": {"uid": "u1", "generation": 3},
        "spec": {"replicas": 4, "template": {"spec": {"containers": [{"name": "app", "image": "a:2"}]}}},
        "status": {"observedGeneration": 3}
    })
    .into()
}

fn replica_set(uid: &str, image: &str, wanted: u32, desired: &str) -> Manifest {
    json!({
        "metadata": {
            "uid": uid, "labels": {"pod-template-hash": uid},
            "ownerReferences": [{"uid": "u1", "controller": true}],
            "annotations": {"deployment.kubernetes.io/desired-replicas": desired, "deployment.kubernetes.io/revision": image}
        },
        "spec": {"replicas": wanted, "template": {"spec": {"containers": [{"name": "app", "image": format!("a:{image}")}]}}},
        "status": {"replicas": wanted, "readyReplicas": wanted}
    })
    .into()
}

fn pod(name: &str, owner: &str, ready: &str, deleted: bool) -> Value {
    let mut pod = json!({
        "metadata": {"name": name, "ownerReferences": [{"uid": owner, "controller": true}]},
        "status": {"conditions": [{"type": "Ready", "status": ready}]}
    });
    if deleted {
        pod["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    }
    pod
}

#[test]
fn pods_are_counted_by_their_replica_set_and_those_on_their_way_out_are_not() {
    let deployment = deployment();
    let sets = [replica_set("s1", "1", 3, "4"), replica_set("s2", "2", 1, "4")];
    let pods = [
        pod("a", "s1", "True", false),
        pod("b", "s1", "False", false),
        pod("c", "s1", "True", true),
        pod("d", "s2", "True", false),
        pod("e", "somebody-else", "True", false),
    ]
    .map(|pod| Pod::read(&pod));
    let seen = view(&Parts {
        deployment: &deployment,
        replica_sets: sets.iter().collect(),
        pods: Some(pods.iter().collect()),
    });
    let counts: Vec<_> = seen
        .arms
        .iter()
        .map(|arm| (arm.pods, arm.ready, arm.terminating))
        .collect();
    assert_eq!(counts, [(1, 1, 0), (2, 1, 1)], "the newest revision first");
    assert_eq!(seen.arms[0].version, seen.version);
}

#[test]
fn where_pods_may_not_be_read_the_replica_sets_own_counts_do() {
    let deployment = deployment();
    let sets = [replica_set("s2", "2", 4, "4")];
    let seen = view(&Parts {
        deployment: &deployment,
        replica_sets: sets.iter().collect(),
        pods: None,
    });
    assert_eq!((seen.arms[0].pods, seen.arms[0].ready), (4, 4));
}

#[test]
fn in_the_middle_of_scaling_the_controller_is_not_done() {
    let deployment = deployment();
    let sets = [replica_set("s1", "1", 9, "4"), replica_set("s2", "2", 3, "12")];
    let seen = view(&Parts {
        deployment: &deployment,
        replica_sets: sets.iter().collect(),
        pods: None,
    });
    assert!(seen.observed_generation < seen.generation);
}
