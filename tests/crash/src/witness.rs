//! A second client that knows nothing of Slipway and watches every change of every Deployment from the first to the last.

use futures::StreamExt as _;
use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::runtime::watcher::{self, Event};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The annotation that names the operation applied last.
pub(crate) const OPERATION: &str = "slipway.dev/operation";

/// One state of a Deployment in which something was wanted that was not wanted before.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Grows by one with every change of what is wanted.
    pub generation: i64,
    /// The operation that it carried.
    pub operation: Option<String>,
    /// Everything that was wanted.
    pub spec: Value,
}

#[derive(Default)]
struct Book {
    seen: BTreeMap<String, Vec<Seen>>,
    gaps: u32,
}

/// The watch, and what it saw of each Deployment, in order. It ends when this is dropped.
pub struct Witness {
    book: Arc<Mutex<Book>>,
    changes: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Witness {
    /// Watches the Deployments of a namespace; returns once it has seen them.
    pub async fn watch(client: kube::Client, namespace: &str) -> Witness {
        let book = Arc::new(Mutex::new(Book::default()));
        let (sender, mut changes) = watch::channel(0);
        let deployments: Api<Deployment> = Api::namespaced(client, namespace);
        let task = tokio::spawn(follow(deployments, Arc::clone(&book), sender));
        let _ = changes.wait_for(|count| *count > 0).await;
        Witness { book, changes, task }
    }

    /// Changes whenever a Deployment wants something else.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// What was seen of each Deployment, and how often the watch had to begin anew and may have missed something.
    pub fn seen(&self) -> (BTreeMap<String, Vec<Seen>>, u32) {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        (book.seen.clone(), book.gaps)
    }

    /// How many operations were seen so far.
    pub fn operations(&self) -> usize {
        let (seen, _) = self.seen();
        seen.values()
            .flat_map(|all| all.iter().filter_map(|seen| seen.operation.as_ref()))
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(deployments: Api<Deployment>, book: Arc<Mutex<Book>>, changes: watch::Sender<u64>) {
    let mut events = std::pin::pin!(watcher::watcher(deployments, watcher::Config::default()));
    let (mut listed, mut lost) = (0, false);
    while let Some(event) = events.next().await {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                if !lost {
                    println!("the witness has no contact: {error}");
                }
                lost = true;
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::InitApply(object) | Event::Apply(object) => {
                if !book.add(&object) {
                    continue;
                }
            }
            Event::InitDone => {
                listed += 1;
                book.gaps = listed - 1;
            }
            Event::Init | Event::Delete(_) => continue,
        }
        drop(book);
        lost = false;
        changes.send_modify(|count| *count += 1);
    }
}

impl Book {
    /// Whether it wants something else than before.
    fn add(&mut self, object: &Deployment) -> bool {
        let name = object.metadata.name.clone().unwrap_or_default();
        let seen = Seen {
            generation: object.metadata.generation.unwrap_or(0),
            operation: object
                .metadata
                .annotations
                .as_ref()
                .and_then(|all| all.get(OPERATION).cloned()),
            spec: serde_json::to_value(&object.spec).unwrap_or_default(),
        };
        let all = self.seen.entry(name).or_default();
        let is_new = all.last() != Some(&seen);
        if is_new {
            all.push(seen);
        }
        is_new
    }
}
