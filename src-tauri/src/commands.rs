//! The commands of the window. Two of them only forward to the backend; the third asks the desktop for a file.

use api::view::Failure;
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{Runtime, State, Window};

use crate::backend::Backend;
use crate::{file_picker, subscription};

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
) -> Result<Value, Failure> {
    backend.call(&name, payload.unwrap_or(Value::Null)).await
}

/// Delivers the backend's events on `channel` from now on, paced, until the window lets go of it.
///
/// # Errors
///
/// Why the backend could not start.
#[tauri::command]
pub async fn subscribe(backend: State<'_, Backend>, channel: Channel<Value>) -> Result<(), Failure> {
    let events = backend.events().await?;
    let send = move |batch: Vec<Value>| batch.into_iter().all(|event| channel.send(event).is_ok());
    tauri::async_runtime::spawn(subscription::deliver(events, send));
    Ok(())
}

/// Lets the person pick a file with the desktop's own dialog: its whole path, or `None` if nothing was picked.
///
/// # Errors
///
/// `path-invalid` for a file that has no path here, or one that is no text.
#[tauri::command]
pub async fn choose_file<R: Runtime>(window: Window<R>, title: String) -> Result<Option<String>, Failure> {
    file_picker::choose(&window, &title).await
}
