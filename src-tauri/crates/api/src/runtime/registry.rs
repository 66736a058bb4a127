use super::environment::Level;
use super::{Environment, Place};
use crate::failure::no_such_environment;
use crate::view::{Danger, Failure};
use history::{History, HistoryError};
use std::sync::{PoisonError, RwLock};

/// The setting that holds the environments.
const SETTING: &str = "environments";

/// The environments that the person set up, in the order of promotion.
pub(crate) struct Registry {
    environments: RwLock<Vec<Environment>>,
}

impl Registry {
    /// Reads them from the settings. `practice` are the practice cluster's own, which are there when it is on.
    pub(crate) async fn load(history: &History) -> Result<Registry, HistoryError> {
        let kept = history.setting(SETTING).await?;
        let environments = kept
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default();
        Ok(Registry {
            environments: RwLock::new(environments),
        })
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Environment> {
        self.environments
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// One of them.
    pub(crate) fn get(&self, id: &str) -> Result<Environment, Failure> {
        self.all()
            .into_iter()
            .find(|environment| environment.id == id)
            .ok_or_else(|| no_such_environment(id))
    }

    /// Changes them and keeps the change.
    pub(crate) async fn change(
        &self,
        history: &History,
        change: impl FnOnce(&mut Vec<Environment>),
    ) -> Result<(), HistoryError> {
        let kept = {
            let mut environments = self.environments.write().unwrap_or_else(PoisonError::into_inner);
            change(&mut environments);
            serde_json::to_value(&*environments).unwrap_or_default()
        };
        history.set_setting(SETTING, kept).await
    }
}

/// The practice cluster's environments. Production there takes a held button, as a real one should.
pub(crate) fn practice_environments(names: &[&str]) -> Vec<Environment> {
    names
        .iter()
        .map(|name| Environment {
            id: (*name).to_owned(),
            name: (*name).to_owned(),
            place: Place::Practice {
                name: (*name).to_owned(),
            },
            namespaces: vec!["shop".to_owned()],
            danger: Danger::Practice,
            protection: if name.ends_with("production") {
                Level::Confirm
            } else {
                Level::Open
            },
        })
        .collect()
}
