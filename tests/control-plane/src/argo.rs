//! The controller of Argo Rollouts beside a control plane, for the bench that compares with it.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::Process;
use crate::{ControlPlane, Error, Result, folders, objects, tools};

/// The collection whose answer tells that the custom resources are served.
const ROLLOUTS: &str = "/apis/argoproj.io/v1alpha1/rollouts?limit=1";
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/// The namespace that the controller believes to run in.
const NAMESPACE: &str = "argo-rollouts";
/// How long the custom resources may take to be served.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running controller; dropping it ends it.
#[derive(Debug)]
pub struct ArgoRollouts {
    process: Process,
}

impl ControlPlane {
    /// Creates Argo Rollouts' custom resources and starts its controller, which
    /// [`build_argo_rollouts`](crate::build_argo_rollouts) has built. Its settings are its own defaults, but that it does not ask for
    /// leadership: there is only one.
    ///
    /// # Errors
    /// `control-plane/not-built`, `control-plane/kubernetes`, `control-plane/start`, and `control-plane/not-ready` when the custom
    /// resources are not served in time.
    pub async fn start_argo_rollouts(&self) -> Result<ArgoRollouts> {
        let program = folders::program("rollouts-controller")?;
        for name in tools::ARGO_RESOURCES {
            let file = folders::built().join("argo-resources").join(name);
            let text = std::fs::read_to_string(&file).map_err(|cause| Error::file(&file, cause))?;
            let definition: Value =
                serde_yaml_ng::from_str(&text).map_err(|cause| Error::file(&file, cause))?;
            objects::create(self.admin(), DEFINITIONS, &definition).await?;
        }
        self.create_namespace(NAMESPACE).await?;
        let begun = Instant::now();
        while let Err(error) = objects::get(self.admin(), ROLLOUTS).await {
            if begun.elapsed() > PATIENCE {
                return Err(Error::new(
                    "control-plane/not-ready",
                    format!("Argo Rollouts' resources are not served: {error}"),
                    "See whether the machine is overloaded.",
                ));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let args = vec![
            format!("--kubeconfig={}", self.path.join("admin.kubeconfig").display()),
            // Its default port is the pods'.
            "--healthzPort=8085".to_owned(),
            "--metricsPort=8090".to_owned(),
            "--leader-elect=false".to_owned(),
        ];
        let mut process = Process::new("argo-rollouts", program, args, &self.path)
            .env("POD_NAMESPACE", NAMESPACE)
            .env("HOME", self.path.display().to_string());
        process.start()?;
        Ok(ArgoRollouts { process })
    }
}

impl ArgoRollouts {
    /// Whether the controller still runs.
    pub fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// The end of its log.
    pub fn log(&self) -> String {
        self.process.tail()
    }
}
