use super::proxied::proxied;
use async_trait::async_trait;
use kube::Client;
use telemetry::{Answer, MOST_BYTES, PrometheusTransport, TelemetryError};

/// The way to a Prometheus inside a cluster, through the API server's service proxy: nothing is forwarded or opened.
pub(crate) struct ServiceProxy {
    client: Client,
    base: String,
}

impl ServiceProxy {
    /// `port` is a number or a name.
    pub(crate) fn new(client: Client, namespace: &str, service: &str, port: &str) -> ServiceProxy {
        let base = format!("/api/v1/namespaces/{namespace}/services/http:{service}:{port}/proxy");
        ServiceProxy { client, base }
    }
}

#[async_trait]
impl PrometheusTransport for ServiceProxy {
    async fn get(&self, path: &str, params: &[(&str, String)]) -> Result<Answer, TelemetryError> {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params.iter().map(|(name, value)| (*name, value.as_str())))
            .finish();
        proxied(&self.client, format!("{}{path}?{query}", self.base), MOST_BYTES).await
    }
}

/// Services by which a Prometheus is usually known, the likeliest first: namespace, name, port.
const USUAL: &[(&str, &str, &str)] = &[
    ("monitoring", "prometheus", "9090"),
    ("monitoring", "prometheus-operated", "9090"),
    ("monitoring", "kube-prometheus-stack-prometheus", "9090"),
    ("monitoring", "prometheus-k8s", "9090"),
    ("monitoring", "prometheus-server", "80"),
    ("prometheus", "prometheus-server", "80"),
    ("prometheus", "prometheus", "9090"),
    ("istio-system", "prometheus", "9090"),
    ("openshift-monitoring", "prometheus-k8s", "9091"),
];

/// The first of the usual services that answers as a Prometheus does: namespace, name, port.
pub(crate) async fn find_prometheus(client: &Client) -> Option<(String, String, String)> {
    let asked = USUAL.iter().map(|(namespace, service, port)| async move {
        let proxy = ServiceProxy::new(client.clone(), namespace, service, port);
        let limit = std::time::Duration::from_secs(5);
        let answer = tokio::time::timeout(limit, proxy.get("/api/v1/query", &[("query", "1".to_owned())])).await;
        let is_one = matches!(&answer, Ok(Ok(answer)) if answer.status == 200 && answer.body.starts_with(b"{\"status\":\"success\""));
        is_one.then(|| ((*namespace).to_owned(), (*service).to_owned(), (*port).to_owned()))
    });
    futures::future::join_all(asked)
        .await
        .into_iter()
        .flatten()
        .next()
}
