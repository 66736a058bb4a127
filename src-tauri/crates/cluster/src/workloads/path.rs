use conductor::WorkloadRef;

/// The path of the Deployment.
pub(crate) fn deployment(at: &WorkloadRef) -> String {
    format!("{}/{}", deployments(&at.namespace), at.name)
}

pub(crate) fn deployments(namespace: &str) -> String {
    format!("/apis/apps/v1/namespaces/{namespace}/deployments")
}

pub(crate) fn replica_sets(namespace: &str) -> String {
    format!("/apis/apps/v1/namespaces/{namespace}/replicasets")
}

pub(crate) fn pods(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/pods")
}

/// A path with a label selector.
pub(crate) fn selected(path: &str, selector: &str) -> String {
    if selector.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?labelSelector={}", encoded(selector))
    }
}

/// Percent-encodes a query value (RFC 3986: everything but unreserved characters).
pub(crate) fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// A Deployment's selector in the form of a query (`app=checkout,tier in (a,b)`).
pub(crate) fn selector_text(selector: &serde_json::Value) -> String {
    use serde_json::Value;
    let mut parts = Vec::new();
    if let Some(labels) = selector.get("matchLabels").and_then(Value::as_object) {
        for (key, value) in labels {
            parts.push(format!("{key}={}", value.as_str().unwrap_or_default()));
        }
    }
    let rules = selector.get("matchExpressions").and_then(Value::as_array);
    for rule in rules.into_iter().flatten() {
        let key = rule.get("key").and_then(Value::as_str).unwrap_or_default();
        let values: Vec<&str> = rule
            .get("values")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        match rule.get("operator").and_then(Value::as_str) {
            Some("In") => parts.push(format!("{key} in ({})", values.join(","))),
            Some("NotIn") => parts.push(format!("{key} notin ({})", values.join(","))),
            Some("Exists") => parts.push(key.to_owned()),
            Some("DoesNotExist") => parts.push(format!("!{key}")),
            _ => {}
        }
    }
    parts.sort();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_selector_becomes_a_query() {
        let selector = json!({
            "matchLabels": {"app": "checkout"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "canary", "operator": "DoesNotExist"}
            ]
        });
        let text = selector_text(&selector);
        assert_eq!(text, "!canary,app=checkout,tier in (a,b)");
        assert_eq!(selected("/x", "a=b"), "/x?labelSelector=a%3Db");
    }
}
