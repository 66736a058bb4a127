//! Fields of objects by their path, as `/spec/replicas`.
//!
//! Every look and every decision reads dozens of them. A JSON Pointer (`Value::pointer`) makes two new strings of every key on
//! the way to unescape it; the paths here are written in this program and have keys without `~` and `/` only.

use serde_json::Value;

/// The annotation in which the Deployment controller numbers the templates.
pub(crate) const REVISION_ANNOTATION: &str = "deployment.kubernetes.io/revision";

/// The field at a path; `None` if something on the way is missing.
pub(crate) fn field<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let (mut here, mut rest) = (object, path.strip_prefix('/')?);
    // A search for one byte at a time costs more than looking: the keys are short.
    while let Some(end) = rest.bytes().position(|byte| byte == b'/') {
        here = here.get(&rest[..end])?;
        rest = &rest[end + 1..];
    }
    here.get(rest)
}

/// The string at a path, or "".
pub(crate) fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    field(object, path).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at a path, or 0.
pub(crate) fn number(object: &Value, path: &str) -> i64 {
    field(object, path).and_then(Value::as_i64).unwrap_or(0)
}

/// The revision that the Deployment controller gave to a Deployment's or a ReplicaSet's template.
pub(crate) fn revision(object: &Value) -> Option<i64> {
    annotation(object, REVISION_ANNOTATION)?.parse().ok()
}

/// An annotation, whatever is in its name.
pub(crate) fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    field(object, "/metadata/annotations")?.get(name)?.as_str()
}
