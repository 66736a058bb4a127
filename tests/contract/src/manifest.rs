//! The Deployment under test.

use serde_json::{Value, json};

/// What a case wants to begin with.
#[derive(Debug, Clone)]
pub struct Manifest {
    pub replicas: u32,
    /// Merged into `spec`.
    pub spec: Value,
}

impl Manifest {
    pub fn of(replicas: u32) -> Manifest {
        Manifest {
            replicas,
            spec: json!({}),
        }
    }

    pub fn spec(mut self, spec: Value) -> Manifest {
        self.spec = spec;
        self
    }

    pub fn deployment(&self, namespace: &str, name: &str, version: &str) -> Value {
        let labels = json!({ "app.kubernetes.io/name": name });
        let mut spec = json!({
            "replicas": self.replicas,
            "selector": { "matchLabels": labels },
            "template": template(name, version, &json!({})),
        });
        merge(&mut spec, &self.spec);
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": { "name": name, "namespace": namespace, "labels": labels },
            "spec": spec,
        })
    }
}

/// A pod template of one version; pods become Ready after a moment, so that what is not waited for shows. Both kinds of
/// cluster read their own annotations and ignore the other's.
pub fn template(name: &str, version: &str, annotations: &Value) -> Value {
    let mut all = json!({ "slip.test/ready-after": "300ms", "practice.slipway.dev/start-seconds": "1" });
    merge(&mut all, annotations);
    json!({
        "metadata": { "labels": { "app.kubernetes.io/name": name }, "annotations": all },
        "spec": { "containers": [{
            "name": "app",
            "image": format!("registry.test/{name}:{version}"),
            "ports": [{ "containerPort": 8080 }],
        }] },
    })
}

/// Merges objects deeply; `null` removes.
pub fn merge(into: &mut Value, from: &Value) {
    let (Value::Object(into), Value::Object(from)) = (into, from) else {
        return;
    };
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (_, Value::Null) => {
                into.remove(key);
            }
            (Some(known @ Value::Object(_)), Value::Object(_)) => merge(known, value),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}
