//! Child processes that never outlive this one, and whose last words are kept.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use rustix::process::{Pid, Signal, kill_process};

use crate::{Error, Result};

/// One process of the control plane: how to start it, and the running child.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    pub(crate) fn new(name: &'static str, program: PathBuf, args: Vec<String>, folder: &Path) -> Self {
        Self {
            name,
            program,
            args,
            env: Vec::new(),
            log: folder.join(format!("{name}.log")),
            child: None,
        }
    }

    pub(crate) fn env(mut self, key: &str, value: impl Into<String>) -> Self {
        self.env.push((key.to_owned(), value.into()));
        self
    }

    /// Starts the process; its output is added to the log. A running one is left alone.
    pub(crate) fn start(&mut self) -> Result<()> {
        if self.is_running() {
            return Ok(());
        }
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)
            .map_err(|cause| Error::file(&self.log, cause))?;
        let errors = log.try_clone().map_err(|cause| Error::file(&self.log, cause))?;
        // The kernel ends the child when its parent is gone, however that came about.
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(&self.program)
            .args(&self.args)
            .envs(self.env.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors);
        self.child = Some(spawn(command).map_err(|cause| {
            Error::new(
                "control-plane/start",
                format!("{} did not start: {cause}", self.name),
                "Check that `setpriv` (package util-linux) is there.",
            )
        })?);
        Ok(())
    }

    /// Whether the process runs (a stopped one does).
    pub(crate) fn is_running(&mut self) -> bool {
        self.child
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The pipe to the process's standard input; it closes when the process is ended.
    pub(crate) fn stdin(&mut self) -> Option<&mut std::process::ChildStdin> {
        self.child.as_mut().and_then(|child| child.stdin.as_mut())
    }

    pub(crate) fn signal(&mut self, signal: Signal) -> Result<()> {
        let pid = self
            .is_running()
            .then(|| self.pid())
            .flatten()
            .and_then(|pid| i32::try_from(pid).ok())
            .and_then(Pid::from_raw)
            .ok_or_else(|| {
                Error::new(
                    "control-plane/not-running",
                    format!("{} is not running\n{}", self.name, self.tail()),
                    "Start it with restart().",
                )
            })?;
        kill_process(pid, signal).map_err(|cause| {
            Error::new(
                "control-plane/signal",
                format!("{}: {cause}", self.name),
                "Read the part's log.",
            )
        })
    }

    /// Ends the process at once and waits until it is gone: its state is thrown away or kept by etcd, so a slow
    /// orderly end buys nothing.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The last lines of the log, for an error's text.
    pub(crate) fn tail(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn tail(log: &Path) -> String {
    const BYTES: u64 = 3_000;
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    match read() {
        Ok(text) => format!("--- end of {}:\n{}\n---", log.display(), text.trim_end()),
        Err(cause) => format!("--- no log at {}: {cause} ---", log.display()),
    }
}

/// A child asked to die with its parent dies with the *thread* that started it. Threads of a runtime come and go, so
/// one thread that lives as long as the process starts them all.
fn spawn(command: Command) -> std::io::Result<Child> {
    type Order = (Command, Sender<std::io::Result<Child>>);
    static STARTER: OnceLock<Sender<Order>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (orders, inbox) = channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, reply) in inbox {
                let _ = reply.send(command.spawn());
            }
        });
        orders
    });
    let (reply, answer) = channel();
    let gone = || std::io::Error::other("the thread that starts processes is gone");
    starter.send((command, reply)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}
