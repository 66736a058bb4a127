//! The window's side of the command surface, with the practice cluster behind it.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(missing_docs, reason = "the helpers of tests are tests too")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end where it stands")]

use api::{Api, Options};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub const PRODUCTION: &str = "practice-production";

pub struct Window {
    pub api: Api,
    _folder: tempfile::TempDir,
}

impl Window {
    pub async fn open(acceleration: f64) -> Window {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            practice_acceleration: acceleration,
            kubeconfig: Some(Vec::new()),
            ..Options::in_folder(folder.path())
        };
        let window = Window {
            api: Api::start(options).await.unwrap(),
            _folder: folder,
        };
        window
            .until("environments.matrix", json!({}), "the matrix is full", |matrix| {
                matrix["cells"].as_array().is_some_and(|cells| cells.len() == 18)
            })
            .await;
        window
    }

    pub async fn call(&self, name: &str, request: Value) -> Value {
        self.api
            .call(name, request)
            .await
            .unwrap_or_else(|failure| panic!("{name}: {failure:?}"))
    }

    pub async fn until(&self, name: &str, request: Value, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let reply = self.call(name, request.clone()).await;
            if so(&reply) {
                return reply;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(90),
                "waited until {what}; it is {reply:#}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Starts a release of checkout in production that behaves as the scenario says.
    pub async fn start(&self, scenario: &str, shares: &[f64]) -> String {
        self.start_of("checkout", scenario, shares, 600).await
    }

    /// The same of any application; each phase bakes this long at most, in seconds.
    pub async fn start_of(&self, application: &str, scenario: &str, shares: &[f64], longest: u32) -> String {
        let phases: Vec<Value> = shares
            .iter()
            .map(|share| json!({ "share": share, "bakeSeconds": 60, "bakeMaximumSeconds": longest, "gates": ["readiness", "verdict"], "owner": "", "goal": "" }))
            .collect();
        let request = json!({
            "preflight": {
                "application": application, "environment": PRODUCTION,
                "source": { "kind": "scenario", "scenario": scenario },
                "plan": { "phases": phases, "surgeLimit": 25, "acceptLessCapacity": false, "onExcess": "rollBack", "automaticRollback": true },
            },
            "overrides": [], "reason": "a test", "confirmation": { "heldMs": 1200 },
        });
        self.call("release.start", request).await["release"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn live_until(&self, release: &str, stage: &str) -> Value {
        self.until("release.live", json!({ "release": release }), stage, |live| {
            live["stage"]["stage"] == stage
        })
        .await
    }
}
