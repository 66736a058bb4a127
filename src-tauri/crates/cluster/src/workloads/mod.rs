//! The port [`conductor::Workloads`] on API servers.

mod act;
mod environments;
mod path;
mod pods;
mod prepare;
mod read;
mod revisions;
mod view;
mod watched;

pub use environments::Environments;
pub(crate) use path::{encoded, selected};
pub use prepare::{NewVersion, Prepared};
pub(crate) use read::now;
pub(crate) use view::moment;

use crate::holds;
use async_trait::async_trait;
use conductor::{
    Accepted, ActError, Next, Observed, PortError, PreparedAct, Pursuit, Revision, WorkloadRef, Workloads,
};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use watched::Watched;

/// The workloads of all connected environments.
///
/// What is looked at is watched from then on; a look is answered from the watches as long as they are known to be up to
/// date, and by direct reads otherwise. An act is one request and nothing else.
pub struct KubeWorkloads {
    environments: Environments,
    watched: Mutex<HashMap<WorkloadRef, Arc<Watched>>>,
    #[cfg(feature = "planted-mistakes")]
    mistake: Mutex<Option<holds::Mistake>>,
}

impl KubeWorkloads {
    /// Workloads of environments of its own; nothing is connected yet.
    pub fn new() -> KubeWorkloads {
        KubeWorkloads::of(Environments::default())
    }

    /// Workloads of the environments that are connected now or later.
    pub fn of(environments: Environments) -> KubeWorkloads {
        KubeWorkloads {
            environments,
            watched: Mutex::default(),
            #[cfg(feature = "planted-mistakes")]
            mistake: Mutex::default(),
        }
    }

    /// Makes the walk wrong on purpose, to see that a test finds it.
    #[cfg(feature = "planted-mistakes")]
    pub fn plant(&self, mistake: Option<holds::Mistake>) {
        *self.mistake.lock().unwrap_or_else(PoisonError::into_inner) = mistake;
    }

    /// Connects an environment's id to a client, as [`Environments::connect`] does.
    pub fn register(&self, environment: impl Into<String>, client: kube::Client) {
        self.environments.connect(environment, client);
    }

    /// The environments.
    pub fn environments(&self) -> &Environments {
        &self.environments
    }

    /// Stops watching a workload that nobody looks at any more.
    pub fn forget(&self, at: &WorkloadRef) {
        self.watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(at);
    }

    fn client(&self, at: &WorkloadRef) -> Result<kube::Client, PortError> {
        self.environments.client(&at.environment)
    }

    fn watched(&self, at: &WorkloadRef) -> Result<Arc<Watched>, PortError> {
        let (client, connection) = self.environments.connection(&at.environment)?;
        let mut all = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = all.get(at).filter(|found| found.connection() == connection) {
            return Ok(found.clone());
        }
        let made = Watched::start(client, connection, at.clone());
        all.insert(at.clone(), made.clone());
        Ok(made)
    }

    /// The new version's pod template as the cluster would store it, so that its hash can be compared.
    ///
    /// # Errors
    ///
    /// The cluster cannot be asked, or finds the template invalid (`template-invalid`); the request makes no sense
    /// (`container-unknown`, `template-malformed`).
    pub async fn prepare(&self, at: &WorkloadRef, version: &NewVersion) -> Result<Prepared, PortError> {
        prepare::prepare(&self.client(at)?, at, version).await
    }

    /// A pod template as the cluster would store it in this workload.
    ///
    /// # Errors
    ///
    /// As [`KubeWorkloads::prepare`].
    pub async fn default_template(&self, at: &WorkloadRef, template: &Value) -> Result<Value, PortError> {
        let version = NewVersion::Template(template.clone());
        Ok(self.prepare(at, &version).await?.template)
    }
}

impl Default for KubeWorkloads {
    fn default() -> KubeWorkloads {
        KubeWorkloads::new()
    }
}

#[async_trait]
impl Workloads for KubeWorkloads {
    async fn observe(&self, at: &WorkloadRef) -> Result<Observed, PortError> {
        self.watched(at)?.observe().await
    }

    async fn changed(&self, at: &WorkloadRef, seen: &Observed) {
        match self.watched(at) {
            Ok(watched) => watched.changed(seen).await,
            Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }

    fn next(&self, pursuit: &Pursuit, seen: &Observed) -> Next {
        #[cfg(feature = "planted-mistakes")]
        if let Some(mistake) = *self.mistake.lock().unwrap_or_else(PoisonError::into_inner) {
            return holds::next_with(pursuit, seen, mistake);
        }
        holds::next(pursuit, seen)
    }

    async fn act(&self, at: &WorkloadRef, act: &PreparedAct) -> Result<Accepted, ActError> {
        let client = self.client(at).map_err(|error| ActError::Unreachable {
            message: error.message,
        })?;
        let accepted = act::send(&client, at, act, false).await?;
        let watched = self
            .watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(at)
            .cloned();
        if let Some(watched) = watched {
            watched.accepted(&accepted.object);
        }
        Ok(accepted)
    }

    async fn rehearse(&self, at: &WorkloadRef, act: &PreparedAct) -> Result<(), ActError> {
        let client = self.client(at).map_err(|error| ActError::Unreachable {
            message: error.message,
        })?;
        act::send(&client, at, act, true).await.map(|_| ())
    }

    async fn revisions(&self, at: &WorkloadRef) -> Result<Vec<Revision>, PortError> {
        revisions::revisions(&self.client(at)?, at).await
    }

    async fn blocking_findings(&self, pursuit: &Pursuit, at: &WorkloadRef) -> Result<Vec<String>, PortError> {
        let seen = self.observe(at).await?;
        match self.next(pursuit, &seen) {
            Next::Act(act) => Ok(self
                .rehearse(at, &act)
                .await
                .err()
                .map(|error| error.to_string())
                .into_iter()
                .collect()),
            other => Ok(vec![format!("The release cannot start: {other:?}")]),
        }
    }
}
