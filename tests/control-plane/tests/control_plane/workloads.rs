//! What becomes of Deployments and their pods.

use std::time::Duration;

use control_plane::{Application, ControlPlane, User, annotation};
use k8s_openapi::api::core::v1::Pod;

use crate::ask::*;

pub async fn a_deployment_of_ten_becomes_available(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web")).await;
    let took = cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    println!("10 pods available after {:.2} s", took.as_secs_f64());
    let pods = pods(cluster, &namespace).await;
    assert_eq!(pods.iter().filter(|pod| is_ready(pod)).count(), 10);
}

pub async fn a_changed_image_rolls(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web")).await;
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    cluster
        .deploy(&namespace, &Application::new("web").version("2.0"))
        .await
        .unwrap();
    let took = cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    println!("10 pods rolled in {:.2} s", took.as_secs_f64());
    for pod in pods(cluster, &namespace).await {
        assert_eq!(
            pod.spec.unwrap().containers[0].image.as_deref(),
            Some("registry.test/web:2.0")
        );
    }
}

pub async fn kubectl_undoes_a_rollout(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web").replicas(3)).await;
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    cluster
        .deploy(&namespace, &Application::new("web").replicas(3).version("2.0"))
        .await
        .unwrap();
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    cluster
        .kubectl(
            User::Admin,
            &["-n", &namespace, "rollout", "undo", "deployment/web"],
        )
        .await
        .unwrap();
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    let pods = pods(cluster, &namespace).await;
    assert_eq!(
        pods[0].spec.as_ref().unwrap().containers[0].image.as_deref(),
        Some("registry.test/web:1.0")
    );
}

pub async fn a_quota_refuses_the_pods_above_it(cluster: &ControlPlane) {
    let namespace = cluster.fresh_namespace().await.unwrap();
    cluster
        .kubectl(
            User::Admin,
            &["-n", &namespace, "create", "quota", "few", "--hard=pods=3"],
        )
        .await
        .unwrap();
    let counted = [
        "-n",
        &namespace,
        "get",
        "quota",
        "few",
        "-o",
        "jsonpath={.status.hard.pods}",
    ];
    eventually("the quota is counted", || async {
        cluster
            .kubectl(User::Admin, &counted)
            .await
            .ok()
            .filter(|hard| hard == "3")
    })
    .await;
    cluster
        .deploy(&namespace, &Application::new("web").replicas(5))
        .await
        .unwrap();
    let api = deployments(&cluster.client(User::Admin).await.unwrap(), &namespace);
    let message = eventually("the refusal is in the status", || async {
        let status = api.get("web").await.ok()?.status?;
        status
            .conditions?
            .into_iter()
            .find(|one| one.type_ == "ReplicaFailure")?
            .message
    })
    .await;
    assert!(message.contains("exceeded quota"), "{message}");
    assert_eq!(pods(cluster, &namespace).await.len(), 3);
}

pub async fn a_pod_that_is_never_ready_runs_and_becomes_ready_when_allowed(cluster: &ControlPlane) {
    let application = Application::new("web")
        .replicas(2)
        .annotate(annotation::NEVER_READY, "true");
    let namespace = deployed(cluster, application).await;
    eventually("the pods run", || async {
        let pods = pods(cluster, &namespace).await;
        let running = |pod: &Pod| {
            pod.status
                .as_ref()
                .is_some_and(|status| status.phase.as_deref() == Some("Running"))
        };
        (pods.len() == 2 && pods.iter().all(running)).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!pods(cluster, &namespace).await.iter().any(is_ready));
    let allow = format!("{}-", annotation::NEVER_READY);
    cluster
        .kubectl(
            User::Admin,
            &["-n", &namespace, "annotate", "pods", "--all", &allow],
        )
        .await
        .unwrap();
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
}

pub async fn a_pod_becomes_ready_after_its_delay(cluster: &ControlPlane) {
    let application = Application::new("web")
        .replicas(2)
        .annotate(annotation::READY_AFTER, "2s");
    let namespace = deployed(cluster, application).await;
    let took = cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    assert!(took > Duration::from_millis(1_500), "{took:?}");
}

pub async fn a_crashing_pod_restarts_and_says_why(cluster: &ControlPlane) {
    let application = Application::new("web")
        .replicas(1)
        .annotate(annotation::CRASH, "OOMKilled")
        .annotate(annotation::RESTART_AFTER, "300ms");
    let namespace = deployed(cluster, application).await;
    let container = eventually("two restarts", || async {
        let pod = pods(cluster, &namespace).await.into_iter().next()?;
        assert!(!is_ready(&pod));
        let container = pod.status?.container_statuses?.into_iter().next()?;
        (container.restart_count >= 2).then_some(container)
    })
    .await;
    let ended = container.last_state.unwrap().terminated.unwrap();
    assert_eq!(
        (ended.reason.as_deref(), ended.exit_code),
        (Some("OOMKilled"), 137)
    );
    let waiting = container.state.unwrap().waiting.unwrap();
    assert_eq!(waiting.reason.as_deref(), Some("CrashLoopBackOff"));

    // One that crashes later is Ready in between, and keeps the count and the reason.
    let later = Application::new("later")
        .replicas(1)
        .annotate(annotation::CRASH, "Error")
        .annotate(annotation::CRASH_AFTER, "300ms")
        .annotate(annotation::RESTART_AFTER, "300ms");
    let namespace = deployed(cluster, later).await;
    let container = eventually("Ready again after a restart", || async {
        let pod = pods(cluster, &namespace)
            .await
            .into_iter()
            .next()
            .filter(is_ready)?;
        let container = pod.status?.container_statuses?.into_iter().next()?;
        (container.restart_count >= 2).then_some(container)
    })
    .await;
    assert_eq!(container.last_state.unwrap().terminated.unwrap().exit_code, 1);
}

pub async fn a_pod_without_its_image_waits(cluster: &ControlPlane) {
    let application = Application::new("web")
        .replicas(1)
        .annotate(annotation::WAITING, "ImagePullBackOff");
    let namespace = deployed(cluster, application).await;
    let reason = eventually("the container waits", || async {
        let status = pods(cluster, &namespace).await.into_iter().next()?.status?;
        assert_eq!(status.phase.as_deref(), Some("Pending"));
        status
            .container_statuses?
            .into_iter()
            .next()?
            .state?
            .waiting?
            .reason
    })
    .await;
    assert_eq!(reason, "ImagePullBackOff");
}

pub async fn many_applications_are_deployed_at_once(cluster: &ControlPlane) {
    let took = cluster.deploy_many(2, 10, 5, LONG).await.unwrap();
    println!("20 applications with 100 pods in {:.2} s", took.as_secs_f64());
    assert_eq!(pods(cluster, "scale-1").await.len(), 50);
}
