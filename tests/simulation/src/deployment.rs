//! The workload of a run, and its versions.

use crate::scenario::{Quality, Scenario};
use conductor::{WorkloadKind, WorkloadRef};
use serde_json::{Value, json};

pub const NAMESPACE: &str = "default";
pub const NAME: &str = "checkout";
/// The image that somebody else's pipeline sets.
pub const THIRD_IMAGE: &str = "registry.test/checkout:third";

/// The workload as a Slipway names it.
pub fn workload() -> WorkloadRef {
    WorkloadRef {
        environment: "production".into(),
        namespace: NAMESPACE.into(),
        kind: WorkloadKind::Deployment,
        name: NAME.into(),
    }
}

/// The manifest as the team keeps it.
pub fn manifest(scenario: &Scenario) -> Value {
    let labels = json!({"app.kubernetes.io/name": NAME});
    let mut spec = json!({
        "replicas": scenario.replicas,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels, "annotations": {
                "practice.slipway.dev/start-seconds": scenario.start_seconds.to_string()}},
            "spec": {"containers": [{"name": "app", "image": "registry.test/checkout:1"}]},
        },
    });
    if !scenario.strategy.is_null() {
        spec["strategy"] = scenario.strategy.clone();
    }
    if scenario.min_ready_seconds > 0 {
        spec["minReadySeconds"] = json!(scenario.min_ready_seconds);
    }
    if let Some(seconds) = scenario.deadline_seconds {
        spec["progressDeadlineSeconds"] = json!(seconds);
    }
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": NAMESPACE, "labels": labels},
        "spec": spec,
    })
}

/// The template of a new version: another image, and something that the version before does not have.
pub fn new_template(current: &Value, tag: &str, quality: Quality) -> Value {
    let mut template = current.clone();
    template["spec"]["containers"][0]["image"] = json!(format!("registry.test/checkout:{tag}"));
    template["metadata"]["annotations"][format!("added-by-{tag}")] = json!("yes");
    match quality {
        Quality::Good | Quality::Failing => {}
        Quality::Crashing => {
            template["metadata"]["annotations"]["practice.slipway.dev/crash"] = json!("error")
        }
        Quality::NeverReady => {
            template["metadata"]["annotations"]["practice.slipway.dev/never-ready"] = json!("true");
        }
    }
    template
}
