//! A thin adapter between the shell and the command surface.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast;

/// What a failed request tells a person.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorView {
    /// Stable and copyable.
    pub code: String,
    /// What happened, and what it means.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The running backend.
pub struct Backend {
    events: broadcast::Sender<Value>,
}

impl Backend {
    /// Starts it on the records in `data`.
    #[allow(clippy::unused_async)]
    pub async fn start(data: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        tracing::info!(data = %data.display(), "started");
        Ok(Self {
            events: broadcast::channel(4096).0,
        })
    }

    /// Answers one named request.
    #[allow(clippy::unused_async)]
    pub async fn call(&self, name: &str, _payload: Value) -> Result<Value, ErrorView> {
        Err(ErrorView {
            code: "unknown-request".into(),
            message: format!("There is no request named {name}."),
            hint: String::new(),
        })
    }

    /// Everything that happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Value> {
        self.events.subscribe()
    }
}
