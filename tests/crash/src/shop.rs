//! What the app is busy with: applications that are released and rolled back over and over, and the profile for it.

use crate::disk::{Room, fill, mount_small};
use crate::{App, Shown, Trouble, Witness};
use control_plane::{Application, ControlPlane, User};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Applications that are released beside each other.
pub const APPLICATIONS: usize = 6;
/// Pods of each.
pub const PODS: i32 = 4;
/// How often a release that goes on is rolled back, at each look.
const ROLLED_BACK: f64 = 0.015;
/// However busy the machine is, the app starts faster than this.
const SLOWEST_START: Duration = Duration::from_secs(10);
/// A port that nobody listens on: there is a source of health data, it never answers, and no gate asks it.
const NO_PROMETHEUS: &str = "http://127.0.0.1:9";

/// The applications in their namespace, and the profile of the Slipway that releases them.
pub struct Shop {
    pub namespace: String,
    pub witness: Witness,
    /// What every Deployment wanted at first.
    pub before: BTreeMap<String, Value>,
    kubeconfig: PathBuf,
    client: kube::Client,
    environment: String,
    rows: BTreeMap<String, String>,
    versions: BTreeMap<String, u32>,
    /// How long the app took lately from its start to its first answer, on this machine and as busy as it is.
    start_took: Duration,
    answered: bool,
    folder: tempfile::TempDir,
}

impl Shop {
    /// Deploys the applications, and sets up a profile as a person would, through the app itself.
    pub async fn open(
        plane: &ControlPlane,
        count: usize,
        room: Room,
        kubeconfig: Option<String>,
        scratch: &Path,
    ) -> Shop {
        std::fs::create_dir_all(scratch).expect("a folder");
        let folder = tempfile::tempdir_in(scratch).expect("a folder");
        if room == Room::Small {
            mount_small(&folder.path().join("profile"));
        }
        let namespace = plane.fresh_namespace().await.expect("a namespace");
        plane.grant_release(&namespace).await.expect("rights");
        let names: Vec<String> = (0..count).map(|n| format!("app-{n}")).collect();
        for name in &names {
            let application = Application::new(name).replicas(PODS).version("v0");
            plane.deploy(&namespace, &application).await.expect("deployed");
        }
        for name in &names {
            let limit = Duration::from_secs(60);
            plane
                .wait_rolled_out(&namespace, name, limit)
                .await
                .expect("rolled out");
        }
        let file = match kubeconfig {
            None => plane.kubeconfig_file(User::Releaser).expect("a kubeconfig"),
            Some(text) => {
                let file = folder.path().join("kubeconfig");
                std::fs::write(&file, text).expect("a kubeconfig");
                file
            }
        };
        let client = plane.client(User::Admin).await.expect("a client");
        let mut shop = Shop {
            witness: Witness::watch(client.clone(), &namespace).await,
            before: BTreeMap::new(),
            kubeconfig: file,
            client,
            environment: String::new(),
            rows: BTreeMap::new(),
            versions: names.into_iter().map(|name| (name, 0)).collect(),
            start_took: Duration::from_secs(1),
            answered: true,
            namespace,
            folder,
        };
        for (name, _) in shop.versions.clone() {
            let spec = shop.spec(&name).await;
            shop.before.insert(name, spec);
        }
        shop.set_up(plane.context()).await;
        shop
    }

    /// Another person's Slipway for the same applications: a profile of its own, which knows nothing of this one.
    pub async fn colleague(&self, plane: &ControlPlane, person: &str) -> Shop {
        let scratch = self.folder.path().parent().expect("a folder around it");
        let mut shop = Shop {
            witness: Witness::watch(self.client.clone(), &self.namespace).await,
            namespace: self.namespace.clone(),
            before: self.before.clone(),
            kubeconfig: self.kubeconfig.clone(),
            client: self.client.clone(),
            environment: String::new(),
            rows: BTreeMap::new(),
            versions: self.versions.clone(),
            start_took: self.start_took,
            answered: true,
            folder: tempfile::tempdir_in(scratch).expect("a folder"),
        };
        shop.set_up(plane.context()).await;
        let app = shop.start(Shown::NoWindow);
        app.must("settings.write", &json!({ "person": person })).await;
        assert!(
            app.finish(Duration::from_secs(20)).await,
            "the app ends by itself"
        );
        shop
    }

    /// The image of an application's newest release.
    pub fn image(&self, name: &str) -> String {
        image(name, *self.versions.get(name).unwrap_or(&0))
    }

    /// The application's cell: row and column.
    pub fn cell(&self, name: &str) -> Value {
        json!({ "application": self.rows.get(name), "environment": self.environment })
    }

    async fn set_up(&mut self, context: &str) {
        std::fs::create_dir_all(self.profile()).expect("a folder");
        let begun = Instant::now();
        let app = self.start(Shown::NoWindow);
        app.must("app.shell", &json!({})).await;
        self.start_took = begun.elapsed();
        let off = json!({ "on": false, "acceleration": null });
        app.must("practice.set", &off).await;
        until(&app, "connections.list", |all| {
            all["contexts"][0]["state"]["kind"] == "answers"
        })
        .await;
        let environment = json!({
            "id": null, "name": "shop", "context": context, "namespaces": [self.namespace],
            "danger": "production", "protection": { "kind": "open" },
        });
        let saved = app.must("connections.saveEnvironment", &environment).await;
        self.environment = text(&saved["contexts"][0]["environments"][0]["id"]);
        let metrics = json!({
            "environment": self.environment, "source": { "kind": "url", "url": NO_PROMETHEUS },
            "preset": "openTelemetryHttp", "queries": [], "secret": null,
        });
        app.must("settings.metrics", &metrics).await;
        let count = self.versions.len();
        let matrix = until(&app, "environments.matrix", |all| {
            let cells = all["cells"].as_array();
            cells.is_some_and(|cells| cells.iter().filter(|cell| cell["readyPods"] == PODS).count() == count)
        })
        .await;
        for row in matrix["applications"].as_array().into_iter().flatten() {
            self.rows.insert(text(&row["name"]), text(&row["id"]));
        }
        assert_eq!(self.rows.len(), count, "{matrix:#}");
        assert!(
            app.finish(Duration::from_secs(20)).await,
            "the app ends by itself"
        );
    }

    /// How long the app took lately from its start to its first answer.
    pub fn start_took(&self) -> Duration {
        self.start_took
    }

    /// The folder with the records.
    pub fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// The records.
    pub fn database(&self) -> PathBuf {
        self.profile().join("slipway.db")
    }

    /// What every app of this profile logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("app.log")).unwrap_or_default()
    }

    /// Starts the app on the profile.
    pub fn start(&self, shown: Shown) -> App {
        App::start(&self.profile(), &self.kubeconfig, shown)
    }

    /// Starts it with something more said about the command.
    pub fn start_with(
        &self,
        shown: Shown,
        more: impl FnOnce(&mut tokio::process::Command) -> &mut tokio::process::Command,
    ) -> App {
        App::start_with(&self.profile(), &self.kubeconfig, shown, more)
    }

    /// Names of the applications.
    pub fn names(&self) -> Vec<String> {
        self.versions.keys().cloned().collect()
    }

    /// Presses Start for an application's next version: half of the pods, then all, as soon as they are Ready.
    ///
    /// # Errors
    ///
    /// The failure, as the window would show it.
    pub async fn release(&mut self, app: &App, name: &str) -> Result<String, Value> {
        self.release_past(app, name, &["readiness"]).await
    }

    /// As [`Shop::release`], with other gates before all pods have the new version.
    ///
    /// # Errors
    ///
    /// The failure, as the window would show it.
    pub async fn release_past(&mut self, app: &App, name: &str, gates: &[&str]) -> Result<String, Value> {
        let version = self.versions.entry(name.to_owned()).or_default();
        *version += 1;
        let mut request = self.next_release(name, *self.versions.get(name).unwrap_or(&0));
        request["preflight"]["plan"]["phases"][0]["gates"] = json!(gates);
        let started = app.call("release.start", &request).await?;
        Ok(text(&started["release"]))
    }

    /// As [`Shop::release`], again until the app knows its environment.
    pub async fn release_patiently(&mut self, app: &App, name: &str) -> String {
        let begun = Instant::now();
        loop {
            match self.release(app, name).await {
                Ok(release) => return release,
                Err(failure) => assert!(
                    begun.elapsed() < Duration::from_secs(30),
                    "{name} cannot be released: {failure:#}"
                ),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Waits until the witness saw an operation on every application.
    pub async fn until_all_move(&self) {
        let begun = Instant::now();
        let moves = |seen: &Vec<crate::Seen>| seen.iter().any(|seen| seen.operation.is_some());
        while !self.witness.seen().0.values().all(moves) {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "nothing happens\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until the application of a release wants what it wanted at first.
    pub async fn until_back(&self, row: &Value) {
        let begun = Instant::now();
        let id = text(&row["application"]);
        let name = self
            .rows
            .iter()
            .find(|(_, of)| **of == id)
            .map(|(name, _)| name.clone());
        let name = name.expect("an application");
        while self.spec(&name).await["template"] != self.before[&name]["template"] {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{name} does not go back\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Fills the disk under the profile; room comes back when the file is removed.
    pub fn fill_the_disk(&self) -> PathBuf {
        fill(&self.profile())
    }

    fn next_release(&self, name: &str, version: u32) -> Value {
        let phases: Vec<Value> = [50.0, 100.0]
            .iter()
            .map(|share| {
                json!({
                    "share": share, "bakeSeconds": 0, "bakeMaximumSeconds": 600, "gates": ["readiness"],
                    "owner": "", "goal": "",
                })
            })
            .collect();
        let image = image(name, version);
        json!({
            "preflight": {
                "application": self.rows.get(name), "environment": self.environment,
                "source": { "kind": "images", "containers": [{ "container": "app", "init": false, "image": image }] },
                "plan": {
                    "phases": phases, "surgeLimit": 25, "acceptLessCapacity": false,
                    "onExcess": "hold", "automaticRollback": false,
                },
            },
            "overrides": [], "reason": "a test", "confirmation": { "heldMs": 1200 },
        })
    }

    /// The newest release of each application, as the app lists them.
    ///
    /// # Errors
    ///
    /// The failure; `Null` if the app is gone.
    pub async fn newest(&self, app: &App) -> Result<BTreeMap<String, Value>, Value> {
        let everything = json!({
            "text": "", "days": null, "productionOnly": false, "ending": null, "limit": 40, "before": null,
        });
        let list = app.call("history.list", &everything).await?;
        let mut newest = BTreeMap::new();
        for row in list["rows"].as_array().into_iter().flatten() {
            let name = self
                .rows
                .iter()
                .find(|(_, id)| row["application"] == **id)
                .map(|(name, _)| name.clone());
            newest
                .entry(name.unwrap_or_default())
                .or_insert_with(|| row.clone());
        }
        Ok(newest)
    }

    /// Keeps every application under way until this is given up: what is over is released anew, some of it is rolled back.
    pub async fn keep_busy(&mut self, app: &App, trouble: &mut Trouble) {
        let begun = Instant::now();
        if !self.answered {
            // It was killed before it could answer: the machine is busier than it was.
            self.start_took = (self.start_took * 5 / 4).min(SLOWEST_START);
        }
        self.answered = false;
        loop {
            let Ok(newest) = self.newest(app).await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            if !self.answered {
                self.answered = true;
                self.start_took = (self.start_took * 3 + begun.elapsed()) / 4;
            }
            let mut asked = Vec::new();
            for name in self.names() {
                let row = newest.get(&name).cloned().unwrap_or_default();
                match row["ending"].as_str() {
                    Some("running") => {
                        if trouble.happens(ROLLED_BACK) {
                            asked.push(app.ask("release.rollBack", &back(&row)));
                        }
                    }
                    // Nobody but Slipway does anything here; the audit looks at why.
                    Some("held") => asked.push(app.ask("release.rollBack", &back(&row))),
                    _ => {
                        let version = self.versions.entry(name.clone()).or_default();
                        *version += 1;
                        let version = *version;
                        asked.push(app.ask("release.start", &self.next_release(&name, version)));
                    }
                }
            }
            futures::future::join_all(asked).await;
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }

    /// Waits until no release goes on; those that are held go back. Answers which were not over in time.
    pub async fn settle(&self, app: &App, limit: Duration) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let newest = self.newest(app).await.unwrap_or_default();
            let open: Vec<Value> = newest
                .into_values()
                .filter(|row| row["ending"] == "running" || row["ending"] == "held")
                .collect();
            if open.is_empty() || begun.elapsed() > limit {
                return open;
            }
            for row in open.iter().filter(|row| row["ending"] == "held") {
                let _ = app.call("release.rollBack", &back(row)).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// What a Deployment wants now, as a second client reads it.
    pub async fn spec(&self, name: &str) -> Value {
        let all: Api<Deployment> = Api::namespaced(self.client.clone(), &self.namespace);
        let found = all.get(name).await.expect("the Deployment");
        serde_json::to_value(found.spec).expect("an object")
    }

    /// Pods that are Ready and stay, by application and image.
    pub async fn ready(&self) -> BTreeMap<(String, String), usize> {
        let all: Api<Pod> = Api::namespaced(self.client.clone(), &self.namespace);
        let mut ready = BTreeMap::new();
        for pod in all.list(&Default::default()).await.expect("the pods").items {
            let pod = serde_json::to_value(pod).expect("an object");
            let conditions = pod["status"]["conditions"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let serves = conditions
                .iter()
                .any(|condition| condition["type"] == "Ready" && condition["status"] == "True");
            if serves && pod["metadata"]["deletionTimestamp"].is_null() {
                let name = text(&pod["metadata"]["labels"]["app.kubernetes.io/name"]);
                let image = text(&pod["spec"]["containers"][0]["image"]);
                *ready.entry((name, image)).or_default() += 1;
            }
        }
        ready
    }
}

fn image(name: &str, version: u32) -> String {
    format!("registry.test/{name}:v{version}")
}

/// The request that takes a release back.
pub fn back(row: &Value) -> Value {
    json!({ "release": row["id"], "target": null, "reason": "a test" })
}

/// Asks the same again until the reply is as wanted.
async fn until(app: &App, name: &str, so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let reply = app.must(name, &json!({})).await;
        if so(&reply) {
            return reply;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "waited for {name}; it is {reply:#}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
