use crate::api::Inner;
use crate::failure::{failure, no_such_environment};
use crate::runtime::{Answered, Environment, Level, Place};
use crate::view::{
    Connections, ContextRequest, ContextRow, ContextState, Danger, EnvironmentIdRequest, EnvironmentRequest,
    Failure, KubeconfigFile, KubeconfigRequest, Protection,
};
use cluster::inventory::{identify, namespaces};
use cluster::kubeconfig::{Context, connect, default_paths};
use conductor::PortError;
use kube::Client;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// The setting that holds kubeconfig files that the person added.
const FILES: &str = "kubeconfigFiles";

impl Inner {
    /// Files, contexts and the practice cluster. Contexts that were not asked yet are asked in the background.
    pub(crate) async fn connections(self: &Arc<Self>) -> Result<Connections, Failure> {
        self.read_files().await?;
        let added = self.added_files().await?;
        let files = self.contexts.files();
        let contexts = files.contexts();
        for context in &contexts {
            if self.contexts.answer(&context.name).state.is_none() {
                self.ask_in_background(&context.name);
            }
        }
        let shown = files
            .files
            .iter()
            // Nobody needs to be told that the default file does not exist.
            .filter(|file| {
                added.contains(&file.path)
                    || file
                        .failure
                        .as_ref()
                        .is_none_or(|f| f.code != "kubeconfig-missing")
            })
            .map(|file| KubeconfigFile {
                path: file.path.display().to_string(),
                added: added.contains(&file.path),
                failure: file.failure.clone().map(Failure::from),
                contexts: u32::try_from(file.contexts.len()).unwrap_or(u32::MAX),
            })
            .collect();
        let rows = contexts.iter().map(|context| self.context_row(context)).collect();
        Ok(Connections {
            files: shown,
            contexts: rows,
            practice: self.practice_offer(),
        })
    }

    fn context_row(&self, context: &Context) -> ContextRow {
        let answered = self.contexts.answer(&context.name);
        let all = self.registry.all();
        let own: Vec<&Environment> = all
            .iter()
            .filter(|known| known.context() == Some(context.name.as_str()))
            .collect();
        let set = own.first().map(|environment| environment.danger);
        ContextRow {
            name: context.name.clone(),
            file: context.file.display().to_string(),
            server: context.server.clone(),
            namespace: context.namespace.clone(),
            namespaces: answered.namespaces,
            state: answered.state.unwrap_or(ContextState::NotAsked),
            danger: set.unwrap_or_else(|| guess_danger(&context.name)),
            danger_set: set.is_some(),
            environments: own
                .iter()
                .filter_map(|environment| self.tag(&environment.id).ok())
                .collect(),
        }
    }

    async fn added_files(&self) -> Result<Vec<PathBuf>, Failure> {
        let kept = self.history.setting(FILES).await?;
        Ok(kept
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default())
    }

    async fn read_files(&self) -> Result<(), Failure> {
        let mut paths = match &self.kubeconfig {
            Some(paths) => paths.clone(),
            None => {
                let list = std::env::var("KUBECONFIG").ok();
                let home = std::env::var_os("HOME")
                    .or_else(|| std::env::var_os("USERPROFILE"))
                    .map(PathBuf::from);
                default_paths(list.as_deref(), home.as_deref())
            }
        };
        for added in self.added_files().await? {
            if !paths.contains(&added) {
                paths.push(added);
            }
        }
        self.contexts.read(&paths);
        Ok(())
    }

    /// Reads kubeconfig files that changed, and connects anew what stands on them: a sign-in may have been renewed.
    pub(crate) async fn reload_changed_files(self: &Arc<Self>) {
        if self.contexts.files().changed() {
            self.connect_contexts().await;
        }
    }

    fn ask_in_background(self: &Arc<Self>, context: &str) {
        self.contexts.set_answer(
            context,
            Answered {
                state: Some(ContextState::Asking),
                namespaces: Vec::new(),
            },
        );
        let (inner, context) = (Arc::clone(self), context.to_owned());
        tokio::spawn(async move { inner.ask_context(&context).await });
    }

    /// Asks a context who it is and who we are, and keeps the answer.
    async fn ask_context(&self, context: &str) {
        let begun = Instant::now();
        let asked = async {
            let client = connect(&self.contexts.files(), context).await?;
            let identity = identify(&client).await?;
            let took_ms = begun.elapsed().as_secs_f64() * 1000.0;
            let listed = match namespaces(&client).await {
                Ok(listed) => Some(listed),
                Err(error) if error.code == "forbidden" => None,
                Err(error) => return Err(error),
            };
            Ok::<_, PortError>((identity, took_ms, listed))
        };
        let answered = match asked.await {
            Ok((identity, took_ms, listed)) => Answered {
                state: Some(ContextState::Answers {
                    server_version: identity.server_version,
                    took_ms,
                    user: identity.user,
                    may_list_namespaces: listed.is_some(),
                }),
                namespaces: listed.unwrap_or_default(),
            },
            Err(error) => Answered {
                state: Some(ContextState::Failed {
                    failure: error.into(),
                }),
                namespaces: Vec::new(),
            },
        };
        self.contexts.set_answer(context, answered);
    }

    pub(crate) async fn check_context(
        self: &Arc<Self>,
        request: ContextRequest,
    ) -> Result<Connections, Failure> {
        self.read_files().await?;
        self.ask_context(&request.context).await;
        self.connections().await
    }

    pub(crate) async fn add_kubeconfig(
        self: &Arc<Self>,
        request: KubeconfigRequest,
    ) -> Result<Connections, Failure> {
        let path = request.path.unwrap_or_default();
        let home = std::env::var("HOME").ok();
        let path = match (path.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => format!("{home}/{rest}"),
            _ => path,
        };
        if !Path::new(&path).is_absolute() {
            return Err(failure(
                "path-invalid",
                format!("No file was added: {path:?} is not a complete path."),
                "Give the whole path of the kubeconfig file.",
            ));
        }
        let mut added = self.added_files().await?;
        let path = PathBuf::from(path);
        if !added.contains(&path) {
            added.push(path);
        }
        self.history.set_setting(FILES, json!(added)).await?;
        self.connect_contexts().await;
        self.connections().await
    }

    pub(crate) async fn remove_kubeconfig(
        self: &Arc<Self>,
        request: KubeconfigRequest,
    ) -> Result<Connections, Failure> {
        let mut added = self.added_files().await?;
        added.retain(|path| Some(path.display().to_string()) != request.path);
        self.history.set_setting(FILES, json!(added)).await?;
        self.connections().await
    }

    /// Connects every context that an environment stands on, side by side.
    pub(crate) async fn connect_contexts(self: &Arc<Self>) {
        if let Err(failure) = self.read_files().await {
            tracing::warn!(code = %failure.code, "kubeconfig files are not read");
        }
        let environments = self.registry.all();
        futures::future::join_all(
            environments
                .iter()
                .map(|environment| self.connect_environment(environment)),
        )
        .await;
    }

    async fn connect_environment(&self, environment: &Environment) {
        let Some(context) = environment.context() else {
            return;
        };
        match connect(&self.contexts.files(), context).await {
            Ok(client) => {
                self.contexts.set_failure(&environment.id, None);
                self.take_up(environment, &client).await;
            }
            Err(error) => self.contexts.set_failure(&environment.id, Some(error.into())),
        }
    }

    async fn take_up(&self, environment: &Environment, client: &Client) {
        self.clients.connect(&environment.id, client.clone());
        self.applications
            .follow(&environment.id, client, &environment.namespaces);
        self.connect_metrics(&environment.id).await;
    }

    /// Why an environment could not be connected.
    pub(crate) fn connect_failure(&self, environment: &str) -> Option<Failure> {
        self.contexts.failure(environment)
    }

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
        let practice = known.as_ref().is_some_and(Environment::is_practice);
        let namespaces: Vec<String> = request
            .namespaces
            .iter()
            .map(|namespace| namespace.trim().to_owned())
            .filter(|namespace| !namespace.is_empty())
            .collect();
        if namespaces.is_empty() && !practice {
            return Err(failure(
                "namespaces-missing",
                "The environment was not saved: it needs at least one namespace.",
                "Choose or type the namespaces of your applications.",
            ));
        }
        let environment = match known {
            Some(known) if practice => Environment {
                name,
                protection,
                ..known
            },
            Some(known) => Environment {
                name,
                danger: request.danger,
                protection,
                namespaces,
                ..known
            },
            None => Environment {
                id: self.free_id(&name),
                name,
                place: Place::Context {
                    context: request.context.clone(),
                },
                namespaces,
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
        self.leaderships.forget(&id);
        self.push_matrix().await;
        self.connections().await
    }
}

/// How careful one probably has to be, from a name; the person has the last word.
fn guess_danger(context: &str) -> Danger {
    let name = context.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if says(&["prod", "prd", "live"]) {
        Danger::Production
    } else if says(&["stag", "stg", "uat", "preprod", "qa"]) {
        Danger::Staging
    } else if says(&[
        "dev",
        "test",
        "kind",
        "minikube",
        "k3d",
        "local",
        "docker-desktop",
    ]) {
        Danger::Development
    } else {
        // What is not known is treated as dangerous.
        Danger::Production
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_treated_as_production() {
        assert_eq!(guess_danger("kind-dev"), Danger::Development);
        assert_eq!(guess_danger("stg-eu1"), Danger::Staging);
        assert_eq!(guess_danger("prod-eu1"), Danger::Production);
        assert_eq!(guess_danger("gke_shop_europe"), Danger::Production);
    }
}
