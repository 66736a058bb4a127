//! The practice clusters through `kube`, as the app uses them.

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{Namespace, Node, Pod, Service};
use kube::api::{Api, ListParams, PartialObjectMeta, Patch, PatchParams};
use kube::runtime::{WatchStreamExt, watcher};
use practice::{Environment, Fault, Options, Practice, User};
use serde_json::json;
use std::time::Duration;

fn manual() -> Practice {
    Practice::start(Options {
        manual: true,
        history: Duration::from_secs(200),
        ..Options::default()
    })
}

#[tokio::test]
async fn a_client_finds_six_applications_in_each_environment_and_production_is_behind() {
    let practice = manual();
    let mut images = Vec::new();
    for environment in Environment::ALL {
        let client = practice.client(environment, User::Admin);
        assert_eq!(client.apiserver_version().await.unwrap().git_version, "v1.36.3");
        let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
        let list = deployments.list(&ListParams::default()).await.unwrap();
        assert_eq!(list.items.len(), 6);
        for deployment in &list.items {
            let status = deployment.status.clone().unwrap();
            assert_eq!(
                status.available_replicas,
                deployment.spec.clone().unwrap().replicas
            );
        }
        let checkout = deployments.get("checkout").await.unwrap();
        images.push(
            checkout.spec.unwrap().template.spec.unwrap().containers[0]
                .image
                .clone()
                .unwrap(),
        );
        let services: Api<Service> = Api::all(client.clone());
        assert!(services.list(&ListParams::default()).await.unwrap().items.len() >= 6);
        let nodes: Api<Node> = Api::all(client.clone());
        assert_eq!(nodes.list(&ListParams::default()).await.unwrap().items.len(), 3);
        let sets: Api<ReplicaSet> = Api::default_namespaced(client);
        assert_eq!(sets.list(&ListParams::default()).await.unwrap().items.len(), 12);
    }
    images.dedup();
    assert_eq!(images.len(), 3, "{images:?}");
}

#[tokio::test]
async fn discovery_answers_both_forms() {
    let practice = manual();
    let client = practice.client(Environment::Dev, User::Admin);
    for discovery in [
        kube::Discovery::new(client.clone()).run().await.unwrap(),
        kube::Discovery::new(client.clone())
            .run_aggregated()
            .await
            .unwrap(),
    ] {
        let names: Vec<String> = discovery
            .groups()
            .flat_map(|group| group.recommended_resources())
            .map(|(resource, _)| resource.plural)
            .collect();
        assert!(names.contains(&"deployments".to_owned()), "{names:?}");
        assert!(names.contains(&"pods".to_owned()), "{names:?}");
    }
}

#[tokio::test]
async fn a_watcher_sees_a_rollout_and_survives_a_drop_and_a_compaction() {
    let practice = manual();
    let client = practice.client(Environment::Dev, User::Admin);
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    let deployments: Api<Deployment> = Api::default_namespaced(client);
    let config = watcher::Config::default().labels("app.kubernetes.io/name=checkout");
    let mut stream = watcher(pods, config).default_backoff().applied_objects().boxed();
    let first = stream.try_next().await.unwrap().unwrap();
    assert!(first.metadata.name.unwrap().starts_with("checkout-"));
    stream.try_next().await.unwrap().unwrap();

    let patch = json!({"spec": {"template": {"metadata": {"annotations": {"changed": "1"}}}}});
    deployments
        .patch("checkout", &PatchParams::apply("ci"), &Patch::Merge(&patch))
        .await
        .unwrap();
    practice.advance_by(Duration::from_secs(10));
    let seen = stream.try_next().await.unwrap().unwrap();
    assert_eq!(
        seen.metadata
            .annotations
            .unwrap()
            .get("changed")
            .map(String::as_str),
        Some("1")
    );

    practice.with_world(Environment::Dev, |world| {
        world.compact();
        world.drop_watches();
    });
    practice.advance_by(Duration::from_secs(30));
    // A new list follows; errors on the way are the watcher's business.
    let mut ready = false;
    for _ in 0..40 {
        let pod = tokio::time::timeout(Duration::from_secs(5), stream.next())
            .await
            .unwrap()
            .unwrap();
        if pod.is_ok_and(|pod| pod.status.is_some_and(|status| status.pod_ip.is_some())) {
            ready = true;
            break;
        }
    }
    assert!(ready);
}

#[tokio::test]
async fn metadata_can_be_listed_and_watched_alone() {
    let practice = manual();
    let client = practice.client(Environment::Production, User::Viewer);
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    let list = pods.list_metadata(&ListParams::default().limit(5)).await.unwrap();
    assert_eq!(list.items.len(), 5);
    let token = list.metadata.continue_.unwrap();
    let rest = pods
        .list_metadata(&ListParams::default().continue_token(&token))
        .await
        .unwrap();
    assert_eq!(rest.items.len(), 40 - 5);
    let pods: Api<PartialObjectMeta<Pod>> = Api::default_namespaced(client);
    let mut stream = watcher(pods, watcher::Config::default())
        .applied_objects()
        .boxed();
    let one: PartialObjectMeta<Pod> = stream.try_next().await.unwrap().unwrap();
    assert!(one.metadata.labels.unwrap().contains_key("pod-template-hash"));
}

#[tokio::test]
async fn a_viewer_is_told_no_in_the_servers_words() {
    let practice = manual();
    let client = practice.client(Environment::Production, User::Viewer);
    let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
    let patch = json!({"spec": {"paused": true}});
    let error = deployments
        .patch("checkout", &PatchParams::default(), &Patch::Merge(&patch))
        .await
        .unwrap_err();
    let kube::Error::Api(status) = error else {
        panic!("{error}")
    };
    assert_eq!((status.code, status.reason.as_str()), (403, "Forbidden"));
    assert_eq!(
        status.message,
        "deployments.apps \"checkout\" is forbidden: User \"viewer\" cannot patch resource \"deployments\" in API group \
         \"apps\" in the namespace \"shop\""
    );
    let namespaces: Api<Namespace> = Api::all(client);
    assert!(namespaces.list(&ListParams::default()).await.is_ok());
}

#[tokio::test]
async fn injected_failures_reach_the_client_and_a_hang_lasts() {
    let practice = manual();
    let client = practice.client(Environment::Dev, User::Admin);
    let pods: Api<Pod> = Api::default_namespaced(client);
    practice.with_world(Environment::Dev, |world| {
        world.fail_next(Fault::Status(503), 1, None)
    });
    assert!(
        matches!(pods.list(&ListParams::default()).await, Err(kube::Error::Api(status)) if status.code == 503)
    );
    practice.with_world(Environment::Dev, |world| world.fail_next(Fault::Refuse, 1, None));
    assert!(matches!(
        pods.list(&ListParams::default()).await,
        Err(kube::Error::Service(_))
    ));
    practice.with_world(Environment::Dev, |world| world.fail_next(Fault::Hang, 1, None));
    let hung = tokio::time::timeout(Duration::from_millis(100), pods.list(&ListParams::default())).await;
    assert!(hung.is_err());
    assert!(pods.list(&ListParams::default()).await.is_ok());
}

#[tokio::test]
async fn time_runs_at_the_speed_asked_for_and_stops_when_stopped() {
    let practice = Practice::start(Options {
        acceleration: 100.0,
        history: Duration::from_secs(200),
        ..Options::default()
    });
    let client = practice.client(Environment::Dev, User::Admin);
    let before = practice.elapsed();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(practice.elapsed() >= before + Duration::from_secs(10));
    practice.set_acceleration(0.0);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let stood = practice.elapsed();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(practice.elapsed(), stood);
    practice.stop().await;
    let pods: Api<Pod> = Api::default_namespaced(client);
    assert!(pods.list(&ListParams::default()).await.is_err());
}
