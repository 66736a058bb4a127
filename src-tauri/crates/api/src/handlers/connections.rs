use crate::api::Inner;
use crate::failure::{failure, no_such_environment};
use crate::runtime::{Environment, Level, Place};
use crate::view::{
    Connections, ContextRequest, EnvironmentIdRequest, EnvironmentRequest, Failure, KubeconfigRequest,
    Protection,
};
use std::sync::Arc;

impl Inner {
    pub(crate) async fn connections(&self) -> Result<Connections, Failure> {
        Ok(Connections {
            files: Vec::new(),
            contexts: Vec::new(),
            practice: self.practice_offer(),
        })
    }

    pub(crate) async fn check_context(
        self: &Arc<Self>,
        request: ContextRequest,
    ) -> Result<Connections, Failure> {
        Err(unknown_context(&request.context))
    }

    pub(crate) async fn add_kubeconfig(
        self: &Arc<Self>,
        _request: KubeconfigRequest,
    ) -> Result<Connections, Failure> {
        Err(unknown_context(""))
    }

    pub(crate) async fn remove_kubeconfig(
        self: &Arc<Self>,
        _request: KubeconfigRequest,
    ) -> Result<Connections, Failure> {
        self.connections().await
    }

    /// Connects every context that an environment stands on.
    pub(crate) async fn connect_contexts(self: &Arc<Self>) {}

    pub(crate) async fn save_environment(
        self: &Arc<Self>,
        request: EnvironmentRequest,
    ) -> Result<Connections, Failure> {
        let protection = match request.protection {
            Protection::Open => Level::Open,
            Protection::Confirm => Level::Confirm,
            Protection::Locked { .. } => Level::Locked,
        };
        let known = request
            .id
            .as_deref()
            .map(|id| self.registry.get(id))
            .transpose()?;
        if let Some(known) = &known {
            self.may_loosen(known, protection)?;
        }
        let name = request.name.trim().to_owned();
        if name.is_empty() {
            return Err(failure(
                "name-invalid",
                "The environment was not saved: it needs a name.",
                "Give it one.",
            ));
        }
        let environment = match known {
            Some(known) => Environment {
                name,
                danger: request.danger,
                protection,
                ..known
            },
            None => Environment {
                id: self.free_id(&name),
                name,
                place: Place::Context {
                    context: request.context.clone(),
                },
                namespaces: request.namespaces.clone(),
                danger: request.danger,
                protection,
            },
        };
        self.registry
            .change(&self.history, |all| {
                match all.iter_mut().find(|known| known.id == environment.id) {
                    Some(known) => *known = environment,
                    None => all.push(environment),
                }
            })
            .await?;
        self.connect_contexts().await;
        self.push_matrix().await;
        self.connections().await
    }

    /// A locked environment must be unlocked before it can be made less protected.
    fn may_loosen(&self, known: &Environment, protection: Level) -> Result<(), Failure> {
        let unlocked = self.unlocks().until(&known.id, crate::runtime::now()).is_some();
        if known.protection == Level::Locked && protection != Level::Locked && !unlocked {
            return Err(failure(
                "environment-locked",
                format!("Nothing was changed: {} is locked.", known.name),
                "Unlock it with a reason first.",
            ));
        }
        Ok(())
    }

    fn free_id(&self, name: &str) -> String {
        let plain: String = name
            .chars()
            .map(|c| {
                if c.is_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect();
        let taken = |id: &str| self.registry.all().iter().any(|known| known.id == id);
        let mut id = plain.clone();
        let mut number = 2;
        while taken(&id) {
            id = format!("{plain}-{number}");
            number += 1;
        }
        id
    }

    pub(crate) async fn remove_environment(
        self: &Arc<Self>,
        request: EnvironmentIdRequest,
    ) -> Result<Connections, Failure> {
        let id = request.environment;
        if self.registry.all().iter().all(|known| known.id != id) {
            return Err(no_such_environment(&id));
        }
        let busy = self.running().iter().any(|release| release.environment.id == id);
        if busy {
            return Err(failure(
                "release-under-way",
                "The environment was not removed: a release is under way there.",
                "Finish it or roll it back first.",
            ));
        }
        self.registry
            .change(&self.history, |all| all.retain(|known| known.id != id))
            .await?;
        self.clients.disconnect(&id);
        self.applications.forget(&id);
        self.push_matrix().await;
        self.connections().await
    }
}

fn unknown_context(context: &str) -> Failure {
    failure(
        "context-unknown",
        format!("There is no context {context} in the kubeconfig files."),
        "Check the files under Connections.",
    )
}
