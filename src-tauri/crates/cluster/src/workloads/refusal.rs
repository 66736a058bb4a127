//! What a refusal of an act means. Pure.

use crate::request::Trouble;
use conductor::ActError;
use serde_json::Value;

/// Whether only the live object can tell what a refusal means: a failed `test` and an invalid object look alike.
pub(crate) fn needs_a_look(trouble: &Trouble) -> bool {
    trouble.is_status(422)
}

/// What it means that an act was not accepted. `live` is the object read after a 422, or why it could not be read.
pub fn act_error(trouble: Trouble, patch: &Value, live: Option<Result<Value, Trouble>>) -> ActError {
    match trouble {
        Trouble::Status { code: 409, .. } => ActError::Conflict,
        Trouble::Status {
            code: 422, message, ..
        } => match live {
            Some(Ok(object)) if !tests_hold(patch, &object) => ActError::Conflict,
            Some(Ok(_)) if is_denial(&message) => ActError::Denied { message },
            Some(Ok(_)) => ActError::Invalid { message },
            Some(Err(other)) if other.is_status(404) => ActError::Gone,
            // Nothing happened, and what is wrong cannot be told now: the next look will.
            _ => ActError::Conflict,
        },
        other => of_trouble(other),
    }
}

fn of_trouble(trouble: Trouble) -> ActError {
    match trouble {
        Trouble::Status {
            code: 401, message, ..
        } => ActError::Unauthorized { message },
        Trouble::Status {
            code: 403, message, ..
        } if is_denial(&message) => ActError::Denied { message },
        Trouble::Status {
            code: 403, message, ..
        } => ActError::Forbidden { message },
        Trouble::Status { code: 404, .. } => ActError::Gone,
        Trouble::Status {
            code: 429,
            retry_after_millis,
            ..
        } => ActError::Throttled {
            after_millis: retry_after_millis.unwrap_or(1_000),
        },
        // The server may have stored it before it failed.
        Trouble::Status { code, message, .. } if code >= 500 => ActError::Unknown {
            message: format!("{code}: {message}"),
        },
        Trouble::Status { message, .. } if is_denial(&message) => ActError::Denied { message },
        Trouble::Status { message, .. } => ActError::Invalid { message },
        Trouble::NotSent(message) => ActError::Unreachable { message },
        Trouble::NoAnswer(message) | Trouble::Unreadable(message) => ActError::Unknown { message },
    }
}

/// Whether a sentence is that of a quota or an admission rule, not that of authorization.
fn is_denial(message: &str) -> bool {
    let lower = message.to_lowercase();
    [
        "exceeded quota",
        "denied the request",
        "denied request",
        "admission webhook",
    ]
    .iter()
    .any(|words| lower.contains(words))
}

/// Whether every `test` of a patch holds on an object, by the API server's rules: an absent value is null.
fn tests_hold(patch: &Value, object: &Value) -> bool {
    patch
        .as_array()
        .into_iter()
        .flatten()
        .filter(|operation| operation.get("op").and_then(Value::as_str) == Some("test"))
        .all(|operation| {
            let path = operation.get("path").and_then(Value::as_str).unwrap_or_default();
            let wanted = operation.get("value").unwrap_or(&Value::Null);
            object.pointer(path).unwrap_or(&Value::Null) == wanted
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn status(code: u16, message: &str) -> Trouble {
        Trouble::Status {
            code,
            reason: String::new(),
            message: message.into(),
            retry_after_millis: None,
        }
    }

    #[test]
    fn a_refusal_by_quota_is_not_one_by_authorization() {
        let quota = of_trouble(status(403, r#"pods "a" is forbidden: exceeded quota: small"#));
        assert!(matches!(quota, ActError::Denied { .. }));
        let access = of_trouble(status(
            403,
            r#"User "viewer" cannot patch resource "deployments""#,
        ));
        assert!(matches!(access, ActError::Forbidden { .. }));
    }

    #[test]
    fn what_may_have_been_stored_is_unknown_and_what_never_left_is_not() {
        assert!(matches!(
            of_trouble(status(504, "timeout")),
            ActError::Unknown { .. }
        ));
        assert!(matches!(
            of_trouble(Trouble::NoAnswer(String::new())),
            ActError::Unknown { .. }
        ));
        assert!(matches!(
            of_trouble(Trouble::NotSent(String::new())),
            ActError::Unreachable { .. }
        ));
    }

    #[test]
    fn a_test_that_does_not_hold_is_found_on_the_object() {
        let patch = json!([
            {"op": "test", "path": "/metadata/annotations/slipway.dev~1operation", "value": "r1.1.0"},
            {"op": "remove", "path": "/spec/paused"}
        ]);
        let object =
            |operation: &str| json!({"metadata": {"annotations": {"slipway.dev/operation": operation}}});
        assert!(tests_hold(&patch, &object("r1.1.0")));
        assert!(!tests_hold(&patch, &object("r1.1.1")));
        assert!(!tests_hold(&patch, &json!({"metadata": {}})));
    }
}
