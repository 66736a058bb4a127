use super::Said;
use judge::Arm;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What one pod does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PodState {
    /// Ready and serving.
    Ready,
    /// Not ready yet.
    Starting,
    /// A container ended and starts again.
    Restarting,
    /// On its way out.
    Ending,
}

/// One pod.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PodDot {
    /// Its name.
    pub name: String,
    /// What it does.
    pub state: PodState,
    /// Restarts of all its containers.
    pub restarts: u32,
    /// What is wrong with it.
    pub trouble: Option<Said>,
}

/// The pods of one arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PodArm {
    /// Which version.
    pub arm: Arm,
    /// Every pod, in a stable order.
    pub pods: Vec<PodDot>,
}

/// Every pod of the workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Pods {
    /// How many are Ready.
    pub ready: u32,
    /// How many there are, without those on their way out.
    pub total: u32,
    /// The workload's wanted number.
    pub wanted: u32,
    /// Restarts since the release began.
    pub restarts: u32,
    /// Stable first.
    pub arms: Vec<PodArm>,
}
