//! The harness proves itself: every ability that other suites lean on is used here once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)] // A test ends by panicking.

use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use control_plane::{
    Application, ControlPlane, LoadOptions, Options, PROMETHEUS_SERVICE, Part, RELEASER_NAMESPACE, User,
    annotation,
};
use futures::TryStreamExt;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{ListParams, Patch, PatchParams, WatchEvent, WatchParams};
use kube::{Api, Client};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::json;
use tokio::runtime::Runtime;

const LONG: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    control_plane::enter_namespace();
    let mut arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    let started = Instant::now();
    // Some of them kill and hang parts that all share.
    arguments.test_threads = Some(1);
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    let cluster = match runtime.block_on(ControlPlane::start(Options::default().with_prometheus())) {
        Ok(cluster) => Arc::new(cluster),
        Err(error) => {
            println!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!(
        "control plane with Prometheus started in {:.2} s",
        cluster.boot_time().as_secs_f64()
    );
    let conclusion = libtest_mimic::run(&arguments, trials(Some((runtime, cluster))));
    println!(
        "{} passed, {} failed in {:.1} s",
        conclusion.num_passed,
        conclusion.num_failed,
        started.elapsed().as_secs_f64()
    );
    conclusion.exit_code()
}

type Shared = Option<(Arc<Runtime>, Arc<ControlPlane>)>;

/// Tests are sentences; the functions' names are read with spaces.
macro_rules! trials {
    ($shared:expr; $($name:ident),* $(,)?) => {
        vec![$({
            let shared: Shared = $shared.clone();
            Trial::test(stringify!($name), move || {
                let (runtime, cluster) = shared.ok_or_else(|| Failed::from("no control plane"))?;
                runtime.block_on($name(&cluster));
                Ok(())
            })
        }),*]
    };
}

fn trials(shared: Shared) -> Vec<Trial> {
    trials![shared;
        a_deployment_of_ten_becomes_available,
        a_changed_image_rolls,
        the_viewer_may_read_and_not_write,
        the_releaser_may_write_in_its_namespace_only,
        an_expired_certificate_is_not_let_in,
        a_quota_refuses_the_pods_above_it,
        a_pod_that_is_never_ready_runs_and_becomes_ready_when_allowed,
        a_pod_becomes_ready_after_its_delay,
        a_crashing_pod_restarts_and_says_why,
        a_pod_without_its_image_waits,
        kubectl_undoes_a_rollout,
        a_hung_api_server_answers_nothing_and_then_goes_on,
        a_killed_api_server_refuses_and_comes_back_with_its_state,
        expired_history_ends_old_watches_with_410,
        a_cut_line_breaks_one_client_and_no_other,
        a_hung_controller_manager_rolls_nothing,
        requests_reach_every_pod_of_both_versions,
        injected_errors_are_measured_by_prometheus,
        prometheus_answers_through_the_service_proxy,
        many_applications_are_deployed_at_once,
        three_clusters_run_beside_each_other,
    ]
}

async fn deployed(cluster: &ControlPlane, application: Application) -> String {
    let namespace = cluster.fresh_namespace().await.unwrap();
    cluster.deploy(&namespace, &application).await.unwrap();
    namespace
}

fn deployments(client: &Client, namespace: &str) -> Api<Deployment> {
    Api::namespaced(client.clone(), namespace)
}

async fn pods(cluster: &ControlPlane, namespace: &str) -> Vec<Pod> {
    let client = cluster.client(User::Admin).await.unwrap();
    Api::namespaced(client, namespace)
        .list(&ListParams::default())
        .await
        .unwrap()
        .items
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    conditions.is_some_and(|all| all.iter().any(|one| one.type_ == "Ready" && one.status == "True"))
}

/// Asks every 50 ms until the answer is something.
async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < LONG, "{what}: not within {LONG:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn a_deployment_of_ten_becomes_available(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web")).await;
    let took = cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    println!("10 pods available after {:.2} s", took.as_secs_f64());
    let pods = pods(cluster, &namespace).await;
    assert_eq!(pods.iter().filter(|pod| is_ready(pod)).count(), 10);
}

async fn a_changed_image_rolls(cluster: &ControlPlane) {
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

async fn the_viewer_may_read_and_not_write(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web").replicas(1)).await;
    let api = deployments(&cluster.client(User::Viewer).await.unwrap(), &namespace);
    assert!(api.get("web").await.is_ok());
    assert_eq!(
        refusal(api.patch("web", &PatchParams::default(), &scaled(3)).await),
        403
    );
}

async fn the_releaser_may_write_in_its_namespace_only(cluster: &ControlPlane) {
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

fn scaled(replicas: i32) -> Patch<serde_json::Value> {
    Patch::Merge(json!({"spec": {"replicas": replicas}}))
}

fn refusal<T>(reply: kube::Result<T>) -> u16 {
    match reply {
        Err(kube::Error::Api(status)) => status.code,
        Err(other) => panic!("not an answer of the API server: {other}"),
        Ok(_) => panic!("it was allowed"),
    }
}

async fn an_expired_certificate_is_not_let_in(cluster: &ControlPlane) {
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

async fn a_quota_refuses_the_pods_above_it(cluster: &ControlPlane) {
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

async fn a_pod_that_is_never_ready_runs_and_becomes_ready_when_allowed(cluster: &ControlPlane) {
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

async fn a_pod_becomes_ready_after_its_delay(cluster: &ControlPlane) {
    let application = Application::new("web")
        .replicas(2)
        .annotate(annotation::READY_AFTER, "2s");
    let namespace = deployed(cluster, application).await;
    let took = cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    assert!(took > Duration::from_millis(1_500), "{took:?}");
}

async fn a_crashing_pod_restarts_and_says_why(cluster: &ControlPlane) {
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

async fn a_pod_without_its_image_waits(cluster: &ControlPlane) {
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

async fn kubectl_undoes_a_rollout(cluster: &ControlPlane) {
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

async fn a_hung_api_server_answers_nothing_and_then_goes_on(cluster: &ControlPlane) {
    let api = deployments(&cluster.client(User::Admin).await.unwrap(), "default");
    api.list(&ListParams::default()).await.unwrap();
    cluster.hang(Part::ApiServer).unwrap();
    let parameters = ListParams::default();
    let reply = tokio::time::timeout(Duration::from_secs(2), api.list(&parameters)).await;
    cluster.resume(Part::ApiServer).unwrap();
    assert!(reply.is_err(), "it answered: {reply:?}");
    api.list(&ListParams::default()).await.unwrap();
}

async fn a_killed_api_server_refuses_and_comes_back_with_its_state(cluster: &ControlPlane) {
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

async fn expired_history_ends_old_watches_with_410(cluster: &ControlPlane) {
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

async fn a_cut_line_breaks_one_client_and_no_other(cluster: &ControlPlane) {
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

async fn many_applications_are_deployed_at_once(cluster: &ControlPlane) {
    let took = cluster.deploy_many(2, 10, 5, LONG).await.unwrap();
    println!("20 applications with 100 pods in {:.2} s", took.as_secs_f64());
    assert_eq!(pods(cluster, "scale-1").await.len(), 50);
}

async fn a_hung_controller_manager_rolls_nothing(cluster: &ControlPlane) {
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

async fn requests_reach_every_pod_of_both_versions(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web").replicas(4)).await;
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    let load = cluster.load(&namespace, "web", LoadOptions::rate(200.0)).unwrap();
    eventually("answers", || async {
        (load.counts().answered() > 200).then_some(())
    })
    .await;
    let before = load.reset();
    assert_eq!(before.version("1.0").pods.len(), 4);
    cluster
        .deploy(&namespace, &Application::new("web").replicas(4).version("2.0"))
        .await
        .unwrap();
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    eventually("answers of the new version", || async {
        (load.counts().version("2.0").pods.len() == 4).then_some(())
    })
    .await;
    load.reset();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let after = load.stop();
    println!("{} answers in a second at 200/s", after.answered());
    assert!((100..=260).contains(&after.answered()), "{after:?}");
    assert_eq!(after.version("1.0").answered(), 0);
    assert_eq!(after.unanswered + after.nobody, 0, "{after:?}");
}

async fn injected_errors_are_measured_by_prometheus(cluster: &ControlPlane) {
    let application = Application::new("web")
        .replicas(10)
        .error_rate(0.05)
        .latency(Duration::from_millis(40));
    let namespace = deployed(cluster, application).await;
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    let load = cluster.load(&namespace, "web", LoadOptions::rate(400.0)).unwrap();
    let prometheus = cluster.prometheus().unwrap();
    let one = async |expression: &str| {
        let expression = expression.replace("NS", &namespace);
        prometheus
            .query(&expression)
            .await
            .unwrap()
            .first()
            .map_or(f64::NAN, |sample| sample.value)
    };
    let started = Instant::now();
    eventually("scrapes of all ten pods with 5,000 requests", || async {
        let pods = one("count(up{namespace='NS'} == 1)").await;
        let requests = one("sum(http_requests_total{namespace='NS'})").await;
        (pods == 10.0 && requests > 5_000.0).then_some(())
    })
    .await;
    println!(
        "5,000 requests scraped after {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let counts = load.stop();
    let sent = counts.version("1.0");
    let ratio = one(
        "sum(http_requests_total{namespace='NS',code=~'5..'}) / sum(http_requests_total{namespace='NS'})",
    )
    .await;
    println!(
        "error ratio {ratio:.4} by Prometheus, {:.4} by the clients",
        sent.failed as f64 / sent.answered() as f64
    );
    assert!((0.03..=0.07).contains(&ratio), "{ratio}");
    let otel = one(
        "sum(http_server_request_duration_seconds_count{namespace='NS',http_response_status_code='500'}) \
        / sum(http_server_request_duration_seconds_count{namespace='NS'})",
    )
    .await;
    assert!((0.03..=0.07).contains(&otel), "{otel}");
    let median =
        one("histogram_quantile(0.5, sum by (le) (http_request_duration_seconds_bucket{namespace='NS'}))")
            .await;
    assert!((0.025..=0.06).contains(&median), "{median}");
    let by_hash = prometheus
        .query(&format!(
            "count by (pod_template_hash, app_kubernetes_io_name) (up{{namespace='{namespace}'}})"
        ))
        .await
        .unwrap();
    assert_eq!(by_hash.len(), 1);
    assert_eq!(by_hash[0].labels["app_kubernetes_io_name"], "web");
    assert!(!by_hash[0].labels["pod_template_hash"].is_empty());
}

async fn prometheus_answers_through_the_service_proxy(cluster: &ControlPlane) {
    let (namespace, service) = PROMETHEUS_SERVICE;
    let path =
        format!("/api/v1/namespaces/{namespace}/services/http:{service}:9090/proxy/api/v1/query?query=1");
    let text = cluster
        .kubectl(User::Admin, &["get", "--raw", &path])
        .await
        .unwrap();
    assert!(text.contains("\"success\""), "{text}");
}

async fn three_clusters_run_beside_each_other(cluster: &ControlPlane) {
    let started = Instant::now();
    let names = ["development", "staging", "production"];
    let clusters = ControlPlane::start_all(names.map(Options::named)).await.unwrap();
    println!("3 clusters started in {:.2} s", started.elapsed().as_secs_f64());
    for other in &clusters {
        other
            .deploy(
                RELEASER_NAMESPACE,
                &Application::new("web").replicas(2).version(other.context()),
            )
            .await
            .unwrap();
        other
            .wait_rolled_out(RELEASER_NAMESPACE, "web", LONG)
            .await
            .unwrap();
        let load = other
            .load(RELEASER_NAMESPACE, "web", LoadOptions::rate(100.0))
            .unwrap();
        eventually("answers", || async {
            (load.counts().answered() > 20).then_some(())
        })
        .await;
        let counts = load.stop();
        assert_eq!(
            counts.versions.keys().collect::<Vec<_>>(),
            [other.context()],
            "{counts:?}"
        );
    }
    let text = ControlPlane::kubeconfig_of_all(&clusters, User::Viewer);
    let parsed = kube::config::Kubeconfig::from_yaml(&text).unwrap();
    assert_eq!(
        parsed
            .contexts
            .iter()
            .map(|context| context.name.as_str())
            .collect::<Vec<_>>(),
        names
    );
    let started = Instant::now();
    drop(clusters);
    println!("3 clusters ended in {:.2} s", started.elapsed().as_secs_f64());
    assert!(
        cluster
            .kubectl(User::Admin, &["get", "--raw", "/readyz"])
            .await
            .is_ok()
    );
}
