//! The app's own program as a child process, without a window or with one.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{mpsc, oneshot};

/// The longest time that a command may take before this suite gives up on the app.
const ANSWER: Duration = Duration::from_secs(60);

/// Whether the app shows a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// `--no-window`: takes commands from here.
    NoWindow,
    /// With its window, on the display that this suite was given; nobody sends it anything.
    Window,
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// A running app.
pub struct App {
    child: Child,
    lines: Option<mpsc::UnboundedSender<String>>,
    waiting: Waiting,
    next: std::sync::atomic::AtomicU64,
}

impl App {
    /// Starts the program on the records in `data`, with the clusters of `kubeconfig`. What it logs is added to `app.log` there.
    pub fn start(data: &Path, kubeconfig: &Path, shown: Shown) -> App {
        App::start_with(data, kubeconfig, shown, |command| command)
    }

    /// As [`App::start`], with something more said about the command.
    pub fn start_with(
        data: &Path,
        kubeconfig: &Path,
        shown: Shown,
        more: impl FnOnce(&mut Command) -> &mut Command,
    ) -> App {
        let program =
            std::env::var_os("SLIPWAY_APP").expect("SLIPWAY_APP: start this with `cargo xtask test crash`");
        let folder = data.parent().expect("a folder around the profile");
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join("app.log"))
            .expect("a log");
        let mut command = Command::new(program);
        command
            .env("SLIPWAY_DATA_DIR", data)
            .env("KUBECONFIG", kubeconfig)
            .env("SLIPWAY_LOG", "info")
            // Nothing of the developer's own: no settings, no caches, no keyring.
            .env("HOME", folder)
            .env("XDG_CONFIG_HOME", folder.join("config"))
            .env("XDG_CACHE_HOME", folder.join("cache"))
            .env("XDG_DATA_HOME", folder.join("share"))
            .stderr(log)
            .kill_on_drop(true);
        if shown == Shown::NoWindow {
            command
                .arg("--no-window")
                .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped());
        } else {
            command.stdin(Stdio::null()).stdout(Stdio::null());
        }
        let mut child = more(&mut command).spawn().expect("the app starts");
        let waiting = Waiting::default();
        let lines = child.stdin.take().map(|input| {
            let (sender, lines) = mpsc::unbounded_channel();
            tokio::spawn(write(input, lines));
            sender
        });
        if let Some(output) = child.stdout.take() {
            tokio::spawn(read(output, Arc::clone(&waiting)));
        }
        App {
            child,
            lines,
            waiting,
            next: std::sync::atomic::AtomicU64::new(1),
        }
    }

    /// Sends a command. The answer is `{"reply": …}` or `{"failure": …}`; none comes from an app that is gone.
    pub fn ask(&self, name: &str, request: &Value) -> oneshot::Receiver<Value> {
        let id = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        lock(&self.waiting).insert(id, sender);
        let line = json!({ "id": id, "command": name, "request": request });
        if let Some(lines) = &self.lines {
            let _ = lines.send(format!("{line}\n"));
        }
        answer
    }

    /// The reply to a command, or the failure. `Err(Null)` if the app is gone.
    ///
    /// # Errors
    ///
    /// The failure as the window would show it.
    pub async fn call(&self, name: &str, request: &Value) -> Result<Value, Value> {
        let answer = tokio::time::timeout(ANSWER, self.ask(name, request)).await;
        let mut answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => return Err(Value::Null),
            Err(_) => panic!("{name} was not answered within {ANSWER:?}"),
        };
        match answer.get_mut("reply") {
            Some(reply) => Ok(reply.take()),
            None => Err(answer["failure"].take()),
        }
    }

    /// The reply to a command that must succeed.
    pub async fn must(&self, name: &str, request: &Value) -> Value {
        self.call(name, request)
            .await
            .unwrap_or_else(|failure| panic!("{name}: {failure:#}"))
    }

    /// SIGKILL. Answers whether it still ran, and returns when it is gone.
    pub async fn kill(mut self) -> bool {
        let ran = matches!(self.child.try_wait(), Ok(None));
        self.child.kill().await.expect("the app is killed");
        ran
    }

    /// Ends its input and waits until it ends by itself, every release being over or held.
    pub async fn finish(mut self, limit: Duration) -> bool {
        self.lines = None;
        match tokio::time::timeout(limit, self.child.wait()).await {
            Ok(status) => status.is_ok_and(|status| status.success()),
            Err(_) => {
                let _ = self.child.kill().await;
                false
            }
        }
    }

    /// Its process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }
}

async fn write(mut input: ChildStdin, mut lines: mpsc::UnboundedReceiver<String>) {
    while let Some(line) = lines.recv().await {
        if input.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(output: tokio::process::ChildStdout, waiting: Waiting) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // The kill may come in the middle of a line.
        let Ok(answer) = serde_json::from_str::<Value>(&line) else {
            break;
        };
        let id = answer["id"].as_u64().unwrap_or_default();
        if let Some(sender) = lock(&waiting).remove(&id) {
            let _ = sender.send(answer);
        }
    }
    // Nobody answers any more: whoever waits is told by a closed channel.
    lock(&waiting).clear();
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
