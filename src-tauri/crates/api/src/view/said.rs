use super::{ActStatus, ContactState};
use judge::Sentence;
use release::{Gate, Share, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything that the backend can have the window say besides [`release::RecordKind`], [`release::HoldReason`] and
/// [`judge::Reason`]: a code with its facts. The window has the words for each code in each language, and does not
/// compile without them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum Said {
    /// The words of a person or of the cluster, as they are.
    Verbatim {
        /// The words.
        text: String,
    },

    // ---- what rollback readiness and preflight find ----
    /// Pods of the target are Ready, so the way back starts none.
    PodsWarm {
        /// How many.
        count: u32,
        /// Of which version.
        version: String,
    },
    /// Pods of the target have to start first.
    PodsMustStart {
        /// How many.
        count: u32,
        /// Of which version.
        version: String,
    },
    /// The target is known and complete.
    TargetKnown {
        /// Which version.
        version: String,
    },
    /// The target's revision is not there any more; the record's manifest is used.
    TargetFromRecord {
        /// Which version.
        version: String,
    },
    /// No version before this one is known.
    NoTarget,
    /// The exact patch was accepted as a server-side dry run.
    DryRunPassed,
    /// The exact patch was refused as a server-side dry run.
    DryRunRefused {
        /// The server's sentence.
        message: String,
    },
    /// The user may do it.
    Allowed,
    /// The user may not do it.
    Forbidden {
        /// For example `patch`.
        verb: String,
        /// For example `deployments`.
        resource: String,
        /// Where.
        namespace: String,
    },
    /// What the target reads is as it was.
    ConfigUnchanged,
    /// A ConfigMap or Secret that the target reads was changed in place; a rollback leaves it as it is.
    ConfigChanged {
        /// `ConfigMap` or `Secret`.
        kind: String,
        /// Its name.
        name: String,
    },
    /// A ConfigMap or Secret that the target reads is gone.
    ConfigMissing {
        /// `ConfigMap` or `Secret`.
        kind: String,
        /// Its name.
        name: String,
    },
    /// The quota has room.
    QuotaFits,
    /// The quota has no room for the pods that are needed.
    QuotaShort {
        /// The quota's name.
        quota: String,
        /// What is short, for example `pods`.
        resource: String,
        /// How many more pods are needed.
        needed: u32,
    },
    /// Another tool owns the workload and will write it.
    OwnerWillWrite {
        /// For example `Argo CD`.
        owner: String,
        /// What it will do next.
        next: String,
        /// Whether it puts things back by itself.
        reverts: bool,
    },
    /// Nobody else owns the workload.
    NoOwner,
    /// An autoscaler changes the number of pods; shares move with it.
    Autoscaler {
        /// Its name.
        name: String,
        /// Lowest number of pods.
        minimum: u32,
        /// Highest number of pods.
        maximum: u32,
    },
    /// A PodDisruptionBudget covers the pods.
    DisruptionBudget {
        /// Its name.
        name: String,
        /// Pods that may be missing now.
        allowed: u32,
    },
    /// The workload is paused; a start or a rollback clears it.
    Paused,
    /// The workload's strategy is Recreate, so there are no phases: replace and watch.
    Recreate,
    /// The plan's shares are possible with this number of pods.
    SharesPossible {
        /// Pods wanted.
        replicas: u32,
    },
    /// A share that this number of pods cannot express.
    ShareImpossible {
        /// Which phase, counted from 0.
        phase: u32,
        /// The share.
        share: Share,
        /// The nearest possible ones.
        nearest: Vec<Share>,
    },
    /// Health data is there.
    MetricsFound {
        /// How many signals.
        signals: u32,
    },
    /// There is no health data: readiness and a person judge.
    MetricsMissing,
    /// There is a source of health data, and it has nothing of this application: readiness and a person judge.
    MetricsNone,
    /// The source of health data cannot be read.
    MetricsUnread {
        /// The failure's code.
        trouble: String,
        /// The failure in English.
        message: String,
    },
    /// During a hold other alerts see updated pods as not available, and the Deployment as progressing.
    OthersWillSee,
    /// Nobody judges while Slipway is closed.
    NobodyJudgesWhileClosed,
    /// Somebody else's release is under way here.
    ReleaseUnderWay {
        /// Its id.
        release: String,
        /// Who drives it.
        driver: String,
    },
    /// The revision history limit keeps no old revision; the record's manifest is used.
    NoRevisionHistory,

    // ---- why a control is off ----
    /// Going forward is off while the new version is known to be worse.
    OffDegraded,
    /// The way back is running.
    OffRollingBack,
    /// The new version gets everything already.
    OffPromoting,
    /// The release is over.
    OffFinished,
    /// It has not started.
    OffNotStarted,
    /// Another person drives.
    OffNotDriver {
        /// Who.
        driver: String,
    },
    /// Another person's Slipway drives and reports.
    OffDriven {
        /// Who.
        driver: String,
        /// Seconds until it can be taken over, should that Slipway say nothing any more.
        seconds: u32,
    },
    /// The plan does not stand beside the workload, or may not be read.
    OffNoPlan,
    /// No contact with the cluster.
    OffNoContact,
    /// It is held already.
    OffHeld,
    /// It is not held.
    OffNotHeld,
    /// This phase asks for no approval, or has it.
    OffNothingToApprove,
    /// Pods are being moved; it can be done when the share is reached.
    OffShifting,
    /// The environment is locked.
    OffLocked,

    // ---- pods ----
    /// A container ended.
    ContainerEnded {
        /// Kubernetes' word, for example `OOMKilled`.
        reason: String,
        /// The exit code.
        exit_code: i32,
    },
    /// What the cluster says of a pod that does not serve.
    PodTrouble {
        /// Kubernetes' word, for example `ImagePullBackOff`.
        reason: String,
        /// The cluster's sentence. May be empty.
        message: String,
    },
    /// What the cluster says of a workload that is not as it should be.
    WorkloadTrouble {
        /// The condition's reason, for example `ProgressDeadlineExceeded`.
        reason: String,
        /// The cluster's sentence. May be empty.
        message: String,
    },
    /// Pods of the new version are Ready.
    PodsReady {
        /// How many.
        count: u32,
        /// Of which version.
        version: String,
        /// How long it took in seconds.
        seconds: f64,
    },
    /// Pods restarted.
    PodsRestarted {
        /// How many.
        count: u32,
        /// Of how many.
        of: u32,
    },

    // ---- steps of a rollback ----
    /// Put the old template back.
    StepRestoreTemplate {
        /// Which version.
        version: String,
    },
    /// The old version serves everything.
    StepOldServesAll {
        /// Which version.
        version: String,
    },
    /// The new version's pods are gone.
    StepNewGone {
        /// Which version.
        version: String,
    },
    /// Restore the workload's own fields.
    StepRestoreFields,
    /// Ready of wanted.
    PodsReadyOf {
        /// Ready.
        ready: u32,
        /// Wanted.
        wanted: u32,
    },

    // ---- other events ----
    /// An action went on.
    ActWent {
        /// How far.
        status: ActStatus,
        /// Since it was asked, in milliseconds.
        after_ms: f64,
    },
    /// Contact changed.
    ContactChanged {
        /// To what.
        state: ContactState,
    },
    /// A practice scenario began.
    ScenarioBegan {
        /// Its id.
        scenario: String,
    },
    /// A gate was passed.
    GatePassed {
        /// Which.
        gate: Gate,
    },

    // ---- what is waited for ----
    /// The Deployment's controller has not seen the last change yet.
    WaitController,
    /// Pods must become Ready.
    WaitPodsReady {
        /// Ready.
        ready: u32,
        /// Wanted.
        wanted: u32,
    },
    /// Pods must go.
    WaitPodsGone {
        /// How many are left.
        left: u32,
    },
    /// There are no pods to give a share of.
    WaitNoReplicas,
    /// The workload is paused.
    WaitPaused,
    /// The cluster does not answer.
    WaitContact,
    /// The source of health data does not answer.
    WaitSignals,
    /// The record on this computer cannot be written.
    WaitRecord {
        /// Why.
        message: String,
    },
    /// A gate is not passed yet.
    WaitGate {
        /// Which.
        gate: Gate,
    },

    // ---- what a gate or a change of the health rests on ----
    /// Ready pods of the new version.
    GatePods {
        /// Ready.
        ready: u32,
        /// Wanted in this phase; 0 before there is a ReplicaSet.
        wanted: u32,
        /// Which version.
        version: String,
    },
    /// Pods of the new version that waiting is not expected to help.
    GatePodsFail {
        /// How many.
        failing: u32,
        /// Of how many.
        wanted: u32,
        /// Which version.
        version: String,
        /// Kubernetes' word for the first of them.
        reason: String,
    },
    /// What the judge says, with its numbers. The window needs the signals to word it.
    Judged {
        /// The sentence.
        sentence: Sentence,
        /// How far the required signals are on the way to a verdict, 0 to 1.
        evidence: f64,
    },
    /// The judge has not said anything yet.
    GateNoVerdict,
    /// A person said yes.
    GateApproved {
        /// Who.
        by: String,
        /// Why; may be empty.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// A person has to say yes.
    GateAsksPerson,
    /// The phase was not reached.
    GateNotAsked {
        /// Whether it never will be.
        over: bool,
    },
    /// A person skipped the rest of the bake.
    GateSkipped {
        /// Who.
        by: String,
        /// Why; may be empty.
        reason: String,
    },
    /// A person gave the new version everything before the phase was over.
    GatePromoted {
        /// Who.
        by: String,
        /// Why; may be empty.
        reason: String,
    },
}
