//! Which version's pods serve, counted by a client of its own.

use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::{Api, Client};
use std::time::{Duration, Instant};

/// The pause between two counts.
const PAUSE: Duration = Duration::from_millis(4);
/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Whether the pod's condition says that it is Ready.
pub(crate) fn is_ready(pod: &Pod) -> bool {
    let conditions = pod
        .status
        .iter()
        .flat_map(|status| status.conditions.iter().flatten());
    conditions
        .into_iter()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

/// Counts pods of a namespace.
pub struct Pods {
    api: Api<Pod>,
}

impl Pods {
    /// With this client.
    pub fn of(client: Client, namespace: &str) -> Pods {
        Pods {
            api: Api::namespaced(client, namespace),
        }
    }

    /// Ready pods of an application that run an image tag, and its other pods; those being deleted are not counted.
    async fn count(&self, application: &str, tag: &str) -> (usize, usize) {
        let params = ListParams::default().labels(&format!("app.kubernetes.io/name={application}"));
        let list = self.api.list(&params).await.expect("pods are listed");
        let live = list
            .items
            .iter()
            .filter(|pod| pod.metadata.deletion_timestamp.is_none());
        let (mut ready, mut others) = (0, 0);
        for pod in live {
            let image = pod
                .spec
                .as_ref()
                .and_then(|spec| spec.containers.first()?.image.as_deref())
                .unwrap_or_default();
            match (image.ends_with(&format!(":{tag}")), is_ready(pod)) {
                (true, true) => ready += 1,
                (true, false) => {}
                (false, _) => others += 1,
            }
        }
        (ready, others)
    }

    /// Waits until `wanted` pods of this tag serve and `others` of any other are there; how long after `since` that was seen.
    pub async fn until(
        &self,
        since: Instant,
        application: &str,
        tag: &str,
        wanted: usize,
        others: usize,
    ) -> Duration {
        loop {
            if self.count(application, tag).await == (wanted, others) {
                return since.elapsed();
            }
            assert!(
                since.elapsed() < LIMIT,
                "{application} does not come to {wanted} of {tag}"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }
}
