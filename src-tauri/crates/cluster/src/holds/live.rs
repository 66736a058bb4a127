use super::marker::{Marker, OPERATION_ANNOTATION};
use super::originals::HOLD_MIN_READY_SECONDS;
use super::template::hash_in;
use crate::field::{annotation, field, number, text};
use conductor::Manifest;
use serde_json::Value;

/// What the live object says, read once.
pub(crate) struct Live<'a> {
    pub object: &'a Manifest,
    pub uid: &'a str,
    pub generation: i64,
    pub replicas: u32,
    pub min_ready_seconds: i64,
    /// `maxSurge` in pods.
    pub surge: u32,
    /// `maxUnavailable` in pods.
    pub unavailable: u32,
    pub paused: bool,
    pub recreate: bool,
    pub operation: Option<&'a str>,
    pub marker: Option<Marker>,
    pub template_hash: &'a str,
}

impl<'a> Live<'a> {
    pub fn read(object: &'a Manifest) -> Live<'a> {
        let replicas = replicas(object);
        Live {
            object,
            uid: text(object, "/metadata/uid"),
            generation: number(object, "/metadata/generation"),
            replicas,
            min_ready_seconds: number(object, "/spec/minReadySeconds"),
            surge: max_surge_pods(object),
            unavailable: max_unavailable_pods(object),
            paused: field(object, "/spec/paused").and_then(Value::as_bool) == Some(true),
            recreate: text(object, "/spec/strategy/type") == "Recreate",
            operation: annotation(object, OPERATION_ANNOTATION),
            marker: Marker::read(object),
            template_hash: hash_in(object),
        }
    }

    /// Whether the workload stands in a native hold.
    pub fn held(&self) -> bool {
        self.min_ready_seconds == HOLD_MIN_READY_SECONDS
    }
}

/// `spec.replicas`; absent means 1.
pub(crate) fn replicas(object: &Value) -> u32 {
    field(object, "/spec/replicas")
        .and_then(Value::as_u64)
        .map_or(1, |count| u32::try_from(count).unwrap_or(u32::MAX))
}

/// A Deployment's `maxSurge` in pods at its present number of replicas; a percentage is rounded up, absent means 25 %.
pub fn max_surge_pods(deployment: &Value) -> u32 {
    let given = field(deployment, "/spec/strategy/rollingUpdate/maxSurge");
    pods_of(given, replicas(deployment), true)
}

/// A Deployment's `maxUnavailable` in pods at its present number of replicas; a percentage is rounded down, absent means
/// 25 %. As the controller has it: 1 if neither surge nor this would allow a pod.
pub fn max_unavailable_pods(deployment: &Value) -> u32 {
    let given = field(deployment, "/spec/strategy/rollingUpdate/maxUnavailable");
    let pods = pods_of(given, replicas(deployment), false);
    if pods == 0 && max_surge_pods(deployment) == 0 {
        1
    } else {
        pods
    }
}

fn pods_of(given: Option<&Value>, replicas: u32, up: bool) -> u32 {
    let percent = match given {
        Some(Value::Number(pods)) => {
            return u32::try_from(pods.as_u64().unwrap_or(0)).unwrap_or(u32::MAX);
        }
        Some(Value::String(text)) => text.trim_end_matches('%').parse::<u64>().unwrap_or(0),
        _ => 25,
    };
    let exact = percent * u64::from(replicas);
    let pods = if up { exact.div_ceil(100) } else { exact / 100 };
    u32::try_from(pods).unwrap_or(u32::MAX)
}
