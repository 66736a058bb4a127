//! What runs in the practice clusters: six applications in three environments, each environment a little behind the one
//! before it.

use crate::kinds::Resource;
use crate::model_server::ModelServer;
use crate::store::Key;
use crate::world::World;
use serde_json::{Value, json};
use std::time::Duration;

/// The namespace of the applications, in every environment.
pub const NAMESPACE: &str = "shop";

/// The three environments, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Environment {
    /// Everybody's playground: the newest versions.
    Dev,
    /// What may go to production next.
    Staging,
    /// What customers use.
    Production,
}

impl Environment {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Dev, Self::Staging, Self::Production];

    /// "dev", "staging", "production".
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// The name of its context.
    pub fn context(self) -> &'static str {
        match self {
            Self::Dev => "practice-dev",
            Self::Staging => "practice-staging",
            Self::Production => "practice-production",
        }
    }
}

/// One application as it is deployed everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Name of the Deployment, the Service and the label.
    pub name: &'static str,
    /// Who owns it.
    pub team: &'static str,
    /// What it is for, in one sentence.
    pub purpose: &'static str,
    /// Replicas in dev, staging and production.
    pub replicas: [i64; 3],
    /// Every version from old to new.
    pub versions: &'static [&'static str],
    /// Which of the versions runs in dev, staging and production.
    pub running: [usize; 3],
    /// Requests per second in production; the others get a fraction.
    pub rate: f64,
    /// Share of requests that fail when all is well.
    pub error_ratio: f64,
    /// Median latency in seconds.
    pub latency_median: f64,
    /// Standard deviation of the latency's logarithm.
    pub latency_spread: f64,
    /// Seconds a pod takes to become ready.
    pub start_seconds: f64,
    /// How it writes, if it is a model server.
    pub model: Option<ModelServer>,
}

/// The six applications.
pub const PROFILES: &[Profile] = &[
    Profile {
        name: "checkout",
        team: "payments-experience",
        purpose: "Takes a basket to a paid order.",
        replicas: [2, 4, 12],
        versions: &["2.14.0", "2.14.1", "2.15.0", "2.15.1", "2.16.0", "2.17.0"],
        running: [4, 3, 2],
        rate: 750.0,
        error_ratio: 0.001,
        latency_median: 0.062,
        latency_spread: 0.65,
        start_seconds: 2.4,
        model: None,
    },
    Profile {
        name: "catalog",
        team: "discovery",
        purpose: "Answers what is sold and what it costs.",
        replicas: [2, 3, 8],
        versions: &["5.2.0", "5.3.0", "5.3.1", "5.4.0", "5.5.0"],
        running: [3, 2, 2],
        rate: 1100.0,
        error_ratio: 0.0006,
        latency_median: 0.024,
        latency_spread: 0.6,
        start_seconds: 1.8,
        model: None,
    },
    Profile {
        name: "payments",
        team: "money-movement",
        purpose: "Charges cards and books the result.",
        replicas: [2, 2, 6],
        versions: &["1.8.2", "1.8.3", "1.9.0", "1.9.1", "2.0.0"],
        running: [3, 2, 1],
        rate: 210.0,
        error_ratio: 0.0014,
        latency_median: 0.11,
        latency_spread: 0.5,
        start_seconds: 3.2,
        model: None,
    },
    Profile {
        name: "search-api",
        team: "discovery",
        purpose: "Finds products by words.",
        replicas: [2, 3, 6],
        versions: &["3.0.4", "3.1.0", "3.1.1", "3.2.0", "3.3.0"],
        running: [3, 3, 2],
        rate: 480.0,
        error_ratio: 0.0009,
        latency_median: 0.048,
        latency_spread: 0.7,
        start_seconds: 2.0,
        model: None,
    },
    Profile {
        name: "notifications",
        team: "engagement",
        purpose: "Sends mails and push messages.",
        replicas: [2, 2, 4],
        versions: &["0.41.0", "0.42.0", "0.42.1", "0.43.0", "0.44.0"],
        running: [2, 1, 1],
        rate: 60.0,
        error_ratio: 0.0011,
        latency_median: 0.035,
        latency_spread: 0.6,
        start_seconds: 1.5,
        model: None,
    },
    Profile {
        name: "assistant",
        team: "customer-answers",
        purpose: "Answers customers in words; a language model behind vLLM.",
        replicas: [1, 2, 4],
        versions: &["13b-0917", "13b-1017", "13b-1104", "13b-1121", "14b-0105"],
        running: [3, 2, 1],
        rate: 16.0,
        error_ratio: 0.0008,
        latency_median: 3.6,
        latency_spread: 0.4,
        start_seconds: 5.0,
        model: Some(ModelServer {
            first_token_median: 0.32,
            first_token_spread: 0.45,
            next_token_median: 0.027,
            next_token_spread: 0.35,
            tokens: 120.0,
        }),
    },
];

/// The profile of an application, by its name.
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}

impl Profile {
    /// The image of a version.
    pub fn image(&self, version: &str) -> String {
        format!("registry.shop.example/{}:{version}", self.name)
    }

    /// The version that runs in an environment at the start.
    pub fn version_in(&self, environment: Environment) -> &'static str {
        self.versions[self.running[environment as usize]]
    }

    /// The versions newer than the one that runs in an environment at the start.
    pub fn next_versions(&self, environment: Environment) -> &'static [&'static str] {
        &self.versions[self.running[environment as usize] + 1..]
    }

    /// Requests per second in an environment.
    pub fn rate_in(&self, environment: Environment) -> f64 {
        match environment {
            Environment::Dev => self.rate * 0.02,
            Environment::Staging => self.rate * 0.15,
            Environment::Production => self.rate,
        }
    }

    fn labels(&self, environment: Environment) -> Value {
        json!({
            "app.kubernetes.io/name": self.name,
            "app.kubernetes.io/instance": format!("{}-{}", self.name, environment.name()),
            "app.kubernetes.io/part-of": "shop",
            "app.kubernetes.io/managed-by": "kubectl",
        })
    }

    /// The Deployment's manifest with one of its versions.
    pub fn deployment(&self, environment: Environment, version: &str) -> Value {
        let mut labels = self.labels(environment);
        labels["app.kubernetes.io/version"] = json!(version);
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": self.name, "namespace": NAMESPACE, "labels": labels,
                "annotations": {
                    "slipway.dev/owner": self.team, "slipway.dev/description": self.purpose,
                    "kubernetes.io/change-cause": format!("{} {version}", self.name),
                },
            },
            "spec": {
                "replicas": self.replicas[environment as usize],
                "selector": {"matchLabels": {"app.kubernetes.io/name": self.name}},
                "template": {
                    "metadata": {
                        "labels": {"app.kubernetes.io/name": self.name, "app.kubernetes.io/part-of": "shop"},
                        "annotations": {
                            "prometheus.io/scrape": "true", "prometheus.io/port": "9100",
                            crate::pods::START_SECONDS: self.start_seconds.to_string(),
                        },
                    },
                    "spec": {
                        "containers": [{
                            "name": self.name,
                            "image": self.image(version),
                            "ports": [{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9100}],
                            "env": [
                                {"name": "ENVIRONMENT", "value": environment.name()},
                                {"name": "LOG_LEVEL", "value": "info"},
                            ],
                            "envFrom": [{"configMapRef": {"name": format!("{}-config", self.name)}}],
                            "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 1},
                            "resources": {"requests": {"cpu": "200m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
                        }],
                    },
                },
            },
        })
    }

    fn others(&self, environment: Environment) -> Vec<Value> {
        let labels = self.labels(environment);
        vec![
            json!({
                "apiVersion": "v1", "kind": "Service",
                "metadata": {"name": self.name, "namespace": NAMESPACE, "labels": labels},
                "spec": {"selector": {"app.kubernetes.io/name": self.name},
                         "ports": [{"name": "http", "port": 80, "targetPort": 8080}]},
            }),
            json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": format!("{}-config", self.name), "namespace": NAMESPACE, "labels": labels},
                "data": {"FEATURE_FLAGS": "basket-v2=on,express=off", "TIMEOUT_MS": "2000",
                         "UPSTREAM": format!("http://{}.internal", self.name)},
            }),
        ]
    }
}

/// Fills a world with the applications of one environment and lets them come up, with a little history: production ran the
/// version before first, so that there is something to go back to.
pub fn populate(world: &mut World, environment: Environment) {
    let admin = crate::access::User::Admin;
    let mut namespace = json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": {"slipway.dev/environment": environment.name()}}, "spec": {}});
    crate::defaults::fill(Resource::Namespaces, &mut namespace);
    world.write(
        Key::new(Resource::Namespaces, "", NAMESPACE),
        namespace,
        "kubectl-client-side-apply",
        "",
    );
    for manifest in monitoring() {
        apply(world, &admin, &manifest);
    }
    for profile in PROFILES {
        world.add_application(NAMESPACE, profile, profile.rate_in(environment));
        for manifest in profile.others(environment) {
            apply(world, &admin, &manifest);
        }
        let before = profile.running[environment as usize].saturating_sub(1);
        apply(
            world,
            &admin,
            &profile.deployment(environment, profile.versions[before]),
        );
    }
    if environment == Environment::Production {
        apply(
            world,
            &admin,
            &json!({
                "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                "metadata": {"name": "checkout", "namespace": NAMESPACE},
                "spec": {"maxUnavailable": "25%", "selector": {"matchLabels": {"app.kubernetes.io/name": "checkout"}}},
            }),
        );
    }
    world.advance_by(Duration::from_secs(40));
    for profile in PROFILES {
        apply(
            world,
            &admin,
            &profile.deployment(environment, profile.version_in(environment)),
        );
    }
    world.advance_by(Duration::from_secs(80));
}

/// Prometheus as it would be found in a cluster: a Service with the usual labels. The pod behind it is this process.
fn monitoring() -> Vec<Value> {
    vec![json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "prometheus", "namespace": crate::access::MONITORING, "labels": {
            "app.kubernetes.io/name": "prometheus", "app.kubernetes.io/component": "server", "app": "prometheus"}},
        "spec": {"ports": [{"name": "http", "port": 9090, "targetPort": 9090}]},
    })]
}

fn apply(world: &mut World, user: &crate::access::User, manifest: &Value) {
    if let Err(refused) = world.kubectl_apply(user, manifest) {
        tracing::error!(%refused, name = crate::object::name(manifest), "the practice cluster refused its own data");
    }
}
