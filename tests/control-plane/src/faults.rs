//! What can be done to the parts: hang, kill, restart; and how it is seen that they answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::process::Process;
use crate::{ControlPlane, Error, Part, Result, http};

/// How long a part may take to answer. A start takes three seconds on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long to wait before asking again.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

impl ControlPlane {
    /// Stops a part where it is (SIGSTOP): its connections stay open and nothing answers, like a hung server.
    ///
    /// # Errors
    /// `control-plane/not-running`.
    pub fn hang(&self, part: Part) -> Result<()> {
        self.signal(part, Signal::STOP)
    }

    /// Lets a hung part go on (SIGCONT).
    ///
    /// # Errors
    /// `control-plane/not-running`.
    pub fn resume(&self, part: Part) -> Result<()> {
        self.signal(part, Signal::CONT)
    }

    /// Ends a part at once (SIGKILL): its connections break and new ones are refused.
    pub fn kill(&self, part: Part) {
        if let Some(process) = self.lock().get_mut(&part) {
            process.kill();
        }
    }

    /// Starts a part again on the same ports and data, ending it first if it runs, and waits until it answers.
    ///
    /// # Errors
    /// `control-plane/not-ready` with the end of the part's log.
    pub async fn restart(&self, part: Part) -> Result<()> {
        self.kill(part);
        start_part(&mut self.lock(), part)?;
        self.wait_for(part).await
    }

    /// Makes the API server forget every version of every object before now: it is ended, etcd's history is
    /// compacted, and it starts anew. A watch or list from an older resourceVersion is then answered with 410 Gone.
    ///
    /// # Errors
    /// `control-plane/etcd`, and those of [`ControlPlane::restart`].
    pub async fn expire_history(&self) -> Result<()> {
        self.kill(Part::ApiServer);
        let failed = |cause: String| {
            Error::new(
                "control-plane/etcd",
                format!("compacting: {cause}"),
                "Is etcd hung or killed?",
            )
        };
        let etcd = format!("http://127.0.0.1:{}/v3/kv", self.addresses.etcd);
        // The range of one absent key ("AA==" is one zero byte) tells the newest revision.
        let newest = http::post(&format!("{etcd}/range"), r#"{"key":"AA=="}"#)
            .await
            .map_err(failed)?;
        let newest: serde_json::Value =
            serde_json::from_str(&newest).map_err(|cause| failed(cause.to_string()))?;
        let revision = newest["header"]["revision"]
            .as_str()
            .ok_or_else(|| failed(newest.to_string()))?;
        let order = serde_json::json!({"revision": revision, "physical": true}).to_string();
        http::post(&format!("{etcd}/compaction"), &order)
            .await
            .map_err(failed)?;
        self.restart(Part::ApiServer).await
    }

    /// A part's process id, for instance to read its memory.
    pub fn pid(&self, part: Part) -> Option<u32> {
        self.lock().get(&part).and_then(Process::pid)
    }

    /// A part's log file; restarts add to it.
    pub fn log(&self, part: Part) -> PathBuf {
        self.path.join(format!("{}.log", part.name()))
    }

    pub(crate) fn running_parts(&self) -> Vec<Part> {
        self.lock()
            .keys()
            .copied()
            .filter(|part| !matches!(part, Part::Etcd | Part::ApiServer))
            .collect()
    }

    fn signal(&self, part: Part, signal: Signal) -> Result<()> {
        self.lock()
            .get_mut(&part)
            .map_or_else(|| Err(absent(part)), |process| process.signal(signal))
    }

    pub(crate) async fn wait_for(&self, part: Part) -> Result<()> {
        let message = format!("{} does not answer", part.name());
        match part {
            Part::Etcd | Part::ApiServer => {
                let ready = || async {
                    let request = hyper::Request::get("/readyz").body(Vec::new());
                    match request {
                        Ok(request) => self.admin.request_text(request).await.is_ok(),
                        Err(_) => false,
                    }
                };
                self.wait(part, &message, ready).await
            }
            Part::ControllerManager => {
                let port = self.addresses.controller_manager;
                let ready = || async { tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() };
                self.wait(part, &message, ready).await
            }
            // It listens nowhere; that it runs is all there is to see.
            Part::Kwok => self.wait(part, &message, || async { true }).await,
            Part::Prometheus => {
                let prometheus = self.prometheus()?;
                self.wait(part, &message, || prometheus.is_ready()).await
            }
        }
    }

    /// Asks until the answer is yes, while the part runs and has time.
    pub(crate) async fn wait<F: Future<Output = bool>>(
        &self,
        part: Part,
        message: &str,
        ready: impl Fn() -> F,
    ) -> Result<()> {
        let started = Instant::now();
        loop {
            if tokio::time::timeout(Duration::from_secs(2), ready())
                .await
                .unwrap_or(false)
            {
                return Ok(());
            }
            self.check(part, message, started)?;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whether it is worth waiting on: the part runs, and has time left.
    fn check(&self, part: Part, message: &str, started: Instant) -> Result<()> {
        let mut parts = self.lock();
        let process = parts.get_mut(&part).ok_or_else(|| absent(part))?;
        let what = if !process.is_running() {
            "the process ended".to_owned()
        } else if started.elapsed() > PATIENCE {
            format!("gave up after {PATIENCE:?}")
        } else {
            return Ok(());
        };
        Err(Error::new(
            "control-plane/not-ready",
            format!("{message}: {what}\n{}", process.tail()),
            "Read the log; on a very busy machine try again.",
        ))
    }
}

fn absent(part: Part) -> Error {
    Error::new(
        "control-plane/no-part",
        format!("this control plane has no {}", part.name()),
        "Ask for it in the options.",
    )
}

pub(crate) fn start_part(parts: &mut BTreeMap<Part, Process>, part: Part) -> Result<()> {
    parts
        .get_mut(&part)
        .map_or_else(|| Err(absent(part)), Process::start)
}
