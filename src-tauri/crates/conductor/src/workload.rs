use release::{ReleaseId, Timestamp, Version};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Manifest, OperationId};

/// Which kind of workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WorkloadKind {
    /// `apps/v1` Deployment.
    Deployment,
}

/// Names a workload on this machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadRef {
    /// The environment's id in Slipway's settings; it stands for one cluster context.
    pub environment: String,
    /// The namespace.
    pub namespace: String,
    /// The kind.
    pub kind: WorkloadKind,
    /// The name.
    pub name: String,
}

/// One look at a workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// When it was read.
    pub at: Timestamp,
    /// What it says.
    pub view: WorkloadView,
    /// The live object as the cluster has it. Patches are built against it.
    pub object: Manifest,
}

/// What a workload says of itself, its ReplicaSets and its pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadView {
    /// The object's uid.
    pub uid: String,
    /// The object's resourceVersion.
    pub resource_version: String,
    /// The spec's generation.
    #[ts(type = "number")]
    pub generation: i64,
    /// The generation that the controller has seen.
    #[ts(type = "number")]
    pub observed_generation: i64,
    /// Pods wanted (`spec.replicas`).
    pub replicas: u32,
    /// `maxSurge` in pods, at this number of replicas.
    pub max_surge: u32,
    /// `maxUnavailable` in pods, at this number of replicas.
    pub max_unavailable: u32,
    /// Whether the workload stands in a native hold (a `minReadySeconds` that only Slipway sets).
    pub held: bool,
    /// `spec.paused`.
    pub paused: bool,
    /// The operation that the object says was last applied to it.
    pub operation: Option<OperationId>,
    /// The release that the object says it belongs to.
    pub release: Option<ReleaseId>,
    /// What the live template runs.
    pub version: Version,
    /// One entry for each ReplicaSet that has pods, wants pods, or runs the live template; the newest revision first.
    pub arms: Vec<ArmPods>,
    /// Who wrote to the object, the latest first.
    pub writers: Vec<Writer>,
}

/// The pods of one ReplicaSet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ArmPods {
    /// The controller's label for the ReplicaSet (`pod-template-hash`).
    pub pod_template_hash: String,
    /// What it runs.
    pub version: Version,
    /// The controller's revision number.
    #[ts(type = "number | null")]
    pub revision: Option<i64>,
    /// Pods that the ReplicaSet wants.
    pub wanted: u32,
    /// Pods that exist and are not being deleted.
    pub pods: u32,
    /// Those of them that are Ready.
    pub ready: u32,
    /// Those of them that are Available.
    pub available: u32,
    /// Pods being deleted.
    pub terminating: u32,
    /// Restarts of all containers since the pods exist.
    pub restarts: u32,
    /// The pods, in the order of their names; at most as many as a screen shows, the counts above are complete.
    pub states: Vec<PodState>,
    /// What is wrong with pods.
    pub troubles: Vec<PodTrouble>,
}

/// One pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PodState {
    /// Its name.
    pub name: String,
    /// Whether it is Ready.
    pub ready: bool,
    /// Whether it is being deleted.
    pub terminating: bool,
    /// Restarts of all its containers.
    pub restarts: u32,
}

/// Why a pod does not serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PodTrouble {
    /// The pod's name.
    pub pod: String,
    /// The kubelet's word: `CrashLoopBackOff`, `OOMKilled`, `ImagePullBackOff`, `Unschedulable`, …
    pub reason: String,
    /// The cluster's sentence. May be empty.
    pub message: String,
    /// Whether waiting is not expected to help: it crashes again and again, or its image cannot be had.
    pub lasting: bool,
}

/// Somebody who wrote to the object, from `managedFields`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Writer {
    /// The field manager.
    pub manager: String,
    /// When it wrote last, where the object says so.
    pub at: Option<Timestamp>,
    /// The subresource it wrote to; empty for the object itself.
    pub subresource: String,
}

/// A revision that the cluster still knows and a rollback can go to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// The controller's number.
    pub revision: Option<i64>,
    /// What it runs.
    pub version: Version,
    /// When its ReplicaSet was made.
    pub created: Option<Timestamp>,
    /// The pod template.
    pub template: serde_json::Value,
    /// Whether it is the one in force.
    pub current: bool,
}

impl WorkloadView {
    /// The arm that runs this template, if it has a ReplicaSet.
    pub fn arm(&self, template_hash: &str) -> Option<&ArmPods> {
        self.arms
            .iter()
            .find(|arm| arm.version.template_hash == template_hash)
    }

    /// Pods of all arms that are Ready, terminating ones excluded.
    pub fn ready(&self) -> u32 {
        self.arms.iter().map(|arm| arm.ready).sum()
    }

    /// Pods of all arms, terminating ones excluded.
    pub fn pods(&self) -> u32 {
        self.arms.iter().map(|arm| arm.pods).sum()
    }
}
