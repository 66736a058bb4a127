use conductor::PortError;
use kube::Client;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Which environment is which cluster connection. Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub struct Environments {
    inner: Arc<RwLock<Connections>>,
}

#[derive(Default)]
struct Connections {
    clients: HashMap<String, (Client, u64)>,
    made: u64,
}

impl Environments {
    /// Connects an environment's id to a client; a client that was there before is not used any more.
    pub fn connect(&self, environment: impl Into<String>, client: Client) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.made += 1;
        let number = inner.made;
        inner.clients.insert(environment.into(), (client, number));
    }

    /// Forgets an environment.
    pub fn disconnect(&self, environment: &str) {
        self.inner
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clients
            .remove(environment);
    }

    /// The client of an environment.
    ///
    /// # Errors
    ///
    /// `environment-unknown`: it is not connected.
    pub fn client(&self, environment: &str) -> Result<Client, PortError> {
        self.connection(environment).map(|(client, _)| client)
    }

    /// The client and a number that another client of the same environment does not have.
    pub(crate) fn connection(&self, environment: &str) -> Result<(Client, u64), PortError> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.clients.get(environment).cloned().ok_or_else(|| {
            PortError::unreachable(
                "environment-unknown",
                format!("The environment {environment} is not connected to a cluster."),
                "Connect it under Connections.",
            )
        })
    }
}
