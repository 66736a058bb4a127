//! The window's side: commands to `api`, nothing else.

use api::{Api, Options};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(90);

/// A running backend with one environment.
pub struct Window {
    api: Api,
    environment: String,
}

impl Window {
    /// Opens the record in `folder` and connects one environment over a kubeconfig's context.
    pub async fn open(folder: &Path, kubeconfig: &Path, context: &str, namespaces: &[String]) -> Window {
        let options = Options {
            kubeconfig: Some(vec![kubeconfig.to_owned()]),
            ..Options::in_folder(folder)
        };
        let api = Api::start(options).await.expect("the backend starts");
        let mut window = Window {
            api,
            environment: String::new(),
        };
        // Nothing but the cluster under test uses the machine.
        window
            .call("practice.set", json!({ "on": false, "acceleration": null }))
            .await;
        let request = json!({
            "id": null, "name": "bench", "context": context, "namespaces": namespaces,
            "danger": "development", "protection": { "kind": "open" },
        });
        window.call("connections.saveEnvironment", request).await;
        let matrix = window.call("environments.matrix", json!({})).await;
        let columns = matrix["environments"].as_array().cloned().unwrap_or_default();
        let column = columns.iter().find(|column| column["context"] == context);
        let id = column.and_then(|column| column["environment"]["id"].as_str());
        window.environment = id
            .unwrap_or_else(|| panic!("no environment: {matrix:#}"))
            .to_owned();
        window
    }

    /// Sends one command.
    pub async fn call(&self, name: &str, request: Value) -> Value {
        match self.api.call(name, request).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{name}: {failure:?}"),
        }
    }

    /// Asks until the reply is so.
    pub async fn until(&self, name: &str, request: Value, so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let reply = self.call(name, request.clone()).await;
            if so(&reply) {
                return reply;
            }
            assert!(begun.elapsed() < LIMIT, "{name} does not become so: {reply:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The id of an application in the matrix, when it is there with all its pods.
    pub async fn application(&self, name: &str) -> String {
        let so = |matrix: &Value| row(matrix, name).is_some();
        let matrix = self.until("environments.matrix", json!({}), so).await;
        row(&matrix, name).unwrap_or_default()
    }

    /// Tells the environment where its health data are.
    pub async fn use_prometheus(&self, url: &str) {
        let request = json!({
            "environment": self.environment, "source": { "kind": "url", "url": url },
            "preset": "openTelemetryHttp", "queries": [], "secret": null,
        });
        self.call("settings.metrics", request).await;
    }

    /// The running template under a new tag and with other annotations, as somebody would edit it in the form.
    pub async fn edited(&self, application: &str, tag: &str, annotations: &[(&str, String)]) -> Value {
        let request = json!({ "application": application, "environment": self.environment });
        let draft = self.call("release.draft", request).await;
        let yaml = draft["currentYaml"].as_str().unwrap_or_default();
        let mut template: Value = serde_yaml_ng::from_str(yaml).expect("a template");
        let image = &mut template["spec"]["containers"][0]["image"];
        let running = image.as_str().unwrap_or_default().to_owned();
        let name = running
            .rsplit_once(':')
            .map_or(running.as_str(), |(name, _)| name);
        *image = json!(format!("{name}:{tag}"));
        for (annotation, value) in annotations {
            template["metadata"]["annotations"][*annotation] = json!(value);
        }
        let text = serde_yaml_ng::to_string(&template).expect("a template");
        json!({ "kind": "yaml", "text": text })
    }

    /// What `release.start` is asked for this source and plan.
    pub fn prepared(&self, application: &str, source: &Value, plan: &Value) -> Value {
        json!({
            "preflight": {
                "application": application, "environment": self.environment, "source": source, "plan": plan,
            },
            "overrides": [], "reason": "bench", "confirmation": { "heldMs": 1200 },
        })
    }

    /// Starts a release of an image to a share and waits until it has arrived there; its id.
    pub async fn release_to(&self, application: &str, image: &str, share: f64, surge_limit: f64) -> String {
        let phase = |share: f64| {
            json!({ "share": share, "bakeSeconds": 3600, "bakeMaximumSeconds": null, "gates": ["readiness", "approval"],
                "owner": "", "goal": "" })
        };
        let request = json!({
            "preflight": {
                "application": application, "environment": self.environment,
                "source": { "kind": "images", "containers": [{ "container": "app", "image": image, "init": false }] },
                "plan": { "phases": [phase(share), phase(100.0)], "surgeLimit": surge_limit, "acceptLessCapacity": false,
                    "onExcess": "hold", "automaticRollback": false },
            },
            "overrides": [], "reason": "bench", "confirmation": { "heldMs": 1200 },
        });
        let started = self.call("release.start", request).await;
        let release = started["release"].as_str().unwrap_or_default().to_owned();
        self.reaches(&release, "baking").await;
        release
    }

    /// One click.
    pub async fn roll_back(&self, release: &str) -> Value {
        let request = json!({ "release": release, "target": null, "reason": "" });
        self.call("release.rollBack", request).await
    }

    /// Gives the new version everything and waits until that is so.
    pub async fn promote(&self, release: &str) {
        let request = json!({ "release": release, "reason": "bench", "confirmation": { "heldMs": 1200 } });
        self.call("release.promote", request).await;
        self.reaches(release, "completed").await;
    }

    /// Waits until a release is in a stage.
    pub async fn reaches(&self, release: &str, stage: &str) {
        self.until("release.live", json!({ "release": release }), |live| {
            live["stage"]["stage"] == stage
        })
        .await;
    }

    /// Closes the record.
    pub async fn close(self) {
        self.api.close().await;
    }
}

fn row(matrix: &Value, name: &str) -> Option<String> {
    let rows = matrix["applications"].as_array()?;
    let row = rows.iter().find(|row| row["name"] == name)?;
    let id = row["id"].as_str()?.to_owned();
    let cells = matrix["cells"].as_array()?;
    let cell = cells.iter().find(|cell| cell["application"] == id.as_str())?;
    (cell["readyPods"] == cell["wantedPods"] && cell["wantedPods"] != 0).then_some(id)
}
