//! The status of a Deployment: counts, conditions, progress and its deadline.

use crate::clock;
use crate::deployment_controller::Rollout;
use crate::object;
use crate::workload::ReplicaSet;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Sets a condition of an object. One with the same status and reason stays as it was; the time of transition stays
/// while the status does.
pub fn set_condition(
    object: &mut Value,
    kind: &str,
    status: &str,
    reason: &str,
    message: &str,
    now: Timestamp,
) {
    let time = clock::format_seconds(now);
    let current = object::condition(object, kind).cloned();
    let mut transition = time.clone();
    if let Some(current) = &current
        && object::text(current, &["status"]) == status
    {
        if object::text(current, &["reason"]) == reason {
            return;
        }
        transition = object::text(current, &["lastTransitionTime"]).to_owned();
    }
    put_condition(object, kind, status, reason, message, &time, &transition);
}

fn put_condition(
    object: &mut Value,
    kind: &str,
    status: &str,
    reason: &str,
    message: &str,
    time: &str,
    transition: &str,
) {
    remove_condition(object, kind);
    let mut list = object::items(object, &["status", "conditions"]).to_vec();
    list.push(json!({
        "type": kind, "status": status, "reason": reason, "message": message,
        "lastUpdateTime": time, "lastTransitionTime": transition,
    }));
    object::set(object, &["status", "conditions"], Value::Array(list));
}

fn remove_condition(object: &mut Value, kind: &str) {
    let list: Vec<Value> = object::items(object, &["status", "conditions"])
        .iter()
        .filter(|condition| object::text(condition, &["type"]) != kind)
        .cloned()
        .collect();
    if list.is_empty() {
        object::remove(object, &["status", "conditions"]);
    } else {
        object::set(object, &["status", "conditions"], Value::Array(list));
    }
}

/// Whether the rollout is finished according to the status last written.
pub(crate) fn is_complete(rollout: &Rollout) -> bool {
    status_is_complete(
        rollout,
        object::at(&rollout.deployment.0, &["status"]).unwrap_or(&Value::Null),
    )
}

fn status_is_complete(rollout: &Rollout, status: &Value) -> bool {
    let wanted = rollout.deployment.replicas();
    let count = |field: &str| object::integer(status, &[field]).unwrap_or(0);
    count("updatedReplicas") == wanted
        && count("replicas") == wanted
        && count("availableReplicas") == wanted
        && count("observedGeneration")
            >= object::integer(&rollout.deployment.0, &["metadata", "generation"]).unwrap_or(0)
}

/// The status by counting, with the condition Available; progress is not judged.
pub(crate) fn observed(rollout: &Rollout, now: Timestamp) -> Value {
    let available = rollout.total("availableReplicas");
    let unavailable = (rollout.pods_wanted() - available).max(0);
    let updated = rollout.new.as_ref().map_or(0, |set| set.status("replicas"));
    let mut status = json!({
        "observedGeneration": object::integer(&rollout.deployment.0, &["metadata", "generation"]).unwrap_or(0),
    });
    let terminating = rollout.total("terminatingReplicas");
    for (field, count) in [
        ("replicas", rollout.total("replicas")),
        ("updatedReplicas", updated),
        ("readyReplicas", rollout.total("readyReplicas")),
        ("availableReplicas", available),
        ("unavailableReplicas", unavailable),
    ] {
        // The server omits zero counts.
        if count > 0 {
            status[field] = json!(count);
        }
    }
    status["terminatingReplicas"] = json!(terminating);
    for field in ["collisionCount", "conditions"] {
        if let Some(value) = object::at(&rollout.deployment.0, &["status", field]) {
            status[field] = value.clone();
        }
    }
    let mut holder = json!({"status": status});
    let least = rollout.deployment.replicas() - rollout.deployment.max_unavailable();
    let (condition, reason, message) = if available >= least {
        (
            "True",
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        )
    } else {
        (
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )
    };
    set_condition(&mut holder, "Available", condition, reason, message, now);
    holder["status"].take()
}

/// The status with progress judged, and in how many seconds to look again if nothing else happens.
pub(crate) fn progressed(rollout: &Rollout, now: Timestamp) -> (Value, Option<i64>) {
    let mut holder = json!({"status": observed(rollout, now)});
    let deadline = rollout.deployment.progress_deadline();
    if deadline.is_none() {
        remove_condition(&mut holder, "Progressing");
    }
    let current = object::condition(&rollout.deployment.0, "Progressing").cloned();
    let reason = current
        .as_ref()
        .map_or("", |condition| object::text(condition, &["reason"]))
        .to_owned();
    let count = |status: &Value, field: &str| object::integer(status, &["status", field]).unwrap_or(0);
    let settled =
        count(&holder, "replicas") == count(&holder, "updatedReplicas") && reason == "NewReplicaSetAvailable";
    let subject = match &rollout.new {
        Some(set) => format!("ReplicaSet {:?}", set.name()),
        None => format!("Deployment {:?}", rollout.deployment.name()),
    };
    let complete = status_is_complete(rollout, &holder["status"]);
    if let Some(deadline) = deadline
        && !settled
    {
        if complete {
            let message = format!("{subject} has successfully progressed.");
            set_condition(
                &mut holder,
                "Progressing",
                "True",
                "NewReplicaSetAvailable",
                &message,
                now,
            );
        } else if made_progress(&rollout.deployment.0, &holder) {
            let message = format!("{subject} is progressing.");
            let time = clock::format_seconds(now);
            let transition = current
                .as_ref()
                .filter(|condition| object::text(condition, &["status"]) == "True")
                .map_or(time.clone(), |condition| {
                    object::text(condition, &["lastTransitionTime"]).to_owned()
                });
            put_condition(
                &mut holder,
                "Progressing",
                "True",
                "ReplicaSetUpdated",
                &message,
                &time,
                &transition,
            );
        } else if timed_out(current.as_ref(), deadline, now) {
            let message = format!("{subject} has timed out progressing.");
            set_condition(
                &mut holder,
                "Progressing",
                "False",
                "ProgressDeadlineExceeded",
                &message,
                now,
            );
        }
    }
    move_failures(rollout, &mut holder);
    let judged = object::condition(&holder, "Progressing");
    let check_in = match (deadline, judged) {
        (Some(deadline), Some(condition))
            if !complete && object::text(condition, &["reason"]) != "ProgressDeadlineExceeded" =>
        {
            clock::parse(object::text(condition, &["lastUpdateTime"]))
                .map(|updated| updated.as_second() + deadline - now.as_second() + 1)
        }
        _ => None,
    };
    (holder["status"].take(), check_in)
}

/// More new pods, fewer old ones, more ready or more available than before.
fn made_progress(before: &Value, after: &Value) -> bool {
    let count = |object: &Value, field: &str| object::integer(object, &["status", field]).unwrap_or(0);
    let old = |object: &Value| count(object, "replicas") - count(object, "updatedReplicas");
    count(after, "updatedReplicas") > count(before, "updatedReplicas")
        || old(after) < old(before)
        || count(after, "readyReplicas") > count(before, "readyReplicas")
        || count(after, "availableReplicas") > count(before, "availableReplicas")
}

fn timed_out(current: Option<&Value>, deadline: i64, now: Timestamp) -> bool {
    let Some(current) = current else { return false };
    match object::text(current, &["reason"]) {
        "NewReplicaSetAvailable" => false,
        "ProgressDeadlineExceeded" => true,
        _ => clock::parse(object::text(current, &["lastUpdateTime"]))
            .is_some_and(|updated| updated.as_second() + deadline < now.as_second()),
    }
}

/// A ReplicaSet that cannot make pods shows on the Deployment; the new one's failure first.
fn move_failures(rollout: &Rollout, holder: &mut Value) {
    let failure = rollout
        .new
        .iter()
        .chain(rollout.old.iter())
        .find_map(|set: &ReplicaSet| object::condition(&set.0, "ReplicaFailure"));
    match failure {
        Some(failure) => {
            let time = object::text(failure, &["lastTransitionTime"]).to_owned();
            let same = object::condition(holder, "ReplicaFailure").is_some_and(|current| {
                object::text(current, &["reason"]) == object::text(failure, &["reason"])
                    && object::text(current, &["status"]) == object::text(failure, &["status"])
            });
            if !same {
                put_condition(
                    holder,
                    "ReplicaFailure",
                    object::text(failure, &["status"]),
                    object::text(failure, &["reason"]),
                    object::text(failure, &["message"]),
                    &time,
                    &time,
                );
            }
        }
        None => remove_condition(holder, "ReplicaFailure"),
    }
}
