use crate::field::{field, text};
use conductor::{PodState, PodTrouble};
use serde_json::Value;

/// Restarts after which a container that crashes is expected to crash again.
const LASTING_RESTARTS: u64 = 2;

/// What one pod says: of many kilobytes of JSON, what a look shows.
#[derive(Debug, Clone)]
pub struct Pod {
    /// The uid of the ReplicaSet that it belongs to.
    pub(crate) owner: Option<String>,
    pub(crate) state: PodState,
    pub(crate) troubles: Vec<PodTrouble>,
    /// Whether it has ended for good: such a pod is not counted by its ReplicaSet.
    pub(crate) ended: bool,
}

/// The uid of the controller that owns an object.
pub(crate) fn controller(object: &Value) -> Option<&str> {
    field(object, "/metadata/ownerReferences")?
        .as_array()?
        .iter()
        .find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true))?
        .get("uid")?
        .as_str()
}

impl Pod {
    /// Reads a pod as the API server has it.
    pub fn read(pod: &Value) -> Pod {
        read(pod)
    }
}

fn read(pod: &Value) -> Pod {
    let text = |path: &str| text(pod, path);
    let name = text("/metadata/name").to_owned();
    let phase = text("/status/phase");
    let terminating = field(pod, "/metadata/deletionTimestamp").is_some_and(|at| !at.is_null());
    let mut troubles = Vec::new();
    let mut restarts = 0;
    for list in ["initContainerStatuses", "containerStatuses"] {
        let statuses = pod
            .get("status")
            .and_then(|status| status.get(list))
            .and_then(Value::as_array);
        for status in statuses.into_iter().flatten() {
            let count = status.get("restartCount").and_then(Value::as_u64).unwrap_or(0);
            restarts += count;
            troubles.extend(container_trouble(&name, status, count));
        }
    }
    if let Some(condition) = condition(pod, "PodScheduled").filter(|condition| is(condition, "False")) {
        troubles.push(PodTrouble {
            pod: name.clone(),
            reason: word(condition, "reason"),
            message: word(condition, "message"),
            lasting: false,
        });
    }
    if phase == "Failed" {
        troubles.push(PodTrouble {
            pod: name.clone(),
            reason: Some(text("/status/reason"))
                .filter(|reason| !reason.is_empty())
                .unwrap_or("Failed")
                .to_owned(),
            message: text("/status/message").to_owned(),
            lasting: false,
        });
    }
    Pod {
        owner: controller(pod).map(str::to_owned),
        state: PodState {
            name,
            ready: condition(pod, "Ready").is_some_and(|condition| is(condition, "True")),
            terminating,
            restarts: u32::try_from(restarts).unwrap_or(u32::MAX),
        },
        troubles,
        ended: matches!(phase, "Failed" | "Succeeded"),
    }
}

fn container_trouble(pod: &str, status: &Value, restarts: u64) -> Option<PodTrouble> {
    let state = |path: &str| text(status, path);
    let last = state("/lastState/terminated/reason");
    let waiting = state("/state/waiting/reason");
    let ended = state("/state/terminated/reason");
    // "Killed for its memory" says more than "restarting".
    let killed = [last, ended].contains(&"OOMKilled");
    let (reason, message) = match (waiting, ended) {
        ("" | "ContainerCreating" | "PodInitializing", "" | "Completed") => return None,
        ("CrashLoopBackOff", _) if killed => ("OOMKilled", state("/state/waiting/message")),
        ("" | "ContainerCreating" | "PodInitializing", ended) => (ended, state("/state/terminated/message")),
        (waiting, _) => (waiting, state("/state/waiting/message")),
    };
    let lasting = match waiting {
        "CrashLoopBackOff" => restarts >= LASTING_RESTARTS,
        "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => true,
        _ => restarts >= LASTING_RESTARTS && !ended.is_empty(),
    };
    Some(PodTrouble {
        pod: pod.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        lasting,
    })
}

fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    field(object, "/status/conditions")?
        .as_array()?
        .iter()
        .find(|condition| condition.get("type").and_then(Value::as_str) == Some(kind))
}

fn is(condition: &Value, status: &str) -> bool {
    condition.get("status").and_then(Value::as_str) == Some(status)
}

fn word(condition: &Value, key: &str) -> String {
    condition
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Why a ReplicaSet cannot make its pods (a quota, an admission rule), if it says so.
pub(crate) fn replica_failure(replica_set: &Value) -> Option<PodTrouble> {
    let condition = condition(replica_set, "ReplicaFailure").filter(|condition| is(condition, "True"))?;
    Some(PodTrouble {
        pod: String::new(),
        reason: word(condition, "reason"),
        message: word(condition, "message"),
        lasting: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(status: Value) -> Pod {
        read(&json!({"metadata": {"name": "a"}, "status": status}))
    }

    #[test]
    fn a_pod_that_crashes_again_and_again_is_lasting_trouble() {
        let crashing = |restarts: u64| {
            pod(json!({"containerStatuses": [{
                "restartCount": restarts,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"reason": "Error"}}
            }]}))
        };
        assert!(!crashing(1).troubles[0].lasting);
        assert!(crashing(3).troubles[0].lasting);
        assert_eq!(crashing(3).state.restarts, 3);
    }

    #[test]
    fn a_pod_that_starts_is_in_no_trouble() {
        let starting =
            pod(json!({"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}));
        assert!(starting.troubles.is_empty() && !starting.state.ready);
    }

    #[test]
    fn a_pod_killed_for_its_memory_says_so() {
        let killed = pod(json!({"containerStatuses": [{
            "restartCount": 4,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"reason": "OOMKilled"}}
        }]}));
        assert_eq!(killed.troubles[0].reason, "OOMKilled");
    }
}
