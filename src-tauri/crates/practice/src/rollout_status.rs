//! The status of a Deployment: counts, conditions, progress and its deadline.

use crate::clock;
use crate::conditions::{Condition, Conditions};
use crate::deployment_controller::Rollout;
use crate::object;
use crate::workload::ReplicaSet;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The status that a Deployment should have. It is worked out at every look of the controller and mostly is the one that was
/// written last, so it becomes JSON only where it is not.
pub(crate) struct Status<'a> {
    observed_generation: i64,
    replicas: i64,
    updated: i64,
    ready: i64,
    available: i64,
    unavailable: i64,
    terminating: i64,
    collisions: Option<&'a Value>,
    conditions: Conditions<'a>,
}

impl Status<'_> {
    /// The numbers as they are written: the server omits zero counts.
    fn numbers(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let counts = [
            ("replicas", self.replicas),
            ("updatedReplicas", self.updated),
            ("readyReplicas", self.ready),
            ("availableReplicas", self.available),
            ("unavailableReplicas", self.unavailable),
        ];
        [
            ("observedGeneration", self.observed_generation),
            ("terminatingReplicas", self.terminating),
        ]
        .into_iter()
        .chain(counts.into_iter().filter(|(_, count)| *count > 0))
    }

    /// Whether this is what stands in a status.
    pub(crate) fn is(&self, written: &Value) -> bool {
        let Value::Object(written) = written else {
            return false;
        };
        let mut fields =
            usize::from(self.collisions.is_some()) + usize::from(written.contains_key("conditions"));
        let same = self.numbers().all(|(field, number)| {
            fields += 1;
            written.get(field).and_then(Value::as_i64) == Some(number)
        });
        same && fields == written.len()
            && written.get("collisionCount") == self.collisions
            && self.conditions.are(written.get("conditions"))
    }

    pub(crate) fn into_value(self) -> Value {
        let mut status: Map<String, Value> = self
            .numbers()
            .map(|(field, number)| (field.to_owned(), json!(number)))
            .collect();
        if let Some(collisions) = self.collisions {
            status.insert("collisionCount".to_owned(), collisions.clone());
        }
        if let Some(conditions) = self.conditions.into_value() {
            status.insert("conditions".to_owned(), conditions);
        }
        Value::Object(status)
    }

    /// More new pods, fewer old ones, more ready or more available than in an earlier status.
    fn is_ahead_of(&self, before: &Value) -> bool {
        let count = |field: &str| object::integer(before, &[field]).unwrap_or(0);
        self.updated > count("updatedReplicas")
            || self.replicas - self.updated < count("replicas") - count("updatedReplicas")
            || self.ready > count("readyReplicas")
            || self.available > count("availableReplicas")
    }
}

/// Whether the rollout is finished according to the status last written.
pub(crate) fn is_complete(rollout: &Rollout) -> bool {
    let status = rollout.deployment.status();
    let count = |field: &str| object::integer(status, &[field]).unwrap_or(0);
    let wanted = rollout.deployment.replicas();
    count("updatedReplicas") == wanted
        && count("replicas") == wanted
        && count("availableReplicas") == wanted
        && count("observedGeneration") >= rollout.deployment.generation()
}

/// The status by counting, with the condition Available; progress is not judged.
pub(crate) fn observed(rollout: &Rollout, now: Timestamp) -> Status<'_> {
    let deployment = &rollout.deployment;
    let available = rollout.total("availableReplicas");
    let mut conditions = Conditions::of(&deployment.0);
    let condition = if available >= deployment.replicas() - deployment.max_unavailable() {
        Condition {
            kind: "Available",
            status: "True",
            reason: "MinimumReplicasAvailable",
            message: "Deployment has minimum availability.",
        }
    } else {
        Condition {
            kind: "Available",
            status: "False",
            reason: "MinimumReplicasUnavailable",
            message: "Deployment does not have minimum availability.",
        }
    };
    conditions.set(condition, now);
    Status {
        observed_generation: deployment.generation(),
        replicas: rollout.total("replicas"),
        updated: rollout.new.as_ref().map_or(0, |set| set.status("replicas")),
        ready: rollout.total("readyReplicas"),
        available,
        unavailable: (rollout.pods_wanted() - available).max(0),
        terminating: rollout.total("terminatingReplicas"),
        collisions: deployment.status().get("collisionCount"),
        conditions,
    }
}

/// The status with progress judged, and in how many seconds to look again if nothing else happens.
pub(crate) fn progressed(rollout: &Rollout, now: Timestamp) -> (Status<'_>, Option<i64>) {
    let mut status = observed(rollout, now);
    let deadline = rollout.deployment.progress_deadline();
    if deadline.is_none() {
        status.conditions.remove("Progressing");
    }
    let current = object::condition(&rollout.deployment.0, "Progressing");
    let reason = current.map_or("", |condition| object::text(condition, &["reason"]));
    let settled = status.replicas == status.updated && reason == "NewReplicaSetAvailable";
    let wanted = rollout.deployment.replicas();
    let complete = [status.updated, status.replicas, status.available] == [wanted; 3];
    if let Some(deadline) = deadline
        && !settled
    {
        judge_progress(rollout, &mut status, complete, deadline, now);
    }
    move_failures(rollout, &mut status.conditions);
    let check_in = match (deadline, status.conditions.get("Progressing")) {
        (Some(deadline), Some(condition))
            if !complete && object::text(condition, &["reason"]) != "ProgressDeadlineExceeded" =>
        {
            clock::parse(object::text(condition, &["lastUpdateTime"]))
                .map(|updated| updated.as_second() + deadline - now.as_second() + 1)
        }
        _ => None,
    };
    (status, check_in)
}

fn judge_progress(rollout: &Rollout, status: &mut Status<'_>, complete: bool, deadline: i64, now: Timestamp) {
    let subject = match &rollout.new {
        Some(set) => format!("ReplicaSet {:?}", set.name()),
        None => format!("Deployment {:?}", rollout.deployment.name()),
    };
    let current = object::condition(&rollout.deployment.0, "Progressing");
    let (is, reason, message) = if complete {
        ("True", "NewReplicaSetAvailable", "has successfully progressed.")
    } else if status.is_ahead_of(rollout.deployment.status()) {
        ("True", "ReplicaSetUpdated", "is progressing.")
    } else if timed_out(current, deadline, now) {
        ("False", "ProgressDeadlineExceeded", "has timed out progressing.")
    } else {
        return;
    };
    let condition = Condition {
        kind: "Progressing",
        status: is,
        reason,
        message: &format!("{subject} {message}"),
    };
    if reason != "ReplicaSetUpdated" {
        status.conditions.set(condition, now);
        return;
    }
    // Every progress is news, also where status and reason stay.
    let time = clock::format_seconds(now);
    let transition = current
        .filter(|condition| object::text(condition, &["status"]) == "True")
        .map_or(time.as_str(), |condition| {
            object::text(condition, &["lastTransitionTime"])
        });
    status.conditions.put(condition, &time, transition);
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
fn move_failures(rollout: &Rollout, conditions: &mut Conditions<'_>) {
    let failure = rollout
        .new
        .iter()
        .chain(rollout.old.iter())
        .find_map(|set: &ReplicaSet| object::condition(&set.0, "ReplicaFailure"));
    let Some(failure) = failure else {
        return conditions.remove("ReplicaFailure");
    };
    let text = |field: &str| object::text(failure, &[field]);
    let same = conditions.get("ReplicaFailure").is_some_and(|current| {
        object::text(current, &["reason"]) == text("reason")
            && object::text(current, &["status"]) == text("status")
    });
    if !same {
        let condition = Condition {
            kind: "ReplicaFailure",
            status: text("status"),
            reason: text("reason"),
            message: text("message"),
        };
        let time = text("lastTransitionTime");
        conditions.put(condition, time, time);
    }
}
