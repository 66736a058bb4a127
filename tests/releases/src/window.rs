//! The commands that the window sends, in the order in which a person meets them.

use crate::Room;
use api::{Api, Options};
use control_plane::{ControlPlane, User};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// A Slipway with one environment, which is the room's namespace.
pub struct Window {
    api: Api,
    environment: String,
    application: String,
    _folder: tempfile::TempDir,
}

impl Window {
    /// Connects as a person would: practice off, the context, its environment, health data, until the application is there.
    pub async fn open(plane: &ControlPlane, room: &Room, user: User, scratch: &Path) -> Window {
        std::fs::create_dir_all(scratch).expect("a folder");
        let folder = tempfile::tempdir_in(scratch).expect("a folder");
        let options = Options {
            kubeconfig: Some(vec![plane.kubeconfig_file(user).expect("a kubeconfig")]),
            ..Options::in_folder(folder.path())
        };
        let mut window = Window {
            api: Api::start(options).await.expect("a backend"),
            environment: String::new(),
            application: String::new(),
            _folder: folder,
        };
        window
            .call("practice.set", json!({ "on": false, "acceleration": null }))
            .await;
        window
            .until("connections.list", json!({}), "the context answers", |all| {
                all["contexts"][0]["state"]["kind"] == "answers"
            })
            .await;
        let saved = window
            .call(
                "connections.saveEnvironment",
                json!({
                    "id": null, "name": "production", "context": plane.context(), "namespaces": [room.namespace],
                    "danger": "production", "protection": { "kind": "confirm" },
                }),
            )
            .await;
        window.environment = text(&saved["contexts"][0]["environments"][0]["id"]);
        window
            .judge_by(plane.prometheus().expect("a Prometheus").url().as_ref())
            .await;
        let matrix = window
            .until(
                "environments.matrix",
                json!({}),
                "the application is there",
                |all| {
                    all["cells"].as_array().is_some_and(|cells| {
                        cells.iter().any(|cell| {
                            cell["readyPods"] == crate::room::PODS && cell["state"]["kind"] == "idle"
                        })
                    })
                },
            )
            .await;
        window.application = text(&matrix["applications"][0]["id"]);
        window
    }

    /// Has the environment's health data read from the Prometheus at `url`.
    pub async fn judge_by(&self, url: &str) {
        self.set_source(json!({ "kind": "url", "url": url })).await;
    }

    /// Has it read from the pods themselves, without a Prometheus.
    pub async fn judge_by_pods(&self) {
        self.set_source(json!({ "kind": "pods" })).await;
    }

    async fn set_source(&self, source: Value) {
        let metrics = json!({
            "environment": self.environment, "source": source,
            "preset": "openTelemetryHttp", "queries": [], "secret": null,
        });
        self.call("settings.metrics", metrics).await;
    }

    /// What the button "test" on the settings page says of the environment's health data. After a busy moment that looks like a
    /// sleep everything is read again, and there is nothing to test with until it has been.
    pub async fn test_source(&self) -> Value {
        let begun = Instant::now();
        loop {
            let asked = json!({ "environment": self.environment });
            match self.ask("settings.testMetrics", asked).await {
                Ok(test) => return test,
                Err(failure) => assert!(
                    failure.code == "nothing-to-test-with" && begun.elapsed() < Duration::from_secs(30),
                    "{failure:?}"
                ),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Sends a command that must succeed.
    pub async fn call(&self, name: &str, request: Value) -> Value {
        self.ask(name, request)
            .await
            .unwrap_or_else(|failure| panic!("{name}: {failure:?}"))
    }

    /// Sends a command that may be refused.
    ///
    /// # Errors
    ///
    /// What the window would show.
    pub async fn ask(&self, name: &str, request: Value) -> Result<Value, api::view::Failure> {
        self.api.call(name, request).await
    }

    async fn until(&self, name: &str, request: Value, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let reply = self.call(name, request.clone()).await;
            if so(&reply) {
                return reply;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "waited until {what}; it is {reply:#}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The running template under a new tag with more annotations, as somebody would edit it in the form.
    pub async fn edited(&self, tag: &str, annotations: &[(&str, &str)]) -> Value {
        let request = json!({ "application": self.application, "environment": self.environment });
        let draft = self.call("release.draft", request).await;
        let mut template: Value = serde_yaml_ng::from_str(&text(&draft["currentYaml"])).expect("a template");
        let image = text(&template["spec"]["containers"][0]["image"]);
        let name = image.rsplit_once(':').map_or(image.as_str(), |(name, _)| name);
        template["spec"]["containers"][0]["image"] = json!(format!("{name}:{tag}"));
        for (annotation, value) in annotations {
            template["metadata"]["annotations"][*annotation] = json!(value);
        }
        let yaml = serde_yaml_ng::to_string(&template).expect("a template");
        json!({ "kind": "yaml", "text": yaml })
    }

    /// The same application with another image.
    pub fn image(&self, room: &Room, tag: &str) -> Value {
        let image = format!("registry.test/{}:{tag}", room.name);
        json!({ "kind": "images", "containers": [{ "container": "app", "init": false, "image": image }] })
    }

    /// What preflight and start are asked: a quarter, a half and all of the pods, each baked for a short time.
    pub fn asked(&self, source: &Value) -> Value {
        let phases: Vec<Value> = [25.0, 50.0, 100.0]
            .iter()
            .map(|share| {
                json!({
                    "share": share, "bakeSeconds": 15, "bakeMaximumSeconds": 240,
                    "gates": ["readiness", "verdict"], "owner": "", "goal": "",
                })
            })
            .collect();
        json!({
            "application": self.application, "environment": self.environment, "source": source,
            "plan": {
                "phases": phases, "surgeLimit": 25, "acceptLessCapacity": false,
                "onExcess": "rollBack", "automaticRollback": true,
            },
        })
    }

    /// Presses Start for long enough.
    ///
    /// # Errors
    ///
    /// Why the release was not started.
    pub async fn start(&self, source: &Value) -> Result<String, api::view::Failure> {
        let request = json!({
            "preflight": self.asked(source), "overrides": [], "reason": "a test",
            "confirmation": { "heldMs": 1200 },
        });
        let started = self.ask("release.start", request).await?;
        Ok(text(&started["release"]))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
