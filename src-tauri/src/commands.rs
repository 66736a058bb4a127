//! The two commands of the window. They only forward.

use serde_json::Value;
use tauri::State;
use tauri::ipc::Channel;

use crate::backend::{Backend, ErrorView};
use crate::subscription;

/// Sends one named request to the backend and answers with its reply.
///
/// # Errors
///
/// What the backend says, as `{code, message, hint}`.
#[tauri::command]
pub async fn call(
    backend: State<'_, Backend>,
    name: String,
    payload: Option<Value>,
) -> Result<Value, ErrorView> {
    backend.call(&name, payload.unwrap_or(Value::Null)).await
}

/// Delivers the backend's events on `channel` from now on, paced, until the window lets go of it.
#[tauri::command]
pub fn subscribe(backend: State<'_, Backend>, channel: Channel<Value>) {
    let events = backend.events();
    let send = move |batch: Vec<Value>| batch.into_iter().all(|event| channel.send(event).is_ok());
    tauri::async_runtime::spawn(subscription::deliver(events, send));
}
