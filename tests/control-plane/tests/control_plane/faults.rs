//! Parts that hang, die and forget, and lines that break.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::pin::pin;
use std::time::{Duration, Instant};

use control_plane::{Application, ControlPlane, Options, Part, User};
use futures::TryStreamExt;
use kube::Client;
use kube::api::{ListParams, WatchEvent, WatchParams};

use crate::ask::*;

pub async fn a_hung_api_server_answers_nothing_and_then_goes_on(cluster: &ControlPlane) {
    let api = deployments(&cluster.client(User::Admin).await.unwrap(), "default");
    api.list(&ListParams::default()).await.unwrap();
    cluster.hang(Part::ApiServer).unwrap();
    let parameters = ListParams::default();
    let reply = tokio::time::timeout(Duration::from_secs(2), api.list(&parameters)).await;
    cluster.resume(Part::ApiServer).unwrap();
    assert!(reply.is_err(), "it answered: {reply:?}");
    api.list(&ListParams::default()).await.unwrap();
}

pub async fn a_killed_api_server_refuses_and_comes_back_with_its_state(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web").replicas(2)).await;
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    cluster.kill(Part::ApiServer);
    let api = deployments(&cluster.client(User::Admin).await.unwrap(), &namespace);
    assert!(matches!(
        api.get("web").await,
        Err(kube::Error::HyperError(_) | kube::Error::Service(_))
    ));
    let started = Instant::now();
    cluster.restart(Part::ApiServer).await.unwrap();
    println!("API server back after {:.2} s", started.elapsed().as_secs_f64());
    assert_eq!(api.get("web").await.unwrap().spec.unwrap().replicas, Some(2));
    // The controllers come back too: their watches were cut.
    cluster
        .deploy(&namespace, &Application::new("web").replicas(2).version("2.0"))
        .await
        .unwrap();
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
}

pub async fn expired_history_ends_old_watches_with_410(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web").replicas(1)).await;
    let client = cluster.client(User::Admin).await.unwrap();
    let before = deployments(&client, &namespace)
        .list(&ListParams::default())
        .await
        .unwrap();
    let version = before.metadata.resource_version.unwrap();
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    let first = async || {
        let events = deployments(&client, &namespace)
            .watch(&WatchParams::default(), &version)
            .await
            .unwrap();
        pin!(events).try_next().await
    };
    assert!(matches!(first().await, Ok(Some(WatchEvent::Modified(_)))));
    cluster.expire_history().await.unwrap();
    match first().await {
        Ok(Some(WatchEvent::Error(status))) => assert_eq!(status.code, 410),
        other => assert_eq!(refusal(other), 410),
    }
}

pub async fn a_cut_line_breaks_one_client_and_no_other(cluster: &ControlPlane) {
    let wire = cluster.wire().await.unwrap();
    let parsed = kube::config::Kubeconfig::from_yaml(&wire.kubeconfig(User::Admin)).unwrap();
    let config = kube::Config::from_custom_kubeconfig(parsed, &Default::default())
        .await
        .unwrap();
    let behind = deployments(&Client::try_from(config).unwrap(), "default");
    let beside = deployments(&cluster.client(User::Admin).await.unwrap(), "default");
    let parameters = ListParams::default();
    let answers = async || tokio::time::timeout(Duration::from_secs(1), behind.list(&parameters)).await;
    assert!(answers().await.unwrap().is_ok());
    wire.stall();
    assert!(answers().await.is_err(), "a stalled line answered");
    wire.restore();
    assert!(answers().await.unwrap().is_ok());
    wire.cut();
    assert!(answers().await.unwrap().is_err(), "a cut line answered");
    assert!(beside.list(&parameters).await.is_ok());
    wire.restore();
    assert!(answers().await.unwrap().is_ok());
    let watched = behind.watch(&WatchParams::default(), "0").await.unwrap();
    wire.drop_connections();
    let end = tokio::time::timeout(Duration::from_secs(2), watched.try_collect::<Vec<_>>()).await;
    assert!(end.is_ok(), "the watch went on");
    assert!(answers().await.unwrap().is_ok());
}

pub async fn a_hung_controller_manager_rolls_nothing(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web").replicas(1)).await;
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    cluster.hang(Part::ControllerManager).unwrap();
    cluster
        .deploy(&namespace, &Application::new("web").replicas(1).version("2.0"))
        .await
        .unwrap();
    let held = cluster
        .wait_rolled_out(&namespace, "web", Duration::from_secs(2))
        .await;
    cluster.resume(Part::ControllerManager).unwrap();
    assert_eq!(held.unwrap_err().code, "control-plane/not-rolled-out");
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
}

/// Set in the environment of a second process of this test, which is there to be killed.
pub const VICTIM: &str = "CONTROL_PLANE_VICTIM";

/// Starts a control plane, tells the process ids of its parts, and never ends.
pub fn wait_to_be_killed() -> ! {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cluster = runtime
        .block_on(ControlPlane::start(Options::default().without_traffic()))
        .unwrap();
    let pids = [Part::Etcd, Part::ApiServer, Part::ControllerManager, Part::Kwok]
        .map(|part| cluster.pid(part).unwrap());
    println!("{pids:?}");
    loop {
        std::thread::park();
    }
}

pub async fn nothing_outlives_the_process_that_started_it(_: &ControlPlane) {
    let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
        .env(VICTIM, "1")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(victim.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let parts: Vec<u32> = serde_json::from_str(&line).unwrap();
    let running = || {
        parts
            .iter()
            .filter(|pid| Path::new("/proc").join(pid.to_string()).exists())
            .count()
    };
    assert_eq!(running(), 4);
    victim.kill().unwrap();
    victim.wait().unwrap();
    eventually("the parts end", || async { (running() == 0).then_some(()) }).await;
}
