//! Literal environment values are needed for a rollback and shown to nobody.

use serde_json::{Map, Value};

/// What stands in the place of a value.
pub const MASK: &str = "•••";

/// `kubectl apply` keeps a whole copy of the manifest, values included, in this annotation.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A copy of a manifest, a pod template or a JSON Patch without literal environment values (`env[].value`, also in the copy
/// that `kubectl apply` leaves in an annotation) and without the data of Secrets. Where values come from
/// (`valueFrom`, `envFrom`) stays.
pub fn mask_env(manifest: &Value) -> Value {
    match manifest {
        Value::Object(fields) => Value::Object(mask_object(fields)),
        Value::Array(items) => Value::Array(items.iter().map(mask_env).collect()),
        other => other.clone(),
    }
}

fn mask_object(fields: &Map<String, Value>) -> Map<String, Value> {
    let is_secret = fields.get("kind").and_then(Value::as_str) == Some("Secret");
    let patched = fields.get("path").and_then(Value::as_str);
    let is_patch = patched.is_some() && fields.contains_key("op");
    fields
        .iter()
        .map(|(name, value)| {
            let masked = match name.as_str() {
                "env" => mask_variables(value),
                LAST_APPLIED => mask_copy(value),
                "data" | "stringData" if is_secret => mask_texts(value),
                "value" if is_patch => mask_operation(patched.unwrap_or_default(), value),
                _ => mask_env(value),
            };
            (name.clone(), masked)
        })
        .collect()
}

fn mask_variables(value: &Value) -> Value {
    match value {
        Value::Array(variables) => Value::Array(variables.iter().map(mask_variable).collect()),
        other => mask_env(other),
    }
}

fn mask_variable(variable: &Value) -> Value {
    match variable {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| {
                    let masked = if name == "value" {
                        mask_texts(value)
                    } else {
                        mask_env(value)
                    };
                    (name.clone(), masked)
                })
                .collect(),
        ),
        other => mask_env(other),
    }
}

/// Every text in it, however deep.
fn mask_texts(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), mask_texts(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(mask_texts).collect::<Vec<_>>().into(),
        _ => Value::from(MASK),
    }
}

fn mask_copy(value: &Value) -> Value {
    let copy = value
        .as_str()
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    match copy {
        Some(copy) => Value::from(mask_env(&copy).to_string()),
        // Not readable as a manifest, so nothing in it is known to be harmless.
        None => mask_texts(value),
    }
}

/// The value of a patch operation, by what the operation's path says that it is.
fn mask_operation(path: &str, value: &Value) -> Value {
    let parts: Vec<&str> = path.split('/').collect();
    let annotation = LAST_APPLIED.replace('/', "~1");
    let after_env = parts
        .iter()
        .rposition(|part| *part == "env")
        .map(|at| parts.get(at + 1..).unwrap_or_default());
    match after_env {
        // The list, one variable, or a field of a variable.
        Some([]) => mask_variables(value),
        Some([_]) => mask_variable(value),
        Some([_, "value"]) => mask_texts(value),
        _ if parts.last() == Some(&annotation.as_str()) => mask_copy(value),
        _ => mask_env(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn manifest(value: &str) -> Value {
        let template = json!({ "spec": {
            "initContainers": [{ "name": "migrate", "env": [{ "name": "DSN", "value": value }] }],
            "containers": [{
                "name": "app",
                "image": "app:1",
                "env": [
                    { "name": "PASSWORD", "value": value },
                    { "name": "KEY", "valueFrom": { "secretKeyRef": { "name": "keys", "key": "a" } } },
                ],
            }],
        }});
        let applied = json!({ "spec": { "template": template } }).to_string();
        json!({
            "kind": "Deployment",
            "metadata": { "annotations": { LAST_APPLIED: applied } },
            "spec": { "template": template },
        })
    }

    proptest! {
        #[test]
        fn no_literal_value_is_left_anywhere(secret in "[a-z]{12,24}") {
            let patch = json!([
                { "op": "test", "path": "/metadata/uid", "value": "0123" },
                { "op": "replace", "path": "/spec/template", "value": manifest(&secret)["spec"]["template"] },
                { "op": "replace", "path": "/spec/template/spec/containers/0/env/0/value", "value": secret },
                { "op": "add", "path": "/spec/template/spec/containers/0/env/-", "value": { "name": "A", "value": secret } },
                { "op": "add", "path": "/spec/template/spec/containers/0/env", "value": [{ "name": "A", "value": secret }] },
                {
                    "op": "replace",
                    "path": "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration",
                    "value": manifest(&secret).to_string(),
                },
            ]);
            let kept = json!({ "kind": "Secret", "data": { "a": secret }, "stringData": { "b": secret } });
            for value in [manifest(&secret), patch, kept] {
                let masked = mask_env(&value).to_string();
                prop_assert!(!masked.contains(&secret), "{masked}");
            }
        }
    }

    #[test]
    fn everything_that_is_no_literal_value_stays() {
        let masked = mask_env(&manifest("hunter2hunter2"));
        let containers = &masked["spec"]["template"]["spec"]["containers"];
        assert_eq!(
            containers[0]["env"][0],
            json!({ "name": "PASSWORD", "value": MASK })
        );
        assert_eq!(
            containers[0]["env"][1]["valueFrom"]["secretKeyRef"]["name"],
            "keys"
        );
        assert_eq!(containers[0]["image"], "app:1");
        let uid = json!([{ "op": "test", "path": "/metadata/uid", "value": "0123" }]);
        assert_eq!(mask_env(&uid), uid);
    }
}
