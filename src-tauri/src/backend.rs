//! A thin adapter between the shell and the command surface.

use std::path::PathBuf;
use std::sync::Arc;

use api::view::{Event, Failure};
use api::{Api, Options};
use serde_json::Value;
use tokio::sync::{broadcast, watch};

use crate::profile::Profile;

/// What a start leaves: the running backend, or why it could not start.
///
/// A window that says what is wrong with the records helps more than no window, so a failed start is kept and is the
/// answer to every request.
type Started = Result<Arc<Api>, Failure>;

/// The backend, from the moment its start is asked for.
pub struct Backend {
    started: watch::Receiver<Option<Started>>,
}

impl Backend {
    /// Starts it on the records in `data`, beside the window: the window shows itself without waiting for the disk.
    pub fn start(data: PathBuf) -> Self {
        let (sender, started) = watch::channel(None);
        tauri::async_runtime::spawn(async move {
            let outcome = match Profile::take(&data) {
                Ok(profile) => {
                    // Until the process ends: an orderly end closes the records first.
                    std::mem::forget(profile);
                    Api::start(Options::in_folder(&data)).await
                }
                Err(failure) => Err(failure),
            };
            match &outcome {
                Ok(_) => tracing::info!(data = %data.display(), "the backend runs"),
                Err(failure) => tracing::error!(code = %failure.code, "the backend could not start"),
            }
            sender.send_replace(Some(outcome.map(Arc::new)));
        });
        Self { started }
    }

    /// Answers one named request, as soon as the backend has started.
    pub async fn call(&self, name: &str, payload: Value) -> Result<Value, Failure> {
        ready(self.started.clone()).await?.call(name, payload).await
    }

    /// Everything that happens from the start on; nothing, if it failed.
    pub async fn events(&self) -> Result<broadcast::Receiver<Event>, Failure> {
        Ok(ready(self.started.clone()).await?.events())
    }

    /// Whether the person is being asked about releases that run before the window closes.
    pub fn ask_to_close(&self) -> bool {
        let started = self.started.borrow().clone();
        matches!(started, Some(Ok(api)) if api.ask_to_close())
    }

    /// Has the window show a release.
    pub fn show(&self, release: &str) {
        let started = self.started.borrow().clone();
        if let Some(Ok(api)) = started {
            api.show(Some(release.to_owned()));
        }
    }

    /// Writes what still waits. Releases stay where they are in the cluster.
    pub async fn close(&self) {
        let started = self.started.borrow().clone();
        if let Some(Ok(api)) = started {
            api.close().await;
        }
    }
}

/// The backend, once its start is over.
async fn ready(mut started: watch::Receiver<Option<Started>>) -> Started {
    let outcome = started
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|outcome| outcome.clone());
    outcome.unwrap_or_else(|| {
        Err(Failure {
            code: "backend-ended".to_owned(),
            message:
                "Slipway's own backend ended while it started. Releases stay where they are in the cluster."
                    .to_owned(),
            hint: "Start Slipway again; if it stays so, report it with what it wrote to standard error."
                .to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Failure, ready};
    use tokio::sync::watch;

    #[tokio::test]
    async fn a_request_before_the_start_is_over_waits_for_it() {
        let (sender, receiver) = watch::channel(None);
        let request = tokio::spawn(ready(receiver));
        tokio::task::yield_now().await;
        assert!(!request.is_finished());
        let failure = Failure {
            code: "record-newer".into(),
            message: String::new(),
            hint: String::new(),
        };
        sender.send_replace(Some(Err(failure)));
        assert_eq!(request.await.unwrap().err().unwrap().code, "record-newer");
    }

    #[tokio::test]
    async fn a_start_that_died_is_told_and_nobody_waits_for_ever() {
        let (sender, receiver) = watch::channel(None);
        drop(sender);
        assert_eq!(ready(receiver).await.err().unwrap().code, "backend-ended");
    }
}
