use super::object_name;
use crate::request::{Ask, Trouble, ask_within};
use crate::workloads::Environments;
use async_trait::async_trait;
use conductor::{PortError, WorkloadRef};
use serde_json::Value;
use std::time::Duration;

/// How long a question about a Lease or a charter may take: it is asked again soon, and acts wait for it.
const LIMIT: Duration = Duration::from_secs(3);

/// What stands beside a workload, by [`object_name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Who leads.
    Lease,
    /// The charter.
    ConfigMap,
}

/// Why there is no answer about an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Unanswered {
    /// The API server's.
    Trouble(Trouble),
    /// There is no API server to ask.
    Port(PortError),
}

impl Unanswered {
    /// Whether the API server answered with this HTTP status.
    pub fn is_status(&self, code: u16) -> bool {
        matches!(self, Unanswered::Trouble(trouble) if trouble.is_status(code))
    }

    /// The server's sentence, if this user has no right.
    pub(super) fn forbidden(&self) -> Option<&str> {
        match self {
            Unanswered::Trouble(Trouble::Status {
                code: 403, message, ..
            }) => Some(message),
            _ => None,
        }
    }

    /// Told to people as a read of `what` that failed.
    pub(super) fn of_read(self, what: &str) -> PortError {
        match self {
            Unanswered::Trouble(trouble) => trouble.of_read(what),
            Unanswered::Port(error) => error,
        }
    }
}

/// Where Leases and charters are kept: an API server, or what stands for one in the simulation.
#[async_trait]
pub trait Beside: Send + Sync {
    /// The object; `None` if there is none.
    ///
    /// # Errors
    ///
    /// There is no answer.
    async fn get(&self, at: &WorkloadRef, kind: Kind) -> Result<Option<Value>, Unanswered>;

    /// Makes the object; answers it as stored.
    ///
    /// # Errors
    ///
    /// 409: there is one already. Else it may have been made.
    async fn create(&self, at: &WorkloadRef, kind: Kind, object: &Value) -> Result<Value, Unanswered>;

    /// Puts the object in the place of the one with its resourceVersion; answers it as stored.
    ///
    /// # Errors
    ///
    /// 409: it has changed. 404: it is gone. Else it may have been written.
    async fn replace(&self, at: &WorkloadRef, kind: Kind, object: &Value) -> Result<Value, Unanswered>;

    /// Takes the object away.
    ///
    /// # Errors
    ///
    /// 404: there is none. Else it may be gone.
    async fn delete(&self, at: &WorkloadRef, kind: Kind) -> Result<(), Unanswered>;
}

/// Leases and ConfigMaps on the API servers of environments.
pub struct KubeObjects {
    environments: Environments,
}

impl KubeObjects {
    /// Those of `environments`.
    pub fn of(environments: Environments) -> KubeObjects {
        KubeObjects { environments }
    }

    async fn send(&self, at: &WorkloadRef, what: Ask<'_>) -> Result<Value, Unanswered> {
        let client = self
            .environments
            .client(&at.environment)
            .map_err(Unanswered::Port)?;
        ask_within(&client, what, LIMIT)
            .await
            .map_err(Unanswered::Trouble)
    }
}

#[async_trait]
impl Beside for KubeObjects {
    async fn get(&self, at: &WorkloadRef, kind: Kind) -> Result<Option<Value>, Unanswered> {
        match self.send(at, Ask::get(&path(at, kind))).await {
            Ok(object) => Ok(Some(object)),
            Err(trouble) if trouble.is_status(404) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    async fn create(&self, at: &WorkloadRef, kind: Kind, object: &Value) -> Result<Value, Unanswered> {
        self.send(at, Ask::post(&collection(at, kind), object)).await
    }

    async fn replace(&self, at: &WorkloadRef, kind: Kind, object: &Value) -> Result<Value, Unanswered> {
        self.send(at, Ask::put(&path(at, kind), object)).await
    }

    async fn delete(&self, at: &WorkloadRef, kind: Kind) -> Result<(), Unanswered> {
        self.send(at, Ask::delete(&path(at, kind))).await.map(drop)
    }
}

fn collection(at: &WorkloadRef, kind: Kind) -> String {
    let namespace = &at.namespace;
    match kind {
        Kind::Lease => format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"),
        Kind::ConfigMap => format!("/api/v1/namespaces/{namespace}/configmaps"),
    }
}

fn path(at: &WorkloadRef, kind: Kind) -> String {
    format!("{}/{}", collection(at, kind), object_name(at))
}
