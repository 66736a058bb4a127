use cluster::Environments;
use cluster::lease::{KubeLeadership, Terms};
use conductor::{Clock, Identity};
use history::{History, HistoryError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The setting with this profile's id, by which other Slipways tell it apart.
const SETTING: &str = "identity";

/// Who leads, for every environment by its own clock.
pub(crate) struct Leaderships {
    identity: Mutex<Identity>,
    terms: Terms,
    all: Mutex<BTreeMap<String, Arc<KubeLeadership>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Leaderships {
    /// The profile's id from the settings; a new profile gets one.
    pub(crate) async fn load(history: &History, terms: Terms) -> Result<Leaderships, HistoryError> {
        let kept = history.setting(SETTING).await?;
        let id = match kept.as_ref().and_then(|id| id.as_str()) {
            Some(id) => id.to_owned(),
            None => {
                let id = format!("slipway-{:032x}", rand::random::<u128>());
                history.set_setting(SETTING, id.clone().into()).await?;
                id
            }
        };
        let person = String::new();
        Ok(Leaderships {
            identity: Mutex::new(Identity { id, person }),
            terms,
            all: Mutex::default(),
        })
    }

    /// Who leads in an environment.
    pub(crate) fn of(
        &self,
        environment: &str,
        clients: &Environments,
        clock: impl FnOnce() -> Arc<dyn Clock>,
    ) -> Arc<KubeLeadership> {
        let mut all = lock(&self.all);
        let made = all.entry(environment.to_owned()).or_insert_with(|| {
            let identity = lock(&self.identity).clone();
            Arc::new(KubeLeadership::new(
                clients.clone(),
                identity,
                clock(),
                self.terms,
            ))
        });
        Arc::clone(made)
    }

    /// The person's name, as other Slipways show it from now on.
    pub(crate) fn rename(&self, person: &str) {
        lock(&self.identity).person = person.to_owned();
        for one in lock(&self.all).values() {
            one.rename(person);
        }
    }

    /// The environment is gone, and its clock with it.
    pub(crate) fn forget(&self, environment: &str) {
        lock(&self.all).remove(environment);
    }
}
