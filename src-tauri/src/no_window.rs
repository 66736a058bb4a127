//! `slipway --no-window`: the same backend without a window, for servers and scripts.
//!
//! It goes on with the releases of the record and takes the window's own commands as JSON lines on standard input:
//!
//! ```text
//! {"id": 1, "command": "release.live", "request": {"release": "R-4K2ZQ7"}}
//! ```
//!
//! Each is answered by one line on standard output, in the order in which the answers are there:
//!
//! ```text
//! {"id": 1, "reply": {…}}
//! {"id": 1, "failure": {"code": "…", "message": "…", "hint": "…"}}
//! ```
//!
//! Commands run beside each other, so that no slow question stands before a rollback. When the input ends, it stays until
//! no release moves any more: what is held waits for a person, and the cluster serves meanwhile.

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::view::Failure;
use api::{Api, Options};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::profile::Profile;

/// The option that asks for it.
pub const OPTION: &str = "--no-window";

/// How often it is seen whether a release still moves, once the input has ended.
const LOOK: Duration = Duration::from_millis(500);

/// One line of input.
#[derive(Debug, Deserialize)]
struct Line {
    /// Comes back with the answer; any JSON.
    #[serde(default)]
    id: Value,
    /// The command's name.
    command: String,
    /// Its request; absent is an empty one.
    #[serde(default)]
    request: Value,
}

/// Runs on the records in `data` until the input has ended and no release moves any more.
///
/// # Errors
///
/// When the profile is in use or the records cannot be opened; nothing was changed then.
pub fn run(data: &Path) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime
        .block_on(serve(data))
        .map_err(|failure| format!("{}: {} {}", failure.code, failure.message, failure.hint).into())
}

async fn serve(data: &Path) -> Result<(), Failure> {
    let _profile = Profile::take(data)?;
    let api = Arc::new(Api::start(Options::in_folder(data)).await?);
    tracing::info!(data = %data.display(), "the backend runs, without a window");
    let (answers, to_write) = unbounded_channel();
    std::thread::spawn(move || write(to_write));
    let mut lines = read();
    let mut under_way = tokio::task::JoinSet::new();
    while let Some(line) = lines.recv().await {
        under_way.spawn(answer(Arc::clone(&api), line, answers.clone()));
        while under_way.try_join_next().is_some() {}
    }
    while under_way.join_next().await.is_some() {}
    while moves(&api).await {
        tokio::time::sleep(LOOK).await;
    }
    api.close().await;
    Ok(())
}

/// Standard input line by line, read by a thread of its own: nothing can give up a read of it.
fn read() -> UnboundedReceiver<String> {
    let (sender, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            match line {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "standard input cannot be read any more");
                    return;
                }
            }
        }
    });
    lines
}

/// Writes answers as they come. A reader that went away is no reason to leave a release alone.
fn write(mut answers: UnboundedReceiver<Value>) {
    let mut output = std::io::stdout();
    while let Some(answer) = answers.blocking_recv() {
        if writeln!(output, "{answer}")
            .and_then(|()| output.flush())
            .is_err()
        {
            tracing::warn!("nobody reads the answers any more");
            return;
        }
    }
}

async fn answer(api: Arc<Api>, line: String, answers: UnboundedSender<Value>) {
    let answer = match serde_json::from_str::<Line>(&line) {
        Ok(line) => match api.call(&line.command, line.request).await {
            Ok(reply) => json!({ "id": line.id, "reply": reply }),
            Err(failure) => json!({ "id": line.id, "failure": failure }),
        },
        Err(error) => json!({ "id": null, "failure": Failure {
            code: "line-unreadable".to_owned(),
            message: format!("Nothing was done: the line is no command ({error})."),
            hint: r#"Send one JSON object a line: {"id": 1, "command": "app.shell", "request": {}}."#.to_owned(),
        } }),
    };
    // Nobody reads any more: what was asked is done all the same.
    let _ = answers.send(answer);
}

/// Whether a release is on its way somewhere by itself, its checks included. One that is held waits for a person.
async fn moves(api: &Api) -> bool {
    let filter = json!({
        "text": "", "days": null, "productionOnly": false, "ending": "running", "limit": 1, "before": null,
    });
    match api.call("history.list", filter).await {
        Ok(list) => list.get("matching").and_then(Value::as_u64) != Some(0),
        Err(failure) => {
            tracing::error!(code = %failure.code, "it cannot be told whether a release still moves");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use serde_json::Value;

    #[test]
    fn a_line_needs_a_command_and_nothing_else() {
        let line: Line = serde_json::from_str(r#"{"command": "app.shell"}"#).unwrap();
        assert_eq!((line.id, line.request), (Value::Null, Value::Null));
        assert!(serde_json::from_str::<Line>(r#"{"id": 1}"#).is_err());
    }
}
