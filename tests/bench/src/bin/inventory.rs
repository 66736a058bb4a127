//! `cargo xtask bench inventory`: a large cluster (1,000 Deployments, 20,000 pods) until everything of it is known, the most
//! memory that took, and one changed pod until it is seen; beside `kubectl get deploy,rs,pods -A -o json` and, as the floor, the
//! bare transfer of the same objects' metadata.
//!
//! Each contestant is a process of its own, so that its memory is its own, and they take turns. Arguments: rounds, namespaces,
//! Deployments in each, pods of each.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a program that measures")]

use bench::contestant::{self, Finished};
use bench::figures::{Samples, ratio};
use bench::memory;
use cluster::inventory::Inventory;
use control_plane::{ControlPlane, Options, User};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Rounds, namespaces, Deployments in each, pods of each.
const SIZES: [usize; 4] = [3, 20, 50, 20];
const MEBIBYTE: u64 = 1 << 20;
const OURS: &str = "--inventory";
const FLOOR: &str = "--floor";
/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(120);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = || tokio::runtime::Runtime::new().expect("a runtime");
    match arguments.first().map(String::as_str) {
        Some(OURS) => {
            let wanted = arguments.get(3).and_then(|text| text.parse().ok()).unwrap_or(0);
            runtime().block_on(follow(&arguments, wanted));
        }
        Some(FLOOR) => runtime().block_on(transfer(&arguments)),
        _ => {
            control_plane::enter_namespace();
            let mut sizes = SIZES;
            for (size, text) in sizes.iter_mut().zip(&arguments) {
                *size = text.parse().expect("a number");
            }
            runtime().block_on(run(sizes));
        }
    }
}

async fn run([rounds, namespaces, deployments, replicas]: [usize; 4]) {
    let plane = ControlPlane::start(Options::default().without_traffic())
        .await
        .expect("a control plane");
    let pods = namespaces * deployments * replicas;
    println!(
        "{} Deployments with {pods} pods are made …",
        namespaces * deployments
    );
    let replicas = i32::try_from(replicas).expect("a number of pods");
    let limit = Duration::from_secs(900);
    let took = plane
        .deploy_many(namespaces, deployments, replicas, limit)
        .await
        .expect("all pods are available");
    println!("… after {:.0} s", took.as_secs_f64());
    let kubeconfig = plane.kubeconfig_file(User::Admin).expect("a kubeconfig");
    let mut figures = Figures::default();
    for number in 1..=rounds {
        let floor = ask_child(FLOOR, &kubeconfig, plane.context(), pods);
        figures.floor.push(duration(&floor["ms"]));
        let ours = ask_child(OURS, &kubeconfig, plane.context(), pods);
        figures.complete.push(duration(&ours["completeMs"]));
        figures.change.push(duration(&ours["changeMs"]));
        figures.peak_bytes.push(ours["peakBytes"].as_u64().unwrap_or(0));
        let mut kubectl = plane.kubectl_command(User::Admin).expect("kubectl");
        kubectl.args(["get", "deploy,rs,pods", "-A", "-o", "json"]);
        let Finished {
            took,
            peak_bytes,
            bytes,
            ..
        } = contestant::measure(&mut kubectl, false);
        figures.kubectl.push(took);
        figures.kubectl_peak_bytes.push(peak_bytes);
        println!(
            "round {number} of {rounds}: kubectl printed {} MiB",
            bytes / MEBIBYTE as usize
        );
    }
    figures.report(pods);
}

fn duration(milliseconds: &Value) -> Duration {
    Duration::from_secs_f64(milliseconds.as_f64().expect("a number") / 1_000.0)
}

/// Runs this program as a contestant and reads the one line that it prints.
fn ask_child(what: &str, kubeconfig: &Path, context: &str, pods: usize) -> Value {
    let mut command = std::process::Command::new(std::env::current_exe().expect("this program"));
    command
        .arg(what)
        .arg(kubeconfig)
        .arg(context)
        .arg(pods.to_string());
    let finished = contestant::measure(&mut command, true);
    serde_json::from_str(finished.said.trim()).expect("one line of JSON")
}

async fn client(arguments: &[String]) -> Client {
    let path: PathBuf = arguments.get(1).expect("a kubeconfig").into();
    let options = KubeConfigOptions {
        context: arguments.get(2).cloned(),
        ..KubeConfigOptions::default()
    };
    let kubeconfig = Kubeconfig::read_from(path).expect("a kubeconfig");
    let config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .expect("a connection");
    Client::try_from(config).expect("a client")
}

/// What Slipway does: follow everything until all of it is known; then one pod is taken away.
async fn follow(arguments: &[String], pods: usize) {
    let client = client(arguments).await;
    let begun = Instant::now();
    let inventory = Inventory::follow("bench", &client, &[], true);
    let mut changes = inventory.changes();
    loop {
        changes.borrow_and_update();
        if inventory.pods() >= pods && !inventory.state().loading {
            break;
        }
        assert!(
            begun.elapsed() < LIMIT,
            "{} of {pods} pods are known",
            inventory.pods()
        );
        let _ = tokio::time::timeout(Duration::from_millis(50), changes.changed()).await;
    }
    let complete = begun.elapsed();
    let change = one_pod_less(&client, &inventory).await;
    let peak = memory::peak_of_this_process();
    println!(
        "{}",
        json!({ "completeMs": millis(complete), "changeMs": millis(change), "peakBytes": peak })
    );
}

/// From the request to delete a pod until the inventory knows it no longer.
async fn one_pod_less(client: &Client, inventory: &Inventory) -> Duration {
    let path = "/api/v1/namespaces/scale-0/pods";
    let get = http::Request::get(format!("{path}?limit=1"))
        .body(Vec::new())
        .expect("a request");
    let list: Value = client.request(get).await.expect("a pod");
    let metadata = &list["items"][0]["metadata"];
    let (name, uid) = (&metadata["name"], &metadata["uid"]);
    let (name, uid) = (name.as_str().expect("its name"), uid.as_str().expect("its uid"));
    let mut changes = inventory.changes();
    changes.borrow_and_update();
    let delete = http::Request::delete(format!("{path}/{name}?gracePeriodSeconds=0"))
        .body(Vec::new())
        .expect("a request");
    // The watch may be faster than the answer to the request itself, so the time begins with the request.
    let begun = Instant::now();
    let _: Value = client.request(delete).await.expect("deleted");
    while inventory.knows_pod(uid) {
        assert!(begun.elapsed() < LIMIT, "{name} is still known");
        let _ = tokio::time::timeout(Duration::from_millis(50), changes.changed()).await;
    }
    begun.elapsed()
}

/// The floor: the metadata of the same objects, fetched and thrown away.
async fn transfer(arguments: &[String]) {
    let client = client(arguments).await;
    let begun = Instant::now();
    let lists = [
        "/apis/apps/v1/deployments",
        "/apis/apps/v1/replicasets",
        "/api/v1/pods",
    ]
    .map(|path| {
        let get = http::Request::get(path)
            .header(
                "accept",
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            )
            .body(Vec::new())
            .expect("a request");
        client.request_text(get)
    });
    let mut bytes = 0;
    for list in futures::future::join_all(lists).await {
        bytes += list.expect("a list").len();
    }
    println!("{}", json!({ "ms": millis(begun.elapsed()), "bytes": bytes }));
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

#[derive(Default)]
struct Figures {
    complete: Samples,
    change: Samples,
    peak_bytes: Vec<u64>,
    kubectl: Samples,
    kubectl_peak_bytes: Vec<u64>,
    floor: Samples,
}

impl Figures {
    fn report(&self, pods: usize) {
        println!("\n{pods} pods\n");
        self.complete
            .show("Slipway, until every Deployment, ReplicaSet and pod is known");
        self.kubectl.show("kubectl get deploy,rs,pods -A -o json");
        self.floor
            .show("the floor: metadata of the same objects, transferred only");
        self.change
            .show("Slipway, one pod less, from the request to delete it until seen");
        let (ours, theirs) = (median(&self.peak_bytes), median(&self.kubectl_peak_bytes));
        println!(
            "peak of resident memory: Slipway {} MiB, kubectl {} MiB",
            ours / MEBIBYTE,
            theirs / MEBIBYTE
        );
        let memory = (ours as f64 / theirs as f64 * 1_000.0).round() / 1_000.0;
        let result = json!({
            "bench": "inventory",
            "pods": pods,
            "slipway": self.complete.json(),
            "slipway_change": self.change.json(),
            "slipway_peak_bytes": self.peak_bytes,
            "kubectl": self.kubectl.json(),
            "kubectl_peak_bytes": self.kubectl_peak_bytes,
            "floor": self.floor.json(),
            "ratio_time_to_kubectl": ratio(&self.complete, &self.kubectl),
            "ratio_rss_to_kubectl": memory,
            "ratio_time_to_floor": ratio(&self.complete, &self.floor),
        });
        println!("{result}");
    }
}

fn median(bytes: &[u64]) -> u64 {
    let mut sorted = bytes.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}
