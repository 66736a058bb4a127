//! A real Prometheus that finds the pods through the API server and scrapes each of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::parts::{Addresses, PROMETHEUS_PORT};
use crate::podserver::PORT;
use crate::stages::annotation;
use crate::{Error, Result, http};

/// The namespace and name of the Service through which Prometheus is reached over the API server's proxy.
pub const PROMETHEUS_SERVICE: (&str, &str) = ("monitoring", "prometheus");

/// The pod that stands for Prometheus.
const POD: &str = "prometheus-0";

/// The pod's status, and the path to patch it at.
pub(crate) fn pod_status(addresses: &Addresses) -> (String, Value) {
    let address = addresses.prometheus().to_string();
    let path = format!("/api/v1/namespaces/{}/pods/{POD}/status", PROMETHEUS_SERVICE.0);
    (
        path,
        json!({"status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
        "conditions": [{"type": "Ready", "status": "True"}]}}),
    )
}

/// A running Prometheus.
#[derive(Debug, Clone)]
pub struct Prometheus {
    address: std::net::Ipv4Addr,
}

/// One element of an instant vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Label name to value, with `__name__` if the expression kept it.
    pub labels: BTreeMap<String, String>,
    /// The value; NaN and infinities are kept.
    pub value: f64,
}

impl Prometheus {
    pub(crate) fn new(addresses: &Addresses) -> Self {
        Self {
            address: addresses.prometheus(),
        }
    }

    /// The URL to give to a client, without a slash at its end. It is reachable inside the network namespace only.
    pub fn url(&self) -> String {
        format!("http://{}:{PROMETHEUS_PORT}", self.address)
    }

    /// Whether it answers that it is ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let url = format!("{}/-/ready", self.url());
        http::get(&url, Duration::from_secs(1))
            .await
            .is_ok_and(|(status, _)| status == 200)
    }

    /// The value of a PromQL expression now: an instant vector, or a scalar as one sample without labels.
    ///
    /// # Errors
    /// `control-plane/prometheus-query` with Prometheus's own message.
    pub async fn query(&self, expression: &str) -> Result<Vec<Sample>> {
        let url = format!("{}/api/v1/query?query={}", self.url(), http::encode(expression));
        let failed = |cause: String| {
            Error::new(
                "control-plane/prometheus-query",
                format!("{expression}: {cause}"),
                "Check the expression, and that Prometheus is neither hung nor killed.",
            )
        };
        let (_, text) = http::get(&url, Duration::from_secs(10)).await.map_err(failed)?;
        let reply: Value = serde_json::from_str(&text).map_err(|cause| failed(format!("{cause}: {text}")))?;
        if reply["status"] != "success" {
            return Err(failed(reply["error"].as_str().unwrap_or(&text).to_owned()));
        }
        let data = &reply["data"];
        let value = |pair: &Value| {
            pair[1]
                .as_str()
                .and_then(|text| text.parse().ok())
                .unwrap_or(f64::NAN)
        };
        if data["resultType"] == "scalar" {
            return Ok(vec![Sample {
                labels: BTreeMap::new(),
                value: value(&data["result"]),
            }]);
        }
        Ok(data["result"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|item| Sample {
                labels: serde_json::from_value(item["metric"].clone()).unwrap_or_default(),
                value: value(&item["value"]),
            })
            .collect())
    }
}

/// The configuration: every pod that runs is a target, at the pod port whatever ports its containers declare, with the
/// pod's own labels as most installations map them.
///
/// Debian builds Prometheus without its Kubernetes discovery, so the process that answers for pods tells the targets, with
/// the same meta labels; the relabelling is what it would be.
pub(crate) fn configuration(kubeconfig: &Path, interval: Duration) -> String {
    let interval = format!("{}ms", interval.as_millis());
    let discovery = format!(
        "http://127.0.0.1:{PORT}/targets?{}",
        http::encode(&kubeconfig.display().to_string())
    );
    let source = |label: &str, target: &str| json!({"source_labels": [label], "target_label": target});
    json!({
        "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
        "scrape_configs": [{
            "job_name": "pods",
            "http_sd_configs": [{"url": discovery, "refresh_interval": "1s"}],
            "relabel_configs": [
                {"source_labels": ["__meta_kubernetes_pod_phase"], "regex": "Running", "action": "keep"},
                {"action": "labelmap", "regex": "__meta_kubernetes_pod_label_(.+)"},
                source("__meta_kubernetes_namespace", "namespace"),
                source("__meta_kubernetes_pod_name", "pod"),
                source("__meta_kubernetes_pod_node_name", "node"),
            ]}]
    })
    .to_string()
}

/// The objects that let the API server's proxy find Prometheus, which runs beside the cluster: (collection's path,
/// object). The proxy reads Endpoints, everything newer EndpointSlices; no controller makes one of the other here. And it
/// goes only to addresses of pods, so there is a pod, which has no node and therefore is nobody's to run.
pub(crate) fn service(addresses: &Addresses) -> [(String, Value); 5] {
    let (namespace, name) = PROMETHEUS_SERVICE;
    let address = addresses.prometheus().to_string();
    let ports = json!([{"name": "http", "port": PROMETHEUS_PORT, "protocol": "TCP"}]);
    let labels = json!({"app.kubernetes.io/name": "prometheus"});
    let core = format!("/api/v1/namespaces/{namespace}");
    let pod = json!({"kind": "Pod", "namespace": namespace, "name": POD});
    [
        (
            "/api/v1/namespaces".to_owned(),
            crate::objects::namespace(namespace),
        ),
        (
            format!("{core}/services"),
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": labels},
                "spec": {"ports": ports}}),
        ),
        (
            format!("{core}/endpoints"),
            json!({"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": name, "labels": labels},
                "subsets": [{"addresses": [{"ip": address, "targetRef": pod}], "ports": ports}]}),
        ),
        (
            format!("/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"),
            json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": {"name": name, "labels": {"kubernetes.io/service-name": name}},
                "addressType": "IPv4", "ports": ports,
                "endpoints": [{"addresses": [address], "conditions": {"ready": true}, "targetRef": pod}]}),
        ),
        (
            format!("{core}/pods"),
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": POD, "labels": labels,
                "annotations": {annotation::UNSCHEDULABLE: "true"}},
                "spec": {"containers": [{"name": "prometheus", "image": "registry.test/prometheus:2.42.0",
                    "ports": [{"name": "http", "containerPort": PROMETHEUS_PORT}]}]}}),
        ),
    ]
}
