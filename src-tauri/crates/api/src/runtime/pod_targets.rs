use super::PodProxy;
use super::proxied::proxied;
use async_trait::async_trait;
use serde_json::Value;
use telemetry::{MOST_BYTES, PodTarget, PodTargets, TelemetryError};

/// Names of container ports at which metrics are told, the likeliest first.
const PORT_NAMES: [&str; 5] = ["metrics", "http-metrics", "prometheus", "http-prometheus", "prom"];
/// Where pods say so themselves, as Prometheus' own example for Kubernetes reads it.
const ANNOTATIONS: &str = "prometheus.io";

#[async_trait]
impl PodTargets for PodProxy {
    async fn targets(&self, namespace: &str) -> Result<Vec<PodTarget>, TelemetryError> {
        // From the API server's cache, and pods of Deployments alone: the list is asked for again and again.
        let selectors =
            "resourceVersion=0&labelSelector=pod-template-hash&fieldSelector=status.phase%3DRunning";
        let uri = format!("/api/v1/namespaces/{namespace}/pods?{selectors}");
        let answer = proxied(self.client(), uri, MOST_BYTES).await?;
        if matches!(answer.status, 401 | 403) {
            return Err(TelemetryError::PodsForbidden {
                status: answer.status,
            });
        }
        let list: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let Some(pods) = list.get("items").and_then(Value::as_array) else {
            return Err(TelemetryError::Unreachable {
                detail: format!(
                    "the pods of {namespace} cannot be listed (HTTP {})",
                    answer.status
                ),
            });
        };
        Ok(pods.iter().filter_map(target_of).collect())
    }
}

fn text<'a>(object: &'a Value, path: &str) -> Option<&'a str> {
    object.pointer(path)?.as_str().filter(|text| !text.is_empty())
}

/// Where a Ready pod tells its metrics: as its annotations say, else at the port of its containers that is called so, else at their
/// first one; at `/metrics`, if no annotation names another path.
fn target_of(pod: &Value) -> Option<PodTarget> {
    let says = |what: &str| text(pod, &format!("/metadata/annotations/{ANNOTATIONS}~1{what}"));
    let refuses = says("scrape") == Some("false") || says("scheme").is_some_and(|scheme| scheme != "http");
    if refuses || !is_ready(pod) {
        return None;
    }
    let path = says("path").unwrap_or("/metrics");
    Some(PodTarget {
        pod: text(pod, "/metadata/name")?.to_owned(),
        template_hash: text(pod, "/metadata/labels/pod-template-hash")
            .unwrap_or_default()
            .to_owned(),
        address: text(pod, "/status/podIP")?.to_owned(),
        port: says("port").map_or_else(|| port_of(pod), |port| port.parse().ok())?,
        path: format!("/{}", path.trim_start_matches('/')),
    })
}

fn is_ready(pod: &Value) -> bool {
    let is_so = |condition: &Value| condition["type"] == "Ready" && condition["status"] == "True";
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    pod.pointer("/metadata/deletionTimestamp").is_none()
        && conditions.is_some_and(|all| all.iter().any(is_so))
}

fn port_of(pod: &Value) -> Option<u16> {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array)?;
    let ports: Vec<&Value> = containers
        .iter()
        .filter_map(|container| container.get("ports")?.as_array())
        .flatten()
        .collect();
    let called = |name: &&str| ports.iter().find(|port| port["name"] == **name);
    let port = PORT_NAMES.iter().find_map(called).or_else(|| ports.first())?;
    port["containerPort"].as_u64()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(annotations: Value, ports: Value) -> Value {
        json!({
            "metadata": {"name": "web-6b8f-x", "labels": {"pod-template-hash": "6b8f"}, "annotations": annotations},
            "spec": {"containers": [{"name": "sidecar"}, {"name": "web", "ports": ports}]},
            "status": {"podIP": "10.1.2.3", "conditions": [{"type": "Ready", "status": "True"}]},
        })
    }

    fn place(annotations: Value, ports: Value) -> Option<(u16, String)> {
        target_of(&pod(annotations, ports)).map(|target| (target.port, target.path))
    }

    #[test]
    fn annotations_come_before_the_names_of_ports_and_these_before_the_first_one() {
        let ports =
            json!([{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090}]);
        let usual = |port| Some((port, "/metrics".to_owned()));
        let said = json!({"prometheus.io/port": "15020", "prometheus.io/path": "stats/prometheus"});
        assert_eq!(
            place(said, ports.clone()),
            Some((15_020, "/stats/prometheus".to_owned()))
        );
        assert_eq!(place(json!({}), ports), usual(9_090));
        assert_eq!(
            place(
                json!(null),
                json!([{"containerPort": 8080}, {"containerPort": 8443}])
            ),
            usual(8_080)
        );
        assert_eq!(place(json!({}), json!([])), None);
    }

    #[test]
    fn pods_that_do_not_want_it_or_cannot_answer_are_left_alone() {
        let ports = || json!([{"containerPort": 8080}]);
        assert_eq!(place(json!({"prometheus.io/scrape": "false"}), ports()), None);
        assert_eq!(place(json!({"prometheus.io/scheme": "https"}), ports()), None);
        assert_eq!(place(json!({"prometheus.io/port": "web"}), ports()), None);
        let mut leaving = pod(json!({}), ports());
        assert!(target_of(&leaving).is_some());
        leaving["metadata"]["deletionTimestamp"] = json!("2026-01-05T08:00:00Z");
        assert_eq!(target_of(&leaving), None);
        let mut starting = pod(json!({}), ports());
        starting["status"]["conditions"][0]["status"] = json!("False");
        assert_eq!(target_of(&starting), None);
    }
}
