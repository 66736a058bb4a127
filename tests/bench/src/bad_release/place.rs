//! One application in a namespace of its own, under load: a Deployment for Slipway, a Rollout for Argo.

use super::argo::{self, GROUP, Setting};
use super::serving::{Seen, Serving};
use super::terms::{LATENCY, OBJECTIVE, OLD, PODS, RATE};
use super::version::Version;
use control_plane::{Application, ControlPlane, Load, LoadOptions, User, annotation};
use kube::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long an application may take to be there.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contestant {
    /// Through the commands that the window sends.
    Slipway,
    /// Its controller, with an analysis set so.
    Argo(Setting),
}

impl Contestant {
    /// All of them, in the order of the tables.
    pub const ALL: [Contestant; 4] = [
        Contestant::Slipway,
        Contestant::Argo(Setting::Quick),
        Contestant::Argo(Setting::Tuned),
        Contestant::Argo(Setting::Page),
    ];

    /// Its name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Contestant::Slipway => "slipway",
            Contestant::Argo(setting) => setting.name(),
        }
    }

    /// Its name in tables.
    pub fn title(self) -> &'static str {
        match self {
            Contestant::Slipway => "Slipway",
            Contestant::Argo(setting) => setting.title(),
        }
    }
}

/// An application, its load, and who releases it.
pub struct Place {
    /// Whose it is.
    pub contestant: Contestant,
    /// The namespace.
    pub namespace: String,
    /// The application's name.
    pub name: String,
    application: Application,
    client: Client,
    load: Option<Load>,
}

impl Place {
    /// Creates the application; it does not wait. `number` makes its name its own.
    pub async fn new(
        plane: &ControlPlane,
        contestant: Contestant,
        number: usize,
        pause: Duration,
        scrape: Duration,
    ) -> Place {
        let namespace = plane.fresh_namespace().await.expect("a namespace");
        let name = format!("shop-{number}");
        let application = Application::new(&name)
            .replicas(PODS)
            .version(OLD)
            .annotate(annotation::TERMINATE_AFTER, "2s")
            .annotate(annotation::METRICS, "both");
        let application = Version::Healthy
            .annotations()
            .iter()
            .fold(application, |made, (key, value)| made.annotate(key, value));
        let client = plane.client(User::Admin).await.expect("a client");
        let place = Place {
            contestant,
            namespace,
            name,
            application,
            client,
            load: None,
        };
        match contestant {
            Contestant::Slipway => plane
                .deploy(&place.namespace, &place.application)
                .await
                .expect("deployed"),
            Contestant::Argo(setting) => {
                let address = plane.prometheus().expect("a Prometheus").url();
                let of = |kind: &str| format!("/apis/{GROUP}/namespaces/{}/{kind}", place.namespace);
                let services = format!("/api/v1/namespaces/{}/services", place.namespace);
                place.send("POST", &services, &place.application.service()).await;
                let analysis = argo::analysis(setting, &address, scrape);
                place.send("POST", &of("analysistemplates"), &analysis).await;
                let rollout = argo::rollout(&place.application, &place.name, pause);
                place.send("POST", &of("rollouts"), &rollout).await;
            }
        }
        place
    }

    /// Waits until the old version serves, and sends it requests from then on.
    pub async fn begin_load(&mut self, plane: &ControlPlane, serving: &Serving) {
        let begun = Instant::now();
        let all = Seen {
            old: usize::try_from(PODS).unwrap_or(0),
            ..Seen::default()
        };
        while serving.look(&self.namespace) != all {
            assert!(
                begun.elapsed() < PATIENCE,
                "{} is not there: {:?}",
                self.name,
                serving.look(&self.namespace)
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let options = LoadOptions {
            rate: RATE,
            duration: Duration::from_secs(3600),
            objective: OBJECTIVE,
            ..LoadOptions::default()
        };
        debug_assert!(LATENCY < OBJECTIVE);
        self.load = Some(plane.load(&self.namespace, &self.name, options).expect("a load"));
    }

    /// The load, once it has begun.
    pub fn load(&self) -> &Load {
        self.load.as_ref().expect("the load has begun")
    }

    /// Releases a version by Argo: changes the Rollout's template.
    pub async fn change(&self, version: Version) {
        let patch = argo::change(&self.application, version);
        self.send("PATCH", &self.rollout_path(), &patch).await;
    }

    /// What Argo says of the Rollout: its phase, and why.
    pub async fn argo_says(&self) -> String {
        let rollout = self.send("GET", &self.rollout_path(), &Value::Null).await;
        let status = &rollout["status"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        format!("{} {}", text(&status["phase"]), text(&status["message"]))
            .trim()
            .to_owned()
    }

    /// Ends the load and takes the application away; its pods go in the background.
    pub async fn leave(mut self) {
        self.load = None;
        let path = match self.contestant {
            Contestant::Slipway => format!(
                "/apis/apps/v1/namespaces/{}/deployments/{}",
                self.namespace, self.name
            ),
            Contestant::Argo(_) => self.rollout_path(),
        };
        self.send("DELETE", &path, &json!({"propagationPolicy": "Background"}))
            .await;
    }

    fn rollout_path(&self) -> String {
        format!(
            "/apis/{GROUP}/namespaces/{}/rollouts/{}",
            self.namespace, self.name
        )
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let content = match method {
            "PATCH" => "application/merge-patch+json",
            _ => "application/json",
        };
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", content)
            .body(body)
            .expect("a request");
        match self.client.request::<Value>(request).await {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path}: {error}"),
        }
    }
}
