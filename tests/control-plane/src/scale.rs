//! Many applications at once, for benches.

use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::{Application, ControlPlane, Error, Result, objects};

/// Requests under way at once: more than this only makes the API server wait for etcd.
const CONCURRENCY: usize = 16;

impl ControlPlane {
    /// Deploys `per_namespace` applications with `replicas` pods each into each of `namespaces` new namespaces, called
    /// `scale-0` and so on, and waits until all pods are available. Applications are called `app-0` and so on. Returns
    /// how long it took.
    ///
    /// 20 × 50 × 20 = 20,000 pods take about two minutes and make the API server as large as 2 GiB: start it
    /// [without traffic](crate::Options::without_traffic).
    ///
    /// # Errors
    /// `control-plane/kubernetes`, and `control-plane/not-rolled-out` after `limit`.
    pub async fn deploy_many(
        &self,
        namespaces: usize,
        per_namespace: usize,
        replicas: i32,
        limit: Duration,
    ) -> Result<Duration> {
        let started = Instant::now();
        let names: Vec<String> = (0..namespaces).map(|index| format!("scale-{index}")).collect();
        for namespace in &names {
            self.create_namespace(namespace).await?;
        }
        let all = names
            .iter()
            .flat_map(|namespace| (0..per_namespace).map(move |index| (namespace, index)));
        stream::iter(all)
            .map(|(namespace, index)| async move {
                let application = Application::new(&format!("app-{index}")).replicas(replicas);
                self.deploy(namespace, &application).await
            })
            .buffer_unordered(CONCURRENCY)
            .try_collect::<Vec<()>>()
            .await?;
        let wanted = namespaces * per_namespace * usize::try_from(replicas).unwrap_or_default();
        loop {
            let available = self.available(&names).await?;
            if available >= wanted {
                return Ok(started.elapsed());
            }
            if started.elapsed() > limit {
                return Err(Error::new(
                    "control-plane/not-rolled-out",
                    format!("{available} of {wanted} pods are available after {limit:?}"),
                    "Allow more time.",
                ));
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn available(&self, namespaces: &[String]) -> Result<usize> {
        let mut pods = 0;
        for namespace in namespaces {
            let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
            let list = objects::get(self.admin(), &path).await?;
            let counts = list["items"].as_array().into_iter().flatten();
            pods += counts
                .filter_map(|item: &Value| item["status"]["availableReplicas"].as_u64())
                .sum::<u64>();
        }
        Ok(usize::try_from(pods).unwrap_or(usize::MAX))
    }
}
