//! One Slipway that makes release after release on the practice cluster, as fast as that goes, in all of its environments
//! at the same time. What is left behind is looked at on the way: memory, bytes on the disk, tasks, watches.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a program that measures: it says why it cannot go on, and ends"
)]

use api::view::Failure;
use api::{Api, Options};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many times as fast as the computer's the practice cluster's clock goes.
const ACCELERATION: f64 = 300.0;
/// What takes longer than this, by the computer's clock, does not begin.
const PATIENCE: Duration = Duration::from_secs(120);
/// A release that takes longer than this by the practice cluster's clock, in milliseconds, never ends. On a busy computer that clock goes
/// slower than it should.
const NEVER_MILLIS: f64 = 10.0 * 3_600_000.0;
/// Every so many releases one is rolled back.
const ROLLED_BACK: u64 = 5;

/// A running Slipway with its cells: an application in an environment each.
pub struct Soak {
    api: Api,
    cells: Vec<Cell>,
    ended: AtomicU64,
    rolled_back: AtomicU64,
}

/// An application in an environment, and a share that its pods can express.
#[derive(Debug, Clone)]
struct Cell {
    application: String,
    environment: String,
    share: f64,
}

/// What there is at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Left {
    /// Releases that are over.
    pub releases: u64,
    /// Resident memory of this process, in bytes.
    pub resident: u64,
    /// Bytes of the record, its log included.
    pub record: u64,
    /// Tasks of the runtime that have not ended.
    pub tasks: usize,
    /// Releases in memory.
    pub in_memory: u64,
    /// Workloads that are watched.
    pub watched: u64,
}

impl Soak {
    /// Starts with an empty record in `folder`, and waits until every cell is known.
    pub async fn start(folder: &Path) -> Arc<Soak> {
        let options = Options {
            practice_acceleration: ACCELERATION,
            kubeconfig: Some(Vec::new()),
            ..Options::in_folder(folder)
        };
        let mut soak = Soak {
            api: Api::start(options).await.expect("a backend"),
            cells: Vec::new(),
            ended: AtomicU64::new(0),
            rolled_back: AtomicU64::new(0),
        };
        let begun = Instant::now();
        while soak.cells.len() < 15 {
            assert!(
                begun.elapsed() < PATIENCE,
                "the practice cluster does not come up"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
            let matrix = soak
                .call("environments.matrix", json!({}))
                .await
                .expect("a matrix");
            let known = matrix["cells"].as_array().cloned().unwrap_or_default();
            let mut cells = Vec::new();
            for cell in &known {
                let (application, environment) = (text(&cell["application"]), text(&cell["environment"]));
                let asked = json!({ "application": application, "environment": environment });
                let Ok(draft) = soak.call("release.draft", asked).await else {
                    break;
                };
                cells.push(Cell {
                    application,
                    environment,
                    share: draft["possibleShares"][0].as_f64().expect("a share"),
                });
            }
            soak.cells = cells;
        }
        Arc::new(soak)
    }

    async fn call(&self, name: &str, request: Value) -> Result<Value, Failure> {
        self.api.call(name, request).await
    }

    /// Makes releases in all cells beside each other until so many are over.
    pub async fn until(self: &Arc<Self>, releases: u64) {
        let workers: Vec<_> = self
            .cells
            .iter()
            .cloned()
            .map(|cell| {
                let soak = Arc::clone(self);
                tokio::spawn(async move {
                    while soak.ended.load(Ordering::Relaxed) < releases {
                        soak.one(&cell).await;
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("releases without end");
        }
    }

    /// One release, from its start to its end.
    async fn one(&self, cell: &Cell) {
        let begun = Instant::now();
        let release = loop {
            match self.call("release.start", request(cell)).await {
                Ok(started) => break text(&started["release"]),
                Err(failure) => assert!(
                    begun.elapsed() < PATIENCE,
                    "{cell:?} cannot be released: {failure:?}"
                ),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let mut back = self.ended.load(Ordering::Relaxed).is_multiple_of(ROLLED_BACK);
        loop {
            let live = self
                .call("release.live", json!({ "release": release }))
                .await
                .expect("a release");
            let stage = live["stage"]["stage"].as_str().unwrap_or_default();
            match stage {
                "completed" | "refused" => break,
                "rolledBack" => {
                    self.rolled_back.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                "baking" | "held" if back => {
                    back = false;
                    let request = json!({ "release": release, "target": null, "reason": "a soak" });
                    // It may be over by now.
                    let _ = self.call("release.rollBack", request).await;
                }
                _ => assert!(
                    age_millis(&live) < NEVER_MILLIS,
                    "{release} never ends: {} waits for {:#}",
                    live["stage"],
                    live["waits"]
                ),
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// Releases that were rolled back so far.
    pub fn rolled_back(&self) -> u64 {
        self.rolled_back.load(Ordering::Relaxed)
    }

    /// What there is now.
    pub async fn look(&self) -> Left {
        let settings = self.call("settings.read", json!({})).await.expect("settings");
        let told = self
            .call("settings.diagnostics", json!({}))
            .await
            .expect("diagnostics");
        let told: Value = serde_json::from_str(told["text"].as_str().unwrap_or_default()).expect("JSON");
        Left {
            releases: self.ended.load(Ordering::Relaxed),
            resident: resident(),
            record: settings["databaseBytes"].as_f64().map_or(0, |bytes| bytes as u64),
            tasks: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
            in_memory: told["inMemory"]["releases"].as_u64().expect("a number"),
            watched: told["inMemory"]["watchedWorkloads"].as_u64().expect("a number"),
        }
    }

    /// Closes the record.
    pub async fn close(&self) {
        self.api.close().await;
    }
}

fn request(cell: &Cell) -> Value {
    let phases: Vec<Value> = [cell.share, 100.0]
        .iter()
        .map(|share| {
            json!({
                "share": share, "bakeSeconds": 0, "bakeMaximumSeconds": 3600, "gates": ["readiness"],
                "owner": "", "goal": "",
            })
        })
        .collect();
    json!({
        "preflight": {
            "application": cell.application, "environment": cell.environment,
            "source": { "kind": "scenario", "scenario": "healthy" },
            "plan": {
                "phases": phases, "surgeLimit": 50, "acceptLessCapacity": false, "onExcess": "hold",
                "automaticRollback": false,
            },
        },
        "overrides": [], "reason": "a soak", "confirmation": { "heldMs": 1200 },
    })
}

/// How long a release has been under way, by the practice cluster's clock.
fn age_millis(live: &Value) -> f64 {
    let at = |of: &Value| of.as_f64().expect("a time");
    at(&live["now"]) - at(&live["head"]["startedAt"])
}

/// Resident memory of this process, in bytes; 0 where it cannot be told.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
