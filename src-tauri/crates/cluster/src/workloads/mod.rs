//! The port [`conductor::Workloads`] on API servers.

mod act;
mod environments;
mod path;
mod pods;
mod prepare;
mod read;
mod refusal;
mod revisions;
mod view;
mod watched;

#[cfg(test)]
mod tests;

pub use environments::Environments;
pub(crate) use path::encoded;
pub use pods::Pod;
pub use prepare::{NewVersion, Prepared};
pub(crate) use read::{now, pods as pods_of};
pub use refusal::act_error;
pub(crate) use view::moment;
pub use view::{Parts, newer};

use crate::holds;
use crate::preflight::{self, Finding, RollbackReadiness, Severity};
use async_trait::async_trait;
use conductor::{
    Accepted, ActError, Next, Observed, PortError, PreparedAct, Pursuit, Revision, WorkloadRef, Workloads,
};
use release::{Goal, ReleaseId, Share};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use watched::Watched;

/// The workloads of all connected environments.
///
/// What is looked at is watched from then on; a look is answered from the watches as long as they are known to be up to
/// date, and by direct reads otherwise. An act is one request and nothing else.
pub struct KubeWorkloads {
    environments: Environments,
    watched: Mutex<HashMap<WorkloadRef, Arc<Watched>>>,
    overrides: Mutex<HashMap<ReleaseId, Vec<String>>>,
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
            overrides: Mutex::default(),
            #[cfg(feature = "planted-mistakes")]
            mistake: Mutex::default(),
        }
    }

    /// Makes the walk wrong on purpose, to see that a test finds it.
    #[cfg(feature = "planted-mistakes")]
    pub fn plant(&self, mistake: Option<holds::Mistake>) {
        *lock(&self.mistake) = mistake;
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
        lock(&self.watched).remove(at);
    }

    /// How many workloads are watched.
    pub fn watched_count(&self) -> usize {
        lock(&self.watched).len()
    }

    fn client(&self, at: &WorkloadRef) -> Result<kube::Client, PortError> {
        self.environments.client(&at.environment)
    }

    fn watched(&self, at: &WorkloadRef) -> Result<Arc<Watched>, PortError> {
        let (client, connection) = self.environments.connection(&at.environment)?;
        let mut all = lock(&self.watched);
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

    /// Every check before a start, the worst findings first. `shares` are those of all phases; the pursuit's goal is the first
    /// phase's.
    ///
    /// # Errors
    ///
    /// The workload cannot be seen. A check that cannot be asked is a finding and no error.
    pub async fn preflight(
        &self,
        pursuit: &Pursuit,
        at: &WorkloadRef,
        shares: &[Share],
    ) -> Result<Vec<Finding>, PortError> {
        preflight::start(self, self.client(at)?, at, pursuit, shares).await
    }

    /// Findings by code that a person overrides for one release: [`Workloads::blocking_findings`] then leaves them out, as far
    /// as they may be overridden at all. No codes: nothing is overridden any more.
    pub fn override_findings(&self, release: ReleaseId, codes: Vec<String>) {
        let mut overrides = lock(&self.overrides);
        if codes.is_empty() {
            overrides.remove(&release);
        } else {
            overrides.insert(release, codes);
        }
    }

    /// What a rollback would do now. The pursuit's goal is the rollback; `seen` is the last look.
    ///
    /// # Errors
    ///
    /// `environment-unknown`. Everything else that cannot be asked is a finding.
    pub async fn rollback_readiness(
        &self,
        pursuit: &Pursuit,
        at: &WorkloadRef,
        seen: &Observed,
    ) -> Result<RollbackReadiness, PortError> {
        Ok(preflight::readiness(self, &self.client(at)?, at, pursuit, seen).await)
    }

    /// How long a way back takes for which so many pods must start, in seconds, and on how many measured starts of this
    /// workload's own pods that rests.
    ///
    /// # Errors
    ///
    /// `environment-unknown`.
    pub async fn seconds_back(
        &self,
        at: &WorkloadRef,
        seen: &Observed,
        pods_to_start: u32,
    ) -> Result<(Option<f64>, u32), PortError> {
        Ok(preflight::seconds_back(&self.client(at)?, at, seen, pods_to_start).await)
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
        if let Some(mistake) = *lock(&self.mistake) {
            return holds::next_with(pursuit, seen, mistake);
        }
        holds::next(pursuit, seen)
    }

    async fn act(&self, at: &WorkloadRef, act: &PreparedAct) -> Result<Accepted, ActError> {
        let client = self.client(at).map_err(|error| ActError::Unreachable {
            message: error.message,
        })?;
        let answer = act::send(&client, at, act, false).await;
        let watched = lock(&self.watched).get(at).cloned();
        if let Some(watched) = watched {
            match &answer {
                Ok(accepted) => watched.accepted(&accepted.object),
                // Somebody wrote what the watch has not told yet, or nobody knows what happened.
                Err(_) => watched.doubt(),
            }
        }
        answer
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
        let shares: Vec<Share> = match pursuit.goal {
            Goal::Share { share } => vec![share],
            _ => Vec::new(),
        };
        let overridden = lock(&self.overrides)
            .get(&pursuit.release)
            .cloned()
            .unwrap_or_default();
        let findings = self.preflight(pursuit, at, &shares).await?;
        Ok(findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Blocking)
            .filter(|finding| !(finding.can_override && overridden.contains(&finding.code)))
            .map(|finding| finding.message)
            .collect())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
