//! Who may do what.

use control_plane::{Application, ControlPlane, RELEASER_NAMESPACE, User};
use kube::Client;
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::json;

use crate::ask::*;

pub async fn the_viewer_may_read_and_not_write(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web").replicas(1)).await;
    let api = deployments(&cluster.client(User::Viewer).await.unwrap(), &namespace);
    assert!(api.get("web").await.is_ok());
    assert_eq!(
        refusal(api.patch("web", &PatchParams::default(), &scaled(3)).await),
        403
    );
}

pub async fn the_releaser_may_write_in_its_namespace_only(cluster: &ControlPlane) {
    let client = cluster.client(User::Releaser).await.unwrap();
    cluster
        .deploy(RELEASER_NAMESPACE, &Application::new("web").replicas(1))
        .await
        .unwrap();
    let own = deployments(&client, RELEASER_NAMESPACE);
    own.patch("web", &PatchParams::default(), &scaled(2))
        .await
        .unwrap();
    let elsewhere = cluster.fresh_namespace().await.unwrap();
    assert_eq!(
        refusal(
            deployments(&client, &elsewhere)
                .list(&ListParams::default())
                .await
        ),
        403
    );
    cluster.grant_release(&elsewhere).await.unwrap();
    let granted = || async {
        deployments(&client, &elsewhere)
            .list(&ListParams::default())
            .await
            .ok()
    };
    eventually("the grant is seen", granted).await;
}

pub async fn an_expired_certificate_is_not_let_in(cluster: &ControlPlane) {
    let reply = async |expired| {
        let text = cluster.kubeconfig_with_certificate(User::Admin, expired).unwrap();
        let parsed = kube::config::Kubeconfig::from_yaml(&text).unwrap();
        let config = kube::Config::from_custom_kubeconfig(parsed, &Default::default())
            .await
            .unwrap();
        deployments(&Client::try_from(config).unwrap(), "default")
            .list(&ListParams::default())
            .await
    };
    assert!(reply(false).await.is_ok());
    assert_eq!(refusal(reply(true).await), 401);
}

fn scaled(replicas: i32) -> Patch<serde_json::Value> {
    Patch::Merge(json!({"spec": {"replicas": replicas}}))
}
