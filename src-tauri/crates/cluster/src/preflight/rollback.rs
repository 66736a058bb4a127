use super::surroundings::Surroundings;
use super::{Finding, access, config, dry_run, owners, quota};
use crate::holds::{finish_by_hand, hash_of};
use crate::workloads::{KubeWorkloads, moment, pods_of};
use conductor::{Next, Observed, PreparedAct, Pursuit, WorkloadRef, Workloads};
use kube::Client;
use serde_json::Value;

/// What one click on the way back would do, asked before it is pressed. Nothing here ever refuses a rollback.
#[derive(Debug, Clone, PartialEq)]
pub struct RollbackReadiness {
    /// What speaks against it, the worst first; empty if nothing.
    pub findings: Vec<Finding>,
    /// The patch that would be sent now; `None` if the target is in place already or cannot be had.
    pub act: Option<PreparedAct>,
    /// Seconds until the target serves everything; `None` if nothing was measured yet.
    pub expected_seconds: Option<f64>,
    /// On how many starts of this workload's own pods that rests.
    pub measured_starts: u32,
    /// Pods of the target that must start.
    pub pods_to_start: u32,
    /// The `kubectl` command that does the same by hand.
    pub by_hand: String,
}

/// Where every pod of the target still serves, a rollback only takes pods away: half a second on a real control plane.
const WITHOUT_STARTS_SECONDS: f64 = 0.5;

pub(crate) async fn readiness(
    workloads: &KubeWorkloads,
    client: &Client,
    at: &WorkloadRef,
    pursuit: &Pursuit,
    seen: &Observed,
) -> RollbackReadiness {
    let next = workloads.next(pursuit, seen);
    let act = match next {
        Next::Act(act) => Some(act),
        _ => None,
    };
    let rehearsal = async {
        match &act {
            Some(act) => workloads.rehearse(at, act).await.err(),
            None => None,
        }
    };
    let (access, owners, config, around, refused, starts) = futures::join!(
        access::check(client, at),
        owners::check(client, &seen.object),
        config::of_target(client, at, seen, &pursuit.template),
        Surroundings::read(client, &at.namespace),
        rehearsal,
        start_seconds(client, at, seen),
    );
    let target = hash_of(&pursuit.template);
    let there = seen.view.arm(target).map_or(0, |arm| arm.ready);
    let pods_to_start = seen.view.replicas.saturating_sub(there);
    let mut findings = [access, owners, config].concat();
    if pursuit.template.is_null() {
        findings.push(Finding::blocking(
            "target-missing",
            "The version to go back to is not known any more.",
            "Choose another one.",
        ));
    }
    findings.extend(refused.as_ref().map(dry_run::of_error));
    if let Ok(quotas) = &around.quotas {
        findings.extend(quota::exceeded(quotas, &pursuit.template, pods_to_start));
    }
    findings.sort_by_key(|finding| finding.severity);
    RollbackReadiness {
        findings,
        act,
        expected_seconds: expected(pods_to_start, &starts),
        measured_starts: u32::try_from(starts.len()).unwrap_or(u32::MAX),
        pods_to_start,
        by_hand: finish_by_hand(pursuit, seen),
    }
}

/// Seconds until a version serves everything again, of which so many pods must start; `None` if no start was measured.
fn expected(pods_to_start: u32, starts: &[f64]) -> Option<f64> {
    if pods_to_start == 0 {
        return Some(WITHOUT_STARTS_SECONDS);
    }
    median(starts).map(|seconds| seconds + WITHOUT_STARTS_SECONDS)
}

/// [`expected`] from the starts of the pods that run now, and on how many of them it rests.
pub(crate) async fn seconds_back(
    client: &Client,
    at: &WorkloadRef,
    seen: &Observed,
    pods_to_start: u32,
) -> (Option<f64>, u32) {
    let starts = start_seconds(client, at, seen).await;
    let measured = u32::try_from(starts.len()).unwrap_or(u32::MAX);
    (expected(pods_to_start, &starts), measured)
}

/// How long each running pod took from its creation to Ready, as far as that can be told.
async fn start_seconds(client: &Client, at: &WorkloadRef, seen: &Observed) -> Vec<f64> {
    let Ok(Some(pods)) = pods_of(client, at, &seen.object).await else {
        return Vec::new();
    };
    pods.iter().filter_map(seconds_to_ready).collect()
}

/// A pod that restarted became Ready again later: that says nothing of its start.
pub(crate) fn seconds_to_ready(pod: &Value) -> Option<f64> {
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
    let restarted = statuses
        .into_iter()
        .flatten()
        .any(|status| status.get("restartCount").and_then(Value::as_u64) > Some(0));
    if restarted {
        return None;
    }
    let created = moment(pod.pointer("/metadata/creationTimestamp")?.as_str()?)?;
    let conditions = pod.pointer("/status/conditions")?.as_array()?;
    let ready = conditions.iter().find(|condition| {
        condition.get("type").and_then(Value::as_str) == Some("Ready")
            && condition.get("status").and_then(Value::as_str) == Some("True")
    })?;
    let at = moment(ready.get("lastTransitionTime")?.as_str()?)?;
    Some(at.millis_since(created) as f64 / 1_000.0)
}

pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
