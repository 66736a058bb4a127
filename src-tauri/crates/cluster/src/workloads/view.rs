use super::pods::{self, Pod};
use crate::field::{annotation, field, number, revision, text};
use crate::holds::{self, Live};
use conductor::{ArmPods, Manifest, Observed, OperationId, WorkloadView, Writer};
use release::{ReleaseId, Timestamp};
use serde_json::Value;
use std::collections::HashMap;

/// Pods shown one by one; all are counted.
const PODS_SHOWN: usize = 60;
/// Troubles kept for one ReplicaSet.
const TROUBLES_SHOWN: usize = 20;
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";

/// The objects that a look is made of.
pub struct Parts<'a> {
    /// The Deployment.
    pub deployment: &'a Manifest,
    /// The ReplicaSets that its selector finds; those of others are left out by their owner.
    pub replica_sets: Vec<&'a Manifest>,
    /// `None` if pods may not be read: then the ReplicaSets' own counts must do.
    pub pods: Option<Vec<&'a Pod>>,
}

impl Parts<'_> {
    /// The look that they make, as of `at`. Pure.
    pub fn observed(&self, at: Timestamp) -> Observed {
        Observed {
            at,
            view: view(self),
            object: self.deployment.clone(),
        }
    }
}

pub(crate) fn view(parts: &Parts<'_>) -> WorkloadView {
    let object = parts.deployment;
    let live = Live::read(object);
    let own: Vec<&Manifest> = parts
        .replica_sets
        .iter()
        .copied()
        .filter(|set| pods::controller(set) == Some(live.uid))
        .collect();
    let mut by_set: HashMap<&str, Vec<&Pod>> = HashMap::new();
    for pod in parts.pods.iter().flatten() {
        if let Some(owner) = &pod.owner {
            by_set.entry(owner).or_default().push(pod);
        }
    }
    let mut arms: Vec<ArmPods> = own
        .iter()
        .map(|set| {
            let uid = text(set, "/metadata/uid");
            let pods = parts
                .pods
                .as_ref()
                .map(|_| by_set.remove(uid).unwrap_or_default());
            arm(set, pods)
        })
        .filter(|arm| {
            arm.wanted > 0
                || arm.pods > 0
                || arm.terminating > 0
                || arm.version.template_hash == live.template_hash
        })
        .collect();
    arms.sort_by_key(|arm| std::cmp::Reverse(arm.revision));
    let generation = live.generation;
    let told = number(object, "/status/observedGeneration");
    let observed = if scales(&own, live.replicas) {
        told.min(generation - 1)
    } else {
        told
    };
    WorkloadView {
        uid: live.uid.to_owned(),
        resource_version: text(object, "/metadata/resourceVersion").to_owned(),
        generation,
        observed_generation: observed,
        replicas: live.replicas,
        max_surge: live.surge,
        max_unavailable: live.unavailable,
        held: live.held(),
        paused: live.paused,
        operation: live.operation.map(|name| OperationId(name.to_owned())),
        release: live
            .marker
            .as_ref()
            .map(|marker| ReleaseId(marker.release.clone())),
        version: holds::version_in(object),
        arms,
        writers: writers(object),
    }
}

/// A newer state of a workload or a ReplicaSet. The API server counts the generation up with every change of the spec, so where it
/// is the same one, what was worked out from the pod template before is not worked out again.
pub fn newer(object: impl Into<Manifest>, known: Option<&Manifest>) -> Manifest {
    fn spec(object: &Manifest) -> Option<(&str, i64)> {
        let generation = field(object, "/metadata/generation")?.as_i64()?;
        Some((text(object, "/metadata/uid"), generation))
    }
    let mut object = object.into();
    if let Some(known) = known.filter(|known| spec(known).is_some() && spec(known) == spec(&object)) {
        object.knows_what(known);
    }
    object
}

/// Whether the controller is in the middle of scaling several ReplicaSets: it writes them one after the other and notes on
/// each for which number of replicas it was done.
fn scales(sets: &[&Manifest], replicas: u32) -> bool {
    let active: Vec<&&Manifest> = sets
        .iter()
        .filter(|set| number(set, "/spec/replicas") > 0)
        .collect();
    active.len() > 1
        && active.iter().any(|set| {
            annotation(set, DESIRED)
                .and_then(|desired| desired.parse::<u32>().ok())
                .is_some_and(|desired| desired != replicas)
        })
}

fn arm(set: &Manifest, pods: Option<Vec<&Pod>>) -> ArmPods {
    let count = |path| u32::try_from(number(set, path)).unwrap_or(0);
    let mut arm = ArmPods {
        pod_template_hash: text(set, "/metadata/labels/pod-template-hash").to_owned(),
        version: holds::version_in(set),
        revision: revision(set),
        wanted: count("/spec/replicas"),
        pods: count("/status/replicas"),
        ready: count("/status/readyReplicas"),
        available: count("/status/availableReplicas"),
        terminating: count("/status/terminatingReplicas"),
        restarts: 0,
        states: Vec::new(),
        troubles: pods::replica_failure(set).into_iter().collect(),
    };
    let Some(mut pods) = pods else { return arm };
    pods.sort_by(|left, right| left.state.name.cmp(&right.state.name));
    let stays = |pod: &&&Pod| !pod.state.terminating && !pod.ended;
    let total = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    arm.pods = total(pods.iter().filter(stays).count());
    arm.ready = total(pods.iter().filter(stays).filter(|pod| pod.state.ready).count());
    arm.terminating = total(pods.iter().filter(|pod| pod.state.terminating).count());
    arm.restarts = pods
        .iter()
        .map(|pod| pod.state.restarts)
        .fold(0, u32::saturating_add);
    for pod in pods {
        if !pod.state.terminating {
            arm.troubles.extend(pod.troubles.iter().cloned());
        }
        if arm.states.len() < PODS_SHOWN && !pod.ended {
            arm.states.push(pod.state.clone());
        }
    }
    arm.troubles.sort_by_key(|trouble| !trouble.lasting);
    arm.troubles.truncate(TROUBLES_SHOWN);
    arm
}

/// Who wrote to the object, from `managedFields`, the latest first.
pub(crate) fn writers(object: &Value) -> Vec<Writer> {
    let entries = field(object, "/metadata/managedFields").and_then(Value::as_array);
    let mut writers: Vec<Writer> = entries
        .into_iter()
        .flatten()
        .map(|entry| Writer {
            manager: text(entry, "/manager").to_owned(),
            at: moment(text(entry, "/time")),
            subresource: text(entry, "/subresource").to_owned(),
        })
        .collect();
    writers.sort_by_key(|writer| std::cmp::Reverse(writer.at));
    writers
}

/// A time as the API server writes it (RFC 3339).
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let at: k8s_openapi::jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(at.as_millisecond()))
}
