//! One process that answers HTTP for every pod: containers are fake here, their traffic is not.
//!
//! It listens on all addresses and knows by a connection's local address which pod was meant. It is this very
//! executable, started again with a role, so it needs no binary of its own to be found or to be out of date; that it is a
//! process keeps its memory and time out of what a bench measures of itself.

mod answers;
mod duration;
mod metrics;
mod pods;

use std::collections::HashMap;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::process::Process;
use crate::{Error, Result, folders};
use pods::Pods;

/// The port on which every pod answers, whatever its containers declare.
pub const PORT: u16 = 8080;

/// Set in the environment of the process that answers for pods.
pub(crate) const ROLE: &str = "SLIPWAY_TEST_PODSERVER";

/// The running process. All control planes of this process share one, because all pods have the same port.
#[derive(Debug)]
pub(crate) struct PodServer {
    process: Mutex<Process>,
    _folder: TempDir,
}

impl PodServer {
    /// The one that runs, or a new one. It ends with the last control plane that holds it.
    pub(crate) fn shared() -> Result<Arc<Self>> {
        static SHARED: Mutex<Weak<PodServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let folder = folders::fresh()?;
        let executable =
            std::env::current_exe().map_err(|cause| Error::file("/proc/self/exe".as_ref(), cause))?;
        let mut process = Process::new("podserver", executable, Vec::new(), folder.path()).env(ROLE, "1");
        process.start()?;
        let server = Arc::new(Self {
            process: Mutex::new(process),
            _folder: folder,
        });
        *shared = Arc::downgrade(&server);
        Ok(server)
    }

    /// Answers for the pods of one more cluster.
    pub(crate) fn watch(&self, kubeconfig: &Path) -> Result<()> {
        self.order("watch", kubeconfig)
    }

    /// Stops answering for a cluster that ends.
    pub(crate) fn forget(&self, kubeconfig: &Path) {
        // One that is gone has forgotten already.
        let _ = self.order("forget", kubeconfig);
    }

    fn order(&self, verb: &str, kubeconfig: &Path) -> Result<()> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = process
            .stdin()
            .map(|stdin| writeln!(stdin, "{verb} {}", kubeconfig.display()));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(failed("it takes no orders", &process.tail())),
        }
    }

    /// Waits until connections are accepted.
    pub(crate) async fn wait_ready(&self) -> Result<()> {
        let started = Instant::now();
        while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, PORT))
            .await
            .is_err()
        {
            self.check(started)?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

impl PodServer {
    fn check(&self, started: Instant) -> Result<()> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if process.is_running() && started.elapsed() < Duration::from_secs(30) {
            return Ok(());
        }
        Err(failed("it does not listen", &process.tail()))
    }
}

fn failed(what: &str, tail: &str) -> Error {
    Error::new(
        "control-plane/podserver",
        format!("the process that answers for pods: {what}\n{tail}"),
        "Call enter_namespace() as the first thing in main; nothing else may listen on port 8080 in the namespace.",
    )
}

/// Answers for pods until standard input ends.
pub(crate) fn run_and_exit() -> ! {
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .and_then(|runtime| runtime.block_on(serve()));
    if let Err(cause) = outcome {
        eprintln!("podserver: {cause}");
        std::process::exit(1);
    }
    std::process::exit(0)
}

async fn serve() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?;
    let pods = Arc::new(Pods::default());
    tokio::spawn(answers::accept(listener, pods.clone()));
    let mut watches = HashMap::new();
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    while let Some(order) = orders.next_line().await? {
        match order.split_once(' ') {
            Some(("watch", path)) => {
                let watch = tokio::spawn(pods::watch(pods.clone(), path.to_owned()));
                watches.insert(path.to_owned(), watch);
            }
            Some(("forget", path)) => {
                if let Some(watch) = watches.remove(path) {
                    watch.abort();
                }
                pods.forget(path);
            }
            _ => eprintln!("podserver: no such order: {order}"),
        }
    }
    Ok(())
}
