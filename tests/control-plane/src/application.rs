//! A Deployment and its Service, as a test wants them: a name, replicas, a version, and what is wrong with it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Service;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::podserver::PORT;
use crate::{ControlPlane, Error, Result, annotation, faults};

/// Describes an application; nothing is sent before [`ControlPlane::deploy`].
#[derive(Debug, Clone)]
pub struct Application {
    name: String,
    replicas: i32,
    version: String,
    annotations: BTreeMap<String, String>,
    progress_deadline: i32,
}

impl Application {
    /// Ten replicas of version 1.0 under this name, with nothing wrong.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            replicas: 10,
            version: "1.0".to_owned(),
            annotations: BTreeMap::new(),
            progress_deadline: 600,
        }
    }

    /// `spec.replicas`.
    pub fn replicas(mut self, replicas: i32) -> Self {
        self.replicas = replicas;
        self
    }

    /// The image's tag.
    pub fn version(mut self, version: &str) -> Self {
        self.version = version.to_owned();
        self
    }

    /// An annotation of the pod template, usually one of [`annotation`].
    pub fn annotate(mut self, name: &str, value: &str) -> Self {
        self.annotations.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The share of requests, from 0 to 1, that this version answers with 500.
    pub fn error_rate(self, ratio: f64) -> Self {
        self.annotate(annotation::ERROR_RATE, &ratio.to_string())
    }

    /// The median time of this version's answers.
    pub fn latency(self, median: Duration) -> Self {
        self.annotate(annotation::LATENCY, &format!("{}us", median.as_micros()))
    }

    /// `spec.progressDeadlineSeconds`.
    pub fn progress_deadline(mut self, seconds: i32) -> Self {
        self.progress_deadline = seconds;
        self
    }

    /// The container's image.
    pub fn image(&self) -> String {
        format!("registry.test/{}:{}", self.name, self.version)
    }

    /// The Deployment, with the recommended `app.kubernetes.io` labels and a container called `app`.
    pub fn deployment(&self) -> Value {
        let selector = json!({"app.kubernetes.io/name": self.name});
        json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": self.name, "labels": selector}, "spec": {
                "replicas": self.replicas,
                "progressDeadlineSeconds": self.progress_deadline,
                "selector": {"matchLabels": selector},
                "template": {"metadata": {"labels": selector, "annotations": self.annotations}, "spec": {
                    "containers": [{"name": "app", "image": self.image(),
                        "ports": [{"name": "http", "containerPort": PORT}]}]}}}})
    }

    /// The Service that selects the Deployment's pods.
    pub fn service(&self) -> Value {
        let selector = json!({"app.kubernetes.io/name": self.name});
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": self.name, "labels": selector},
            "spec": {"selector": selector, "ports": [{"name": "http", "port": 80, "targetPort": PORT}]}})
    }
}

impl ControlPlane {
    /// Applies an application's Deployment and Service (server-side, as the field manager `ci`), like a CI job: the
    /// first time it creates them, then it changes what differs. It does not wait.
    ///
    /// # Errors
    /// `control-plane/kubernetes`.
    pub async fn deploy(&self, namespace: &str, application: &Application) -> Result<()> {
        let params = PatchParams::apply("ci").force();
        let failed = |cause| Error::kubernetes(&format!("applying {}", application.name), cause);
        Api::<Service>::namespaced(self.admin().clone(), namespace)
            .patch(&application.name, &params, &Patch::Apply(application.service()))
            .await
            .map_err(failed)?;
        Api::<Deployment>::namespaced(self.admin().clone(), namespace)
            .patch(
                &application.name,
                &params,
                &Patch::Apply(application.deployment()),
            )
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// Waits until a Deployment's controller has seen its newest generation, and every replica is updated and available.
    /// Returns how long that took.
    ///
    /// # Errors
    /// `control-plane/not-rolled-out` after `limit`, with the Deployment's status.
    pub async fn wait_rolled_out(&self, namespace: &str, name: &str, limit: Duration) -> Result<Duration> {
        let started = Instant::now();
        let deployments = Api::<Deployment>::namespaced(self.admin().clone(), namespace);
        loop {
            let deployment = deployments
                .get(name)
                .await
                .map_err(|cause| Error::kubernetes(&format!("reading {name}"), cause))?;
            if is_rolled_out(&deployment) {
                return Ok(started.elapsed());
            }
            if started.elapsed() > limit {
                return Err(Error::new(
                    "control-plane/not-rolled-out",
                    format!(
                        "{namespace}/{name} is not rolled out after {limit:?}: {:?}",
                        deployment.status
                    ),
                    "See whether the test asks for what cannot happen.",
                ));
            }
            tokio::time::sleep(faults::PAUSE).await;
        }
    }
}

/// What `kubectl rollout status` calls successfully rolled out.
fn is_rolled_out(deployment: &Deployment) -> bool {
    let (Some(spec), Some(status)) = (&deployment.spec, &deployment.status) else {
        return false;
    };
    let wanted = spec.replicas.unwrap_or(1);
    status.observed_generation >= deployment.metadata.generation
        && status.updated_replicas.unwrap_or(0) == wanted
        && status.replicas.unwrap_or(0) == wanted
        && status.available_replicas.unwrap_or(0) == wanted
}
