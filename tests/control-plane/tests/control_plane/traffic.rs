//! Requests, their measurement, and several clusters.

use std::time::{Duration, Instant};

use control_plane::{
    Application, ControlPlane, LoadOptions, Options, PROMETHEUS_SERVICE, RELEASER_NAMESPACE, User,
};

use crate::ask::*;

pub async fn requests_reach_every_pod_of_both_versions(cluster: &ControlPlane) {
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

pub async fn injected_errors_are_measured_by_prometheus(cluster: &ControlPlane) {
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

pub async fn prometheus_answers_through_the_service_proxy(cluster: &ControlPlane) {
    let (namespace, service) = PROMETHEUS_SERVICE;
    let path =
        format!("/api/v1/namespaces/{namespace}/services/http:{service}:9090/proxy/api/v1/query?query=1");
    let text = cluster
        .kubectl(User::Admin, &["get", "--raw", &path])
        .await
        .unwrap();
    assert!(text.contains("\"success\""), "{text}");
}

pub async fn three_clusters_run_beside_each_other(cluster: &ControlPlane) {
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

pub async fn a_load_stops_by_itself(cluster: &ControlPlane) {
    let namespace = deployed(cluster, Application::new("web").replicas(1)).await;
    cluster.wait_rolled_out(&namespace, "web", LONG).await.unwrap();
    let options = LoadOptions {
        duration: Duration::from_millis(500),
        ..LoadOptions::rate(100.0)
    };
    let load = cluster.load(&namespace, "web", options).unwrap();
    eventually("its end", || async { load.is_over().then_some(()) }).await;
    let counts = load.counts();
    assert!((1..=60).contains(&counts.answered()), "{counts:?}");
}
