use super::proxied::proxied;
use async_trait::async_trait;
use kube::Client;
use telemetry::{Answer, MOST_PAGE_BYTES, PodPages, TelemetryError};

/// The way to the pods' own pages, through the API server's pod proxy: nothing is forwarded or opened, and whoever may not
/// `get` the subresource `pods/proxy` is refused.
pub(crate) struct PodProxy {
    client: Client,
}

impl PodProxy {
    pub(crate) fn new(client: Client) -> PodProxy {
        PodProxy { client }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }
}

#[async_trait]
impl PodPages for PodProxy {
    async fn page(
        &self,
        namespace: &str,
        pod: &str,
        port: u16,
        path: &str,
    ) -> Result<Answer, TelemetryError> {
        let uri = format!("/api/v1/namespaces/{namespace}/pods/{pod}:{port}/proxy{path}");
        proxied(&self.client, uri, MOST_PAGE_BYTES).await
    }
}
