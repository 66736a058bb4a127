use crate::field::field;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The `minReadySeconds` of a hold: a year. Pods serve and are never counted as available.
pub const HOLD_MIN_READY_SECONDS: i64 = 31_536_000;
/// The `progressDeadlineSeconds` of a hold: the API server wants it above `minReadySeconds`.
pub const HOLD_DEADLINE_SECONDS: i64 = 2 * HOLD_MIN_READY_SECONDS;

pub(crate) const MIN_READY: &str = "/spec/minReadySeconds";
pub(crate) const DEADLINE: &str = "/spec/progressDeadlineSeconds";
pub(crate) const MAX_SURGE: &str = "/spec/strategy/rollingUpdate/maxSurge";
pub(crate) const MAX_UNAVAILABLE: &str = "/spec/strategy/rollingUpdate/maxUnavailable";

/// The fields that a hold changes, as they were before; `None` means that the field was absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Originals {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_ready_seconds: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_deadline_seconds: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Value>,
}

impl Originals {
    pub fn of(object: &Value) -> Originals {
        let field = |path| field(object, path).filter(|value| !value.is_null()).cloned();
        Originals {
            min_ready_seconds: field(MIN_READY),
            progress_deadline_seconds: field(DEADLINE),
            max_surge: field(MAX_SURGE),
            max_unavailable: field(MAX_UNAVAILABLE),
        }
    }

    /// The original `minReadySeconds` as the controller takes it.
    pub fn min_ready(&self) -> i64 {
        self.min_ready_seconds
            .as_ref()
            .and_then(Value::as_i64)
            .unwrap_or(0)
    }

    /// Makes the fields of an object what they were.
    pub fn put_back(&self, object: &mut Value) {
        let fields = [
            ("/spec", "minReadySeconds", &self.min_ready_seconds),
            (
                "/spec",
                "progressDeadlineSeconds",
                &self.progress_deadline_seconds,
            ),
            ("/spec/strategy/rollingUpdate", "maxSurge", &self.max_surge),
            (
                "/spec/strategy/rollingUpdate",
                "maxUnavailable",
                &self.max_unavailable,
            ),
        ];
        for (parent, name, value) in fields {
            let Some(parent) = object.pointer_mut(parent).and_then(Value::as_object_mut) else {
                continue;
            };
            match value {
                Some(value) => parent.insert(name.to_owned(), value.clone()),
                None => parent.remove(name),
            };
        }
    }
}
