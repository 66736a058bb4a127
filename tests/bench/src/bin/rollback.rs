//! `cargo xtask bench rollback`: one click's way to the API server's acceptance, durable intent included, beside a raw PATCH
//! with the same body on an open connection and `kubectl rollout undo`; and until the old version serves everything.
//!
//! All three take turns on one real control plane, each on a Deployment of ten pods. Slipway's and the raw one stand in a hold at
//! 50 %. kubectl cannot go back from a hold (its undo leaves the hold's settings, and the controller then waits for pods to be
//! available for a year), so it and Slipway are also compared from a completed update, where ten old pods must start.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a program that measures")]

use bench::figures::{Samples, ratio};
use bench::held::Held;
use bench::pods::Pods;
use bench::window::Window;
use control_plane::{Application, ControlPlane, Options, User};
use kube::Client;
use release::Share;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Runs of each, unless the first argument says otherwise.
const RUNS: usize = 30;
const PODS: usize = 10;
/// The three Deployments.
const OURS: &str = "ours";
const RAW: &str = "raw";
const KUBECTL: &str = "undone";

fn main() {
    control_plane::enter_namespace();
    let runs = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(RUNS);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(runs));
}

#[derive(Default)]
struct Figures {
    click: Samples,
    click_serving: Samples,
    raw: Samples,
    completed_click: Samples,
    completed_click_serving: Samples,
    kubectl: Samples,
    kubectl_serving: Samples,
    kubectl_start: Samples,
}

async fn run(runs: usize) {
    let plane = ControlPlane::start(Options::default().without_traffic())
        .await
        .expect("a control plane");
    let namespace = plane.fresh_namespace().await.expect("a namespace");
    for name in [OURS, RAW, KUBECTL] {
        let application = Application::new(name).replicas(10);
        plane.deploy(&namespace, &application).await.expect("deployed");
    }
    for name in [OURS, RAW, KUBECTL] {
        let limit = Duration::from_secs(60);
        plane
            .wait_rolled_out(&namespace, name, limit)
            .await
            .expect("rolled out");
    }
    // Beside the control plane's own data: on the disk that `target` is on.
    let folder = plane.folder().join("slipway");
    std::fs::create_dir_all(&folder).expect("a folder");
    let kubeconfig = plane.kubeconfig_file(User::Admin).expect("a kubeconfig");
    let namespaces = [namespace.clone()];
    let window = Window::open(&folder, &kubeconfig, plane.context(), &namespaces).await;
    let mut bench = Bench {
        application: window.application(OURS).await,
        window,
        raw_client: plane.client(User::Admin).await.expect("a client"),
        held: Held::new(
            plane.client(User::Admin).await.expect("a client"),
            &namespace,
            RAW,
        ),
        pods: Pods::of(plane.client(User::Admin).await.expect("a client"), &namespace),
        plane: Arc::new(plane),
        namespace,
        figures: Figures::default(),
    };
    // One round that is not counted: caches, connections, the second ReplicaSets.
    bench.round().await;
    bench.figures = Figures::default();
    for number in 1..=runs {
        bench.round().await;
        if number % 10 == 0 {
            println!("{number} of {runs} rounds");
        }
    }
    report(&bench.figures, runs, &file_system(&folder));
    bench.window.close().await;
}

struct Bench {
    plane: Arc<ControlPlane>,
    namespace: String,
    window: Window,
    application: String,
    held: Held,
    raw_client: Client,
    pods: Pods,
    figures: Figures,
}

impl Bench {
    async fn round(&mut self) {
        self.click_from_half().await;
        self.raw_patch_from_half().await;
        self.click_from_completed().await;
        self.undo().await;
    }

    async fn click_from_half(&mut self) {
        let image = image(OURS, "2.0");
        let release = self
            .window
            .release_to(&self.application, &image, 50.0, 50.0)
            .await;
        settle().await;
        let begun = Instant::now();
        self.window.roll_back(&release).await;
        self.figures.click.push(begun.elapsed());
        let serving = self.pods.until(begun, OURS, "1.0", PODS, 0).await;
        self.figures.click_serving.push(serving);
        self.window.reaches(&release, "rolledBack").await;
    }

    async fn raw_patch_from_half(&mut self) {
        let half = Share::from_percent(50.0);
        let (walk, act) = self.held.rollback_from(&image(RAW, "2.0"), half, half).await;
        let path = format!("/apis/apps/v1/namespaces/{}/deployments/{RAW}", self.namespace);
        // The connection is open and was used a moment ago, as Slipway's is by its watches.
        let get = http::Request::get(&path).body(Vec::new()).expect("a request");
        self.raw_client.request_text(get).await.expect("an answer");
        settle().await;
        let body = act.patch.to_string();
        let begun = Instant::now();
        let patch = http::Request::patch(format!("{path}?fieldManager=slipway"))
            .header("content-type", "application/json-patch+json")
            .header("accept", "application/json")
            .body(body.into_bytes())
            .expect("a request");
        let answer = self.raw_client.request_text(patch).await.expect("accepted");
        self.figures.raw.push(begun.elapsed());
        assert!(answer.contains("\"generation\""), "{answer}");
        self.held.finish(walk, &act).await;
    }

    async fn click_from_completed(&mut self) {
        let image = image(OURS, "2.0");
        let release = self
            .window
            .release_to(&self.application, &image, 50.0, 50.0)
            .await;
        self.window.promote(&release).await;
        self.pods.until(Instant::now(), OURS, "2.0", PODS, 0).await;
        settle().await;
        let begun = Instant::now();
        self.window.roll_back(&release).await;
        self.figures.completed_click.push(begun.elapsed());
        let serving = self.pods.until(begun, OURS, "1.0", PODS, 0).await;
        self.figures.completed_click_serving.push(serving);
        self.window.reaches(&release, "rolledBack").await;
    }

    async fn undo(&mut self) {
        let application = Application::new(KUBECTL).replicas(10).version("2.0");
        self.plane
            .deploy(&self.namespace, &application)
            .await
            .expect("deployed");
        self.pods.until(Instant::now(), KUBECTL, "2.0", PODS, 0).await;
        settle().await;
        let begun = Instant::now();
        let deployment = format!("deployment/{KUBECTL}");
        self.plane
            .kubectl(
                User::Admin,
                &["rollout", "undo", "-n", &self.namespace, &deployment],
            )
            .await
            .expect("undone");
        self.figures.kubectl.push(begun.elapsed());
        let serving = self.pods.until(begun, KUBECTL, "1.0", PODS, 0).await;
        self.figures.kubectl_serving.push(serving);
        let begun = Instant::now();
        self.plane
            .kubectl(User::Admin, &["version", "--client"])
            .await
            .expect("a version");
        self.figures.kubectl_start.push(begun.elapsed());
    }
}

/// What the last step started has come to rest.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

fn image(name: &str, version: &str) -> String {
    format!("registry.test/{name}:{version}")
}

fn file_system(folder: &Path) -> String {
    let output = std::process::Command::new("stat")
        .args(["--file-system", "--format=%T"])
        .arg(folder)
        .output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn report(figures: &Figures, runs: usize, file_system: &str) {
    println!("\n{PODS} pods, {runs} runs of each in turn; the record is on {file_system}\n");
    figures
        .click
        .show("Slipway, one click at 50 %, until accepted, intent durable");
    figures
        .raw
        .show("raw PATCH, same body, open connection, until accepted");
    figures.kubectl.show("kubectl rollout undo, until it returned");
    figures
        .kubectl_start
        .show("  of which its process and nothing else (kubectl version --client)");
    figures
        .completed_click
        .show("Slipway, one click after completion, until accepted");
    println!();
    figures
        .click_serving
        .show("Slipway at 50 %, until the old version serves everything");
    figures
        .completed_click_serving
        .show("Slipway after completion, until the old version serves everything");
    figures
        .kubectl_serving
        .show("kubectl after completion, until the old version serves everything");
    let to_raw = ratio(&figures.click, &figures.raw);
    let to_kubectl = ratio(&figures.click, &figures.kubectl);
    println!(
        "\n{to_raw} × the raw PATCH, {to_kubectl} × kubectl ({:.0} % of kubectl's time is its process's start)",
        ratio(&figures.kubectl_start, &figures.kubectl) * 100.0
    );
    let result: Value = json!({
        "bench": "rollback",
        "runs": runs,
        "pods": PODS,
        "file_system": file_system,
        "slipway": figures.click.json(),
        "raw_patch": figures.raw.json(),
        "kubectl_rollout_undo": figures.kubectl.json(),
        "kubectl_process": figures.kubectl_start.json(),
        "slipway_after_completion": figures.completed_click.json(),
        "slipway_until_serving": figures.click_serving.json(),
        "slipway_after_completion_until_serving": figures.completed_click_serving.json(),
        "kubectl_until_serving": figures.kubectl_serving.json(),
        "ratio_to_raw_patch": to_raw,
        "ratio_to_kubectl": to_kubectl,
        "ratio_until_serving_to_kubectl": ratio(&figures.completed_click_serving, &figures.kubectl_serving),
    });
    println!("{result}");
}
