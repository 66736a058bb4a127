//! Credentials: in the operating system's keyring, or, where there is none, in memory for this session.

use crate::view::SecretStore;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

const SERVICE: &str = "dev.slipway.desktop";

/// Where credentials are. Never in the record, never in a log.
pub(crate) struct Secrets {
    store: SecretStore,
    memory: Mutex<BTreeMap<String, String>>,
}

impl Secrets {
    /// Asks once whether there is a keyring.
    pub(crate) fn open() -> Secrets {
        // Reading an entry that does not exist tells an empty keyring from none.
        let answers = keyring::Entry::new(SERVICE, "probe").map(|entry| entry.get_password());
        let store = match answers {
            Ok(Ok(_) | Err(keyring::Error::NoEntry)) => SecretStore::Keyring,
            Ok(Err(error)) | Err(error) => {
                tracing::warn!(%error, "no keyring: credentials are kept for this session only");
                SecretStore::Memory
            }
        };
        Secrets {
            store,
            memory: Mutex::default(),
        }
    }

    /// Where they are kept.
    pub(crate) fn store(&self) -> SecretStore {
        self.store
    }

    /// Reads one.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        match self.store {
            SecretStore::Keyring => keyring::Entry::new(SERVICE, name).ok()?.get_password().ok(),
            SecretStore::Memory => self
                .memory
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(name)
                .cloned(),
        }
    }

    /// Keeps one, or forgets it.
    pub(crate) fn set(&self, name: &str, secret: Option<&str>) -> Result<(), keyring::Error> {
        match (self.store, secret) {
            (SecretStore::Keyring, Some(secret)) => keyring::Entry::new(SERVICE, name)?.set_password(secret),
            (SecretStore::Keyring, None) => match keyring::Entry::new(SERVICE, name)?.delete_credential() {
                Err(keyring::Error::NoEntry) => Ok(()),
                other => other,
            },
            (SecretStore::Memory, secret) => {
                let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
                match secret {
                    Some(secret) => memory.insert(name.to_owned(), secret.to_owned()),
                    None => memory.remove(name),
                };
                Ok(())
            }
        }
    }
}
