use crate::api::Inner;
use crate::failure::failure;
use crate::runtime::{Application, Environment, Seen, deployment};
use crate::view::{Event, Failure};
use conductor::Workloads as _;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often an environment is looked at when nothing else asks for it.
const EVERY: Duration = Duration::from_secs(3);

impl Inner {
    /// Brings every environment up: the practice cluster unless the person turned it off, and every context.
    pub(crate) async fn bring_up_environments(self: &Arc<Self>, acceleration: f64) -> Result<(), Failure> {
        let off = self
            .history
            .setting("practiceOff")
            .await?
            .is_some_and(|off| off == true);
        if !off {
            self.start_practice(acceleration).await?;
        }
        self.connect_contexts().await;
        tokio::spawn(keep_looking(Arc::downgrade(self)));
        Ok(())
    }

    /// Looks at every environment now, side by side.
    pub(crate) async fn refresh_all(&self) {
        let environments = self.registry.all();
        futures::future::join_all(environments.iter().map(|environment| self.refresh(environment))).await;
    }

    /// Looks at one environment now.
    pub(crate) async fn refresh(&self, environment: &Environment) {
        let answer = self.look(environment).await;
        let now = self.clock_of(environment).now();
        self.applications.change(&environment.id, |seen| match answer {
            Ok(applications) => {
                *seen = Seen {
                    applications,
                    as_of: Some(now),
                    failure: None,
                    failing_since: None,
                };
            }
            Err(failure) => {
                seen.failing_since = seen.failing_since.or(Some(now));
                seen.failure = Some(failure);
            }
        });
    }

    async fn look(&self, environment: &Environment) -> Result<Vec<Application>, Failure> {
        let matches = self.matches().await?;
        let mut applications = Vec::new();
        for namespace in &environment.namespaces {
            for (name, labels) in self.deployments(&environment.id, namespace).await? {
                let workload = deployment(&environment.id, namespace, &name);
                let key = format!("{} Deployment {namespace}/{name}", environment.id);
                let labelled = labels
                    .get("app.kubernetes.io/name")
                    .or_else(|| labels.get("app"))
                    .cloned();
                let row = matches.get(&key).cloned().or(labelled).unwrap_or(name);
                let Ok(seen) = self.workloads.observe(&workload).await else {
                    continue;
                };
                let revisions = self.workloads.revisions(&workload).await.unwrap_or_default();
                let current = revisions.iter().find(|revision| revision.current);
                applications.push(Application {
                    row,
                    part_of: labels.get("app.kubernetes.io/part-of").cloned(),
                    since: current.and_then(|revision| revision.created),
                    rollback_targets: u32::try_from(
                        revisions.iter().filter(|revision| !revision.current).count(),
                    )
                    .unwrap_or(u32::MAX),
                    view: seen.view,
                    workload,
                });
            }
        }
        Ok(applications)
    }

    /// Names and labels of the Deployments in a namespace.
    async fn deployments(
        &self,
        environment: &str,
        namespace: &str,
    ) -> Result<Vec<(String, BTreeMap<String, String>)>, Failure> {
        let client = self.clients.client(environment)?;
        let request = http::Request::get(format!("/apis/apps/v1/namespaces/{namespace}/deployments"))
            .header(
                http::header::ACCEPT,
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            )
            .body(Vec::new())
            .map_err(|error| failure("request-invalid", error.to_string(), ""))?;
        let list: serde_json::Value = client
            .request(request)
            .await
            .map_err(|error| unreadable(environment, &error))?;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        Ok(items
            .iter()
            .filter_map(|item| {
                let name = item.pointer("/metadata/name")?.as_str()?.to_owned();
                let labels = item.pointer("/metadata/labels").cloned().unwrap_or_default();
                Some((name, serde_json::from_value(labels).unwrap_or_default()))
            })
            .collect())
    }

    /// Tells the window about the matrix.
    pub(crate) async fn push_matrix(&self) {
        if self.events.receiver_count() == 0 {
            return;
        }
        if let Ok(matrix) = self.matrix().await {
            let _ = self.events.send(Event::Matrix {
                matrix: Box::new(matrix),
            });
        }
        let _ = self.events.send(Event::Contact {
            contacts: self.contacts(),
        });
    }
}

fn unreadable(environment: &str, error: &kube::Error) -> Failure {
    match error {
        kube::Error::Api(status) if status.code == 403 => failure(
            "forbidden",
            format!(
                "You may not list deployments in {environment}: {}.",
                status.message
            ),
            "Ask for the verbs get, list and watch on deployments, replicasets and pods.",
        ),
        kube::Error::Api(status) if status.code == 401 => failure(
            "sign-in-expired",
            format!(
                "The cluster behind {environment} does not know you any more: {}.",
                status.message
            ),
            "Sign in again with your usual tool; Slipway reads the kubeconfig anew.",
        ),
        _ => failure(
            "unreachable",
            format!("{environment} cannot be reached: {error}. What is shown is from the last look."),
            "Check network and VPN; Slipway tries again by itself.",
        ),
    }
}

/// Looks again and again until the backend is gone.
async fn keep_looking(inner: Weak<Inner>) {
    loop {
        let Some(inner) = inner.upgrade() else { return };
        inner.refresh_all().await;
        inner.push_matrix().await;
        inner.check_ways_back().await;
        drop(inner);
        tokio::time::sleep(EVERY).await;
    }
}
