//! Refusals as the API server words them: `metav1.Status` with code, reason, message and details.

use crate::kinds::Kind;
use serde_json::{Value, json};

/// A refusal. `code` is the HTTP status.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiStatus {
    /// HTTP status code.
    pub code: u16,
    /// Machine-readable reason, such as "NotFound".
    pub reason: &'static str,
    /// The server's sentence.
    pub message: String,
    /// `details`, or null.
    pub details: Value,
}

/// One invalid field, as validation reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// "FieldValueInvalid" and its relatives.
    pub kind: &'static str,
    /// Path of the field.
    pub field: String,
    /// What is wrong, without the path.
    pub message: String,
}

impl Cause {
    /// The value is not allowed: `Invalid value: …: why`.
    pub fn invalid(field: &str, value: &Value, why: &str) -> Self {
        Self {
            kind: "FieldValueInvalid",
            field: field.to_owned(),
            message: format!("Invalid value: {value}: {why}"),
        }
    }

    /// The field must be there.
    pub fn required(field: &str, why: &str) -> Self {
        let message = if why.is_empty() {
            "Required value".to_owned()
        } else {
            format!("Required value: {why}")
        };
        Self {
            kind: "FieldValueRequired",
            field: field.to_owned(),
            message,
        }
    }

    /// The field must not be there.
    pub fn forbidden(field: &str, why: &str) -> Self {
        Self {
            kind: "FieldValueForbidden",
            field: field.to_owned(),
            message: format!("Forbidden: {why}"),
        }
    }

    /// The value is not one of those known.
    pub fn not_supported(field: &str, value: &str, known: &[&str]) -> Self {
        let known: Vec<String> = known.iter().map(|value| format!("{value:?}")).collect();
        Self {
            kind: "FieldValueNotSupported",
            field: field.to_owned(),
            message: format!(
                "Unsupported value: {value:?}: supported values: {}",
                known.join(", ")
            ),
        }
    }
}

impl ApiStatus {
    fn new(code: u16, reason: &'static str, message: String, details: Value) -> Self {
        Self {
            code,
            reason,
            message,
            details,
        }
    }

    fn about(kind: &Kind, name: &str) -> Value {
        let mut details = json!({"kind": kind.plural});
        if !kind.group.is_empty() {
            details["group"] = json!(kind.group);
        }
        if !name.is_empty() {
            details["name"] = json!(name);
        }
        details
    }

    /// 404 for an object that is not there.
    pub fn not_found(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} not found", kind.qualified());
        Self::new(404, "NotFound", message, Self::about(kind, name))
    }

    /// 404 for a path the server does not have.
    pub fn no_such_path() -> Self {
        Self::new(
            404,
            "NotFound",
            "the server could not find the requested resource".into(),
            json!({}),
        )
    }

    /// 409: the name is taken.
    pub fn already_exists(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} already exists", kind.qualified());
        Self::new(409, "AlreadyExists", message, Self::about(kind, name))
    }

    /// 409: written by somebody else in between, or a precondition does not hold.
    pub fn conflict(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: {why}",
            kind.qualified()
        );
        Self::new(409, "Conflict", message, Self::about(kind, name))
    }

    /// 409 for a stale resourceVersion.
    pub fn stale(kind: &Kind, name: &str) -> Self {
        Self::conflict(
            kind,
            name,
            "the object has been modified; please apply your changes to the latest version and try again",
        )
    }

    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message.into(), Value::Null)
    }

    /// 403 of the authorizer. `subject` is the object's name, "" for a collection; `scope` is the namespace, "" for the
    /// cluster scope; `resource` names the subresource too.
    pub fn forbidden(
        kind: &Kind,
        subject: &str,
        user: &str,
        verb: &str,
        resource: &str,
        scope: &str,
    ) -> Self {
        let place = if scope.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace {scope:?}")
        };
        let sentence = format!(
            "User {user:?} cannot {verb} resource {resource:?} in API group {:?} {place}",
            kind.group
        );
        Self::refused(kind, subject, &sentence)
    }

    /// 403 of an admission plugin, such as a quota.
    pub fn refused(kind: &Kind, subject: &str, why: &str) -> Self {
        let what = if subject.is_empty() {
            kind.qualified()
        } else {
            format!("{} {subject:?}", kind.qualified())
        };
        Self::new(
            403,
            "Forbidden",
            format!("{what} is forbidden: {why}"),
            Self::about(kind, subject),
        )
    }

    /// 422 of validation.
    pub fn invalid(kind: &Kind, name: &str, causes: &[Cause]) -> Self {
        let list: Vec<String> = causes
            .iter()
            .map(|cause| format!("{}: {}", cause.field, cause.message))
            .collect();
        let sentence = match list.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let causes: Vec<Value> = causes
            .iter()
            .map(|cause| json!({"reason": cause.kind, "message": cause.message, "field": cause.field}))
            .collect();
        let mut details = json!({"kind": kind.kind, "name": name, "causes": causes});
        if !kind.group.is_empty() {
            details["group"] = json!(kind.group);
        }
        Self::new(
            422,
            "Invalid",
            format!("{} {name:?} is invalid: {sentence}", kind.qualified_kind()),
            details,
        )
    }

    /// 422 without detail: what a JSON Patch that does not apply gets, a failed `test` included.
    pub fn patch_refused() -> Self {
        Self::new(
            422,
            "Invalid",
            "the server rejected our request due to an error in our request".into(),
            json!({}),
        )
    }

    /// 409 of server-side apply: fields owned by others.
    pub fn apply_conflict(message: String, causes: Vec<Value>) -> Self {
        Self::new(409, "Conflict", message, json!({"causes": causes}))
    }

    /// 410: the revision asked for is compacted.
    pub fn expired(asked: u64, oldest: u64) -> Self {
        Self::new(
            410,
            "Expired",
            format!("too old resource version: {asked} ({oldest})"),
            Value::Null,
        )
    }

    /// 503: the Service has nobody behind it.
    pub fn no_endpoints(service: &str) -> Self {
        let message = format!("no endpoints available for service {service:?}");
        Self::new(503, "ServiceUnavailable", message, Value::Null)
    }

    /// 405.
    pub fn method_not_allowed() -> Self {
        Self::new(
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource".into(),
            json!({}),
        )
    }

    /// 415.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: \
             application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, \
             application/apply-patch+yaml"
                .into(),
            json!({}),
        )
    }

    /// Any code, as injected by a test.
    pub fn injected(code: u16) -> Self {
        let reason = match code {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "NotFound",
            409 => "Conflict",
            410 => "Expired",
            429 => "TooManyRequests",
            503 => "ServiceUnavailable",
            504 => "Timeout",
            _ => "InternalError",
        };
        let details = if code == 429 {
            json!({"retryAfterSeconds": 1})
        } else {
            Value::Null
        };
        Self::new(code, reason, format!("injected by the test: {reason}"), details)
    }

    /// The `Status` object.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.code,
        });
        if !self.details.is_null() {
            body["details"] = self.details.clone();
        }
        body
    }
}
