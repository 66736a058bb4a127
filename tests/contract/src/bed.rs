//! Where the cases run.

use control_plane::{ControlPlane, Part, Wire};
use kube::Client;
use kube::config::{KubeConfigOptions, Kubeconfig};
use practice::{Environment, Fault, Practice};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A cluster for tests. Everything in which the two differ is in this file.
#[derive(Clone)]
pub enum Bed {
    Practice(Arc<Practice>),
    Real(Arc<ControlPlane>),
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Admin,
    Viewer,
}

/// A client's own line to the API server.
pub enum Line {
    Practice(Arc<Practice>),
    Real(Box<Wire>),
}

/// How long the practice cluster refuses everybody when its API server is "killed".
const OUTAGE: Duration = Duration::from_millis(800);

static NAMES: AtomicU32 = AtomicU32::new(0);

fn fresh(prefix: &str) -> String {
    format!("{prefix}-{}", NAMES.fetch_add(1, Ordering::Relaxed))
}

impl Bed {
    pub async fn client(&self, who: Who) -> Client {
        match self {
            Bed::Practice(practice) => practice.client(Environment::Production, practice_user(who)),
            Bed::Real(plane) => plane.client(real_user(who)).await.expect("a client"),
        }
    }

    /// A client of somebody who may release in one namespace, but use neither Leases nor ConfigMaps there.
    pub async fn loner(&self, namespace: &str) -> Client {
        match self {
            Bed::Practice(practice) => {
                let user = practice::User::Loner(vec![namespace.to_owned()]);
                practice.client(Environment::Production, user)
            }
            Bed::Real(plane) => {
                plane.grant_release_alone(namespace).await.expect("granted");
                plane
                    .client(control_plane::User::Stranger)
                    .await
                    .expect("a client")
            }
        }
    }

    /// A client whose connections can be broken without touching anybody else's requests.
    pub async fn client_on_a_line(&self, who: Who) -> (Client, Line) {
        match self {
            Bed::Practice(practice) => (self.client(who).await, Line::Practice(practice.clone())),
            Bed::Real(plane) => {
                let wire = plane.wire().await.expect("a line");
                let text = wire.kubeconfig(real_user(who));
                let kubeconfig = Kubeconfig::from_yaml(&text).expect("a kubeconfig");
                let config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
                    .await
                    .expect("a configuration");
                let client = Client::try_from(config).expect("a client");
                (client, Line::Real(Box::new(wire)))
            }
        }
    }

    /// Lets time pass on the cluster's own clock.
    pub async fn pass(&self, time: Duration) {
        match self {
            Bed::Practice(practice) => {
                let until = practice.elapsed() + time;
                while practice.elapsed() < until {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            Bed::Real(_) => tokio::time::sleep(time).await,
        }
    }

    /// A namespace that no other case uses.
    pub async fn fresh_namespace(&self) -> String {
        match self {
            Bed::Practice(_) => {
                let name = fresh("case");
                let namespace = serde_json::json!({ "metadata": { "name": name } });
                let api: kube::Api<k8s_openapi::api::core::v1::Namespace> =
                    kube::Api::all(self.client(Who::Admin).await);
                let object = serde_json::from_value(namespace).expect("a namespace");
                api.create(&kube::api::PostParams::default(), &object)
                    .await
                    .expect("a namespace is made");
                name
            }
            Bed::Real(plane) => plane.fresh_namespace().await.expect("a namespace"),
        }
    }

    /// `kubectl apply -f`, client-side, by a CI job. The manifest names its namespace.
    pub async fn kubectl_apply(&self, manifest: &Value) {
        match self {
            Bed::Practice(practice) => {
                practice
                    .with_world(Environment::Production, |world| {
                        world.kubectl_apply(&practice::User::Admin, manifest)
                    })
                    .expect("applied");
            }
            Bed::Real(plane) => {
                let file = plane.folder().join(fresh("manifest"));
                std::fs::write(&file, manifest.to_string()).expect("the manifest is written");
                let file = file.to_string_lossy().into_owned();
                self.kubectl(&["apply", "-f", &file]).await;
            }
        }
    }

    /// `kubectl rollout undo`.
    pub async fn kubectl_undo(&self, namespace: &str, name: &str) {
        match self {
            Bed::Practice(practice) => {
                practice
                    .with_world(Environment::Production, |world| {
                        world.kubectl_rollout_undo(&practice::User::Admin, namespace, name, 0)
                    })
                    .expect("undone");
            }
            Bed::Real(_) => {
                let deployment = format!("deployment/{name}");
                self.kubectl(&["rollout", "undo", "-n", namespace, &deployment])
                    .await;
            }
        }
    }

    /// `kubectl rollout pause`, or `resume`.
    pub async fn kubectl_pause(&self, namespace: &str, name: &str, paused: bool) {
        match self {
            Bed::Practice(practice) => {
                practice
                    .with_world(Environment::Production, |world| {
                        world.kubectl_pause(&practice::User::Admin, namespace, name, paused)
                    })
                    .expect("paused or resumed");
            }
            Bed::Real(_) => {
                let deployment = format!("deployment/{name}");
                let verb = if paused { "pause" } else { "resume" };
                self.kubectl(&["rollout", verb, "-n", namespace, &deployment])
                    .await;
            }
        }
    }

    async fn kubectl(&self, arguments: &[&str]) {
        if let Bed::Real(plane) = self {
            plane
                .kubectl(control_plane::User::Admin, arguments)
                .await
                .expect("kubectl");
        }
    }

    /// Every watch from before now is answered with 410 Gone when it asks again.
    pub async fn expire_history(&self) {
        match self {
            Bed::Practice(practice) => practice.with_world(Environment::Production, |world| {
                world.compact();
                world.drop_watches();
            }),
            Bed::Real(plane) => plane.expire_history().await.expect("the history is compacted"),
        }
    }

    /// Kills the API server and starts it again.
    pub async fn restart_server(&self) {
        match self {
            Bed::Practice(practice) => {
                practice.with_world(Environment::Production, |world| {
                    world.drop_watches();
                    world.faults().all(Some(Fault::Refuse));
                });
                tokio::time::sleep(OUTAGE).await;
                practice.with_world(Environment::Production, |world| world.faults().all(None));
            }
            Bed::Real(plane) => plane
                .restart(Part::ApiServer)
                .await
                .expect("the API server comes back"),
        }
    }
}

impl Line {
    /// Breaks what is open now; new connections work.
    pub fn drop_watches(&self) {
        match self {
            Line::Practice(practice) => {
                practice.with_world(Environment::Production, |world| world.drop_watches());
            }
            Line::Real(wire) => wire.drop_connections(),
        }
    }
}

fn practice_user(who: Who) -> practice::User {
    match who {
        Who::Admin => practice::User::Admin,
        Who::Viewer => practice::User::Viewer,
    }
}

fn real_user(who: Who) -> control_plane::User {
    match who {
        Who::Admin => control_plane::User::Admin,
        Who::Viewer => control_plane::User::Viewer,
    }
}
