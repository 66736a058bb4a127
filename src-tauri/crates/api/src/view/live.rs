use super::{Act, Check, Contact, Judgement, PhaseTrack, Pods, Rollback, Said, ShareStep, Signal};
use judge::Sentence;
use release::{Person, RecordKind, ReleaseKind, Share, Stage, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How careful one has to be with an environment; drawn as its plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Danger {
    /// The practice cluster in this process.
    Practice,
    /// Outlined, one pip.
    Development,
    /// Tinted, two pips.
    Staging,
    /// Plated, three pips; a hazard stripe tops screens that can change it.
    Production,
}

/// What it takes to go forward. A rollback takes one click everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Protection {
    /// A press.
    Open,
    /// Hold the button for 1.2 s.
    Confirm,
    /// A reason unlocks for 30 minutes, then hold the button.
    Locked {
        /// Until when it is unlocked; `None` while it is locked.
        unlocked_until: Option<Timestamp>,
    },
}

/// The environment as every screen shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentTag {
    /// Stable.
    pub id: String,
    /// As the user calls it.
    pub name: String,
    /// How careful one has to be.
    pub danger: Danger,
    /// What it takes to go forward.
    pub protection: Protection,
}

/// A version by its short name and all its images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VersionTag {
    /// [`release::Version::label`].
    pub label: String,
    /// The version.
    pub version: release::Version,
}

/// What every screen says about a release first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseHead {
    /// Its id.
    pub id: String,
    /// Rollout or rollback.
    pub kind: ReleaseKind,
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: EnvironmentTag,
    /// The workload, for example `Deployment shop/checkout`.
    pub workload: String,
    /// What ran before.
    pub from: VersionTag,
    /// What is released.
    pub to: VersionTag,
    /// Who made it.
    pub started_by: Person,
    /// When it was made.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The release that this one takes up again, if any.
    pub resumes: Option<String>,
}

/// What a line of the event list is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "kind", content = "value")]
pub enum EventWhat {
    /// A line of the release's own record.
    Record(RecordKind),
    /// What the judge found.
    Verdict(Sentence),
    /// Anything else.
    Said(Said),
    /// A check that warned or failed.
    Check(Check),
}

/// One line of the event list. Its reason is in what it says, or in `reason`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    /// Grows by one within a release.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: EventWhat,
    /// Why, where it is not in `what`.
    pub reason: Option<Said>,
    /// Who; `None` if a rule or the cluster did it.
    pub by: Option<Person>,
    /// In which phase, counted from 0.
    pub phase: u32,
}

/// One of the buttons that move a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Control {
    /// Whether it can be used now.
    pub on: bool,
    /// Why not; always there when it is off.
    pub off_because: Option<Said>,
}

/// Every button that moves a release, except Roll back, which is in [`Rollback`] and never off while there is a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Controls {
    /// Stop where it is.
    pub hold: Control,
    /// Go on after a hold.
    pub resume: Control,
    /// Say yes to the phase.
    pub approve: Control,
    /// Go to the next phase now.
    pub skip_bake: Control,
    /// Everything now, and finish.
    pub promote: Control,
    /// Give the control to another person.
    pub hand_over: Control,
}

/// Where the requests go, or, without metrics, the pods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Traffic {
    /// The canary's share of serving pods.
    pub pod_share: Share,
    /// The canary's share of requests as measured; `None` without metrics.
    pub measured_share: Option<Share>,
    /// Requests a second to the stable arm.
    pub stable_per_second: Option<f64>,
    /// Requests a second to the canary.
    pub canary_per_second: Option<f64>,
}

/// What users met, from the samples alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Impact {
    /// Failed requests a second on the canary now; what waiting costs.
    pub failing_per_second: Option<f64>,
    /// Failed requests on the canary, over the whole release; an estimate from rates.
    pub failed_requests: Option<f64>,
    /// All requests on the canary, over the whole release; an estimate from rates.
    pub canary_requests: Option<f64>,
    /// The highest error ratio on the canary, 0 to 1.
    pub worst_error_ratio: Option<f64>,
    /// When that was.
    pub worst_at: Option<Timestamp>,
    /// When the first bad sample was.
    pub first_bad_at: Option<Timestamp>,
    /// When the last bad sample was.
    pub last_bad_at: Option<Timestamp>,
    /// What the cluster says of failing pods.
    pub pod_trouble: Vec<Said>,
}

/// Something that is waited for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaitsFor {
    /// What.
    pub said: Said,
    /// Since when.
    pub since: Timestamp,
}

/// A rollback can be taken up again for ten minutes: a new linked release at that phase, after preflight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ResumeOffer {
    /// The phase, counted from 0.
    pub phase: u32,
    /// Until when.
    pub until: Timestamp,
}

/// One release as the live screen shows it. A recorded moment of a past release has the same shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LiveRelease {
    /// What it is about.
    pub head: ReleaseHead,
    /// Where it is.
    pub stage: Stage,
    /// The current phase, counted from 0.
    pub phase: u32,
    /// The phases as planned and as they went.
    pub phases: Vec<PhaseTrack>,
    /// The canary's share from the start on.
    pub shares: Vec<ShareStep>,
    /// The clock of this picture: what "now" is on the way and the charts.
    pub now: Timestamp,
    /// Whether it is live.
    pub contact: Contact,
    /// Who drives.
    pub driver: Person,
    /// Whether that is this computer.
    pub you_drive: bool,
    /// Whether a degraded verdict rolls back without asking.
    pub automatic_rollback: bool,
    /// What is known about the health.
    pub judgement: Judgement,
    /// The signals with their series.
    pub signals: Vec<Signal>,
    /// Where the requests go.
    pub traffic: Option<Traffic>,
    /// The pods.
    pub pods: Pods,
    /// Newest first.
    pub events: Vec<EventLine>,
    /// The buttons that move it.
    pub controls: Controls,
    /// The spot bottom right.
    pub rollback: Rollback,
    /// The last action.
    pub act: Option<Act>,
    /// Everything that is waited for; empty while nothing is.
    pub waits: Vec<WaitsFor>,
    /// What users met, once something was bad.
    pub impact: Option<Impact>,
    /// For ten minutes after a rollback.
    pub resume_offer: Option<ResumeOffer>,
}

/// A release in the side bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunningRelease {
    /// Its id.
    pub id: String,
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: EnvironmentTag,
    /// Where it is.
    pub stage: Stage,
    /// What is known about the health.
    pub outcome: release::GateOutcome,
    /// The canary's share now.
    pub share: Share,
    /// When it was made.
    pub started_at: Timestamp,
    /// The phases, for the small way.
    pub phases: Vec<PhaseTrack>,
    /// The canary's share from the start on.
    pub shares: Vec<ShareStep>,
    /// The clock of this picture.
    pub now: Timestamp,
    /// Whether it is live.
    pub contact: Contact,
}
