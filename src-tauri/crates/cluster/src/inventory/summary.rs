use super::item::{Condition, Deployment};
use crate::holds::{FIELD_MANAGER, HOLD_MIN_READY_SECONDS, Marker};
use conductor::{WorkloadKind, WorkloadRef, Writer};
use release::{ReleaseId, Timestamp, Version};

/// The labels by which an application is known (`app.kubernetes.io/…`); empty where there are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkloadLabels {
    /// `app.kubernetes.io/name`.
    pub name: String,
    /// `app.kubernetes.io/instance`.
    pub instance: String,
    /// `app.kubernetes.io/component`.
    pub component: String,
    /// `app.kubernetes.io/part-of`.
    pub part_of: String,
    /// `app.kubernetes.io/managed-by`.
    pub managed_by: String,
}

/// What the workload itself says is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The condition's reason, for example `ProgressDeadlineExceeded` or `FailedCreate`.
    pub reason: String,
    /// The cluster's sentence.
    pub message: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// One workload of the matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadSummary {
    /// Which.
    pub workload: WorkloadRef,
    /// Its uid.
    pub uid: String,
    /// Its resourceVersion.
    pub resource_version: String,
    /// The labels by which it is known.
    pub labels: WorkloadLabels,
    /// The Services that select its pods, by name.
    pub services: Vec<String>,
    /// What its template runs.
    pub version: Version,
    /// Since when that version is there (its ReplicaSet's creation), if it is known.
    pub since: Option<Timestamp>,
    /// Pods wanted.
    pub replicas: u32,
    /// Pods of all versions that are Ready.
    pub ready: u32,
    /// Pods of the template's version.
    pub updated: u32,
    /// Pods as they are known one by one; `None` where pods are not followed.
    pub pods: Option<u32>,
    /// Whether a rollout is under way or held.
    pub rolling: bool,
    /// Whether it stands in a native hold.
    pub held: bool,
    /// The release whose marks it carries.
    pub release: Option<ReleaseId>,
    /// `spec.paused`.
    pub paused: bool,
    /// Whether its strategy is Recreate.
    pub recreate: bool,
    /// What it says is wrong.
    pub trouble: Option<Trouble>,
    /// Other revisions that the cluster still knows.
    pub other_revisions: u32,
    /// Who wrote to it, the latest first.
    pub writers: Vec<Writer>,
}

impl WorkloadSummary {
    /// As people and corrections name it: `Deployment shop/checkout`.
    pub fn title(&self) -> String {
        format!("Deployment {}/{}", self.workload.namespace, self.workload.name)
    }
}

pub(crate) fn summary(environment: &str, deployment: &Deployment) -> WorkloadSummary {
    let Deployment {
        metadata,
        spec,
        status,
    } = deployment;
    let label = |key: &str| {
        let key = format!("app.kubernetes.io/{key}");
        let found = metadata
            .labels
            .get(&key)
            .or_else(|| spec.template.labels.get(&key));
        found.cloned().unwrap_or_default()
    };
    let mut writers: Vec<Writer> = metadata
        .managed_fields
        .iter()
        .map(|entry| Writer {
            manager: entry.manager.clone(),
            at: entry.time.and_then(|moment| moment.0),
            subresource: entry.subresource.clone(),
        })
        .collect();
    writers.sort_by_key(|writer| std::cmp::Reverse(writer.at));
    let complete = status.observed_generation >= metadata.generation
        && status.updated_replicas == spec.replicas
        && status.replicas == spec.replicas
        && status.available_replicas == spec.replicas;
    // Pods that crash long after a rollout make it no rollout.
    let finished = status
        .conditions
        .iter()
        .any(|condition| condition.kind == "Progressing" && condition.reason == "NewReplicaSetAvailable");
    let held = spec.min_ready_seconds == HOLD_MIN_READY_SECONDS;
    let release = metadata
        .annotations
        .release
        .as_deref()
        .and_then(|text| serde_json::from_str::<Marker>(text).ok())
        .map(|marker| ReleaseId(marker.release));
    // The act that ends a release takes its marks off and moves nothing: until the controller has looked at it, it is no rollout.
    let ended_here = release.is_none() && was_last_written_by(&writers, FIELD_MANAGER);
    let settled = complete || ended_here || finished && status.observed_generation >= metadata.generation;
    WorkloadSummary {
        workload: WorkloadRef {
            environment: environment.to_owned(),
            namespace: metadata.namespace.clone(),
            kind: WorkloadKind::Deployment,
            name: metadata.name.clone(),
        },
        uid: metadata.uid.clone(),
        resource_version: metadata.resource_version.clone(),
        labels: WorkloadLabels {
            name: label("name"),
            instance: label("instance"),
            component: label("component"),
            part_of: label("part-of"),
            managed_by: label("managed-by"),
        },
        services: Vec::new(),
        version: spec.template.version.clone(),
        since: metadata.creation_timestamp.and_then(|moment| moment.0),
        replicas: spec.replicas,
        ready: status.ready_replicas,
        updated: status.updated_replicas,
        pods: None,
        rolling: held || !settled,
        held,
        release,
        paused: spec.paused,
        recreate: spec.strategy.kind == "Recreate",
        trouble: status
            .conditions
            .iter()
            .find_map(|condition| trouble(condition, held)),
        other_revisions: 0,
        writers,
    }
}

/// Whether nobody else has changed the object itself since this manager did. Times are whole seconds.
fn was_last_written_by(writers: &[Writer], manager: &str) -> bool {
    let of_object = || writers.iter().filter(|writer| writer.subresource.is_empty());
    let last = of_object().map(|writer| writer.at).max();
    of_object().any(|writer| writer.manager == manager && Some(writer.at) == last)
}

/// In a hold, missing availability is what the hold is.
fn trouble(condition: &Condition, held: bool) -> Option<Trouble> {
    let wrong = match (condition.kind.as_str(), condition.status.as_str()) {
        ("ReplicaFailure", "True") => true,
        ("Progressing", "False") => condition.reason == "ProgressDeadlineExceeded",
        ("Available", "False") => !held,
        _ => false,
    };
    wrong.then(|| Trouble {
        reason: condition.reason.clone(),
        message: condition.message.clone(),
        since: condition.last_transition_time.and_then(|moment| moment.0),
    })
}
