//! Questions that several tests ask.

use std::time::{Duration, Instant};

use control_plane::{Application, ControlPlane, User};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::{Api, Client};

pub const LONG: Duration = Duration::from_secs(30);

pub async fn deployed(cluster: &ControlPlane, application: Application) -> String {
    let namespace = cluster.fresh_namespace().await.unwrap();
    cluster.deploy(&namespace, &application).await.unwrap();
    namespace
}

pub fn deployments(client: &Client, namespace: &str) -> Api<Deployment> {
    Api::namespaced(client.clone(), namespace)
}

pub async fn pods(cluster: &ControlPlane, namespace: &str) -> Vec<Pod> {
    let client = cluster.client(User::Admin).await.unwrap();
    Api::namespaced(client, namespace)
        .list(&ListParams::default())
        .await
        .unwrap()
        .items
}

pub fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    conditions.is_some_and(|all| all.iter().any(|one| one.type_ == "Ready" && one.status == "True"))
}

/// Asks every 50 ms until the answer is something.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < LONG, "{what}: not within {LONG:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub fn refusal<T>(reply: kube::Result<T>) -> u16 {
    match reply {
        Err(kube::Error::Api(status)) => status.code,
        Err(other) => panic!("not an answer of the API server: {other}"),
        Ok(_) => panic!("it was allowed"),
    }
}
