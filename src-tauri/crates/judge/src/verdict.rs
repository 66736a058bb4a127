use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::arm::Arm;
use crate::change_point::ChangePoint;
use crate::kayenta::KayentaScore;
use crate::sides::Sides;
use crate::signal::Role;

/// What is known about the canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It is not worse than stable by as much as would be worth stopping for.
    Healthy,
    /// It is worse.
    Degraded,
    /// Neither is known yet.
    NotEnoughEvidence,
}

/// What the canary was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// With stable, serving at the same time.
    Concurrent,
    /// With what stable showed before it was gone: weaker, because the time of day is another.
    Before,
    /// With what stable showed before, moved as earlier days moved from that hour to this one: weaker still than side by side.
    Season,
    /// With its own past in this phase: finds a change, says nothing of a difference that was there from the start.
    Itself,
    /// With an absolute limit only.
    Limit,
    /// With nothing.
    Nothing,
}

/// Why a signal has its verdict: a code with numbers, from which a sentence is made in the reader's language. Values
/// are in the signal's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum Reason {
    /// Degraded: the canary is past its absolute limit.
    OverLimit {
        /// The canary.
        value: f64,
        /// The limit.
        limit: f64,
        /// How long it has been past it, in seconds.
        seconds: f64,
    },
    /// Degraded: the canary's values are no longer what they were since the phase began.
    Changed {
        /// The canary, recently.
        value: f64,
        /// Whether its values are higher than they were; else lower.
        higher: bool,
        /// Probability of such an alarm in a release without any change.
        alarms: f64,
    },
    /// Not enough evidence, and none is asked for: nothing unusual so far.
    Unchanged {
        /// Values that were looked at.
        looks: u32,
    },
    /// Not yet decided: the canary is past its limit, but not for long enough, or that may be chance.
    NearLimit {
        /// The canary.
        value: f64,
        /// The limit.
        limit: f64,
        /// How long it has been past it, in seconds.
        seconds: f64,
        /// How long it may be.
        allowed_seconds: f64,
    },
    /// Degraded: the canary uses up the error budget of its objective too fast.
    BurningBudget {
        /// How many times as fast as the objective allows.
        rate: f64,
        /// The burn rate from which it is an alert.
        allowed: f64,
        /// The window that it was measured over, in seconds.
        seconds: f64,
        /// The objective: part of the requests that must be good.
        good: f64,
    },
    /// Degraded: the canary is worse than stable.
    WorseThanStable {
        /// The canary.
        canary: f64,
        /// Stable.
        stable: f64,
        /// The smallest effect worth stopping for; with Kayenta's judge, the shift that its tolerance allows.
        effect: f64,
    },
    /// Degraded: requests of the canary are slower than stable's, seen best at one bucket edge.
    SlowerThanStable {
        /// The bucket edge, in the signal's unit.
        edge: f64,
        /// Share of the canary's requests that took longer.
        canary_share: f64,
        /// Share of stable's requests that took longer.
        stable_share: f64,
    },
    /// Healthy: not worse than stable by the effect.
    NoWorse {
        /// The canary.
        canary: f64,
        /// Stable.
        stable: f64,
        /// The smallest effect worth stopping for; with Kayenta's judge, the shift that its tolerance allows.
        effect: f64,
    },
    /// Healthy: within the limit, and there was nothing else to hold it against.
    WithinLimit {
        /// The canary.
        value: f64,
        /// The limit.
        limit: f64,
    },
    /// Not enough evidence: more is being collected.
    Collecting {
        /// What there is, in the unit of `needed` in the evidence.
        have: f64,
        /// What it takes.
        need: f64,
    },
    /// Not enough evidence: new pods are still warming up.
    WarmingUp {
        /// Seconds that remain.
        seconds: f64,
    },
    /// Not enough evidence: this arm had no requests.
    NoTraffic {
        /// The arm.
        arm: Arm,
    },
    /// Not enough evidence: nothing is known about this arm.
    NoData {
        /// The arm.
        arm: Arm,
        /// For how long, in seconds; none if there never was anything.
        seconds: Option<f64>,
    },
    /// Not enough evidence: there is no stable arm to compare with, nor anything it showed before.
    NoStable,
    /// The readings are of another kind than the signal.
    WrongReading,
    /// Shown, never judged.
    Context,
}

/// What evidence is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Needed {
    /// Requests or observations of the arm that has fewer of what it needs.
    Requests,
    /// Looks with data.
    Looks,
    /// Seconds past a limit.
    Seconds,
    /// Logarithm (base e) of an e-value against its level.
    LogEvidence,
    /// Nothing more.
    Nothing,
}

/// How far a signal is on the way to a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// `0..=1`; 1 means that there is a verdict. Towards whichever verdict is nearer.
    pub fraction: f64,
    /// Which verdict it is nearer to, if it can be said.
    pub towards: Option<Verdict>,
    /// What there is, in the unit `needed`.
    pub have: f64,
    /// What it takes, in the unit `needed`.
    pub need: f64,
    /// The unit.
    pub needed: Needed,
}

impl Evidence {
    /// Evidence of `have` out of `need`.
    pub(crate) fn of(have: f64, need: f64, needed: Needed) -> Self {
        let fraction = if need > 0.0 {
            (have / need).clamp(0.0, 1.0)
        } else {
            1.0
        };
        Evidence {
            fraction,
            towards: None,
            have,
            need,
            needed,
        }
    }

    /// Nothing at all.
    pub(crate) fn none() -> Self {
        Evidence {
            fraction: 0.0,
            towards: None,
            have: 0.0,
            need: 0.0,
            needed: Needed::Nothing,
        }
    }

    /// All that it takes.
    pub(crate) fn complete(verdict: Verdict) -> Self {
        Evidence {
            fraction: 1.0,
            towards: Some(verdict),
            have: 1.0,
            need: 1.0,
            needed: Needed::Nothing,
        }
    }
}

/// The verdict about one signal, with the numbers behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignalVerdict {
    /// The signal's id.
    pub signal: String,
    /// How much it has to say.
    pub role: Role,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// How far it is on the way to the nearer verdict.
    pub evidence: Evidence,
    /// How much speaks for either verdict; none if it is never judged, or in a record from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sides: Option<Sides>,
    /// What the canary was compared with.
    pub basis: Basis,
    /// The canary in this phase so far, in the signal's unit.
    pub canary: Option<f64>,
    /// Stable, over the same looks.
    pub stable: Option<f64>,
    /// The difference canary − stable lies in here, see `interval_of`. By the sequential method it holds at every look at
    /// once; by Kayenta's judge it is the interval of a shift, and holds at one look alone.
    pub interval: Option<(f64, f64)>,
    /// What `interval` is in.
    pub interval_of: IntervalOf,
    /// The smallest effect worth stopping for, in the interval's unit.
    pub effect: Option<f64>,
    /// How much more the readings scatter than the method's plain model says: 1 if they do not. Above 1 the verdict is
    /// corrected for it and no longer exact.
    pub overdispersion: f64,
    /// Seconds until a verdict if things go on as they are.
    pub expected_seconds: Option<f64>,
    /// What the canary's own value lies in, in the signal's unit; it holds at every look at once, for independent requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub canary_interval: Option<OwnInterval>,
    /// When the canary began to be worse, if it is degraded by a comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub began: Option<ChangePoint>,
    /// Time of the newest look with data of the canary.
    #[ts(type = "number | null")]
    pub newest_ms: Option<i64>,
}

/// An interval for a value of one arm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnInterval {
    /// Lower end.
    pub low: f64,
    /// Upper end; none if nothing is known above the lower one.
    pub high: Option<f64>,
}

/// What an interval for a difference is in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum IntervalOf {
    /// Canary − stable, in the signal's unit.
    Difference,
    /// Share of requests that took longer than this edge, canary − stable.
    ShareOver {
        /// In the signal's unit.
        edge: f64,
    },
}

/// The verdict about the release, with one for each signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseVerdict {
    /// The verdict.
    pub verdict: Verdict,
    /// One per signal, in the order of the plan.
    pub signals: Vec<SignalVerdict>,
    /// Ids of the signals that make the release degraded; if it is not degraded, of degraded signals of any role.
    pub failing: Vec<String>,
    /// Ids of the required signals that a healthy verdict still waits for.
    pub waiting: Vec<String>,
    /// How much speaks for either verdict; none if nothing is required, or in a record from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sides: Option<Sides>,
    /// What to say in one sentence.
    pub sentence: Sentence,
    /// Time of the newest look, of any signal.
    #[ts(type = "number | null")]
    pub newest_ms: Option<i64>,
    /// The score, if Kayenta's judge was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kayenta: Option<KayentaScore>,
}

/// What one sentence about the release says; the words are the window's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum Sentence {
    /// The canary is worse: this signal says so first.
    Failing {
        /// The signal's id.
        signal: String,
        /// Its reason.
        reason: Reason,
    },
    /// Every required signal is healthy.
    AllHealthy {
        /// How many there are.
        signals: u32,
    },
    /// This signal has least of what it needs.
    WaitingFor {
        /// The signal's id.
        signal: String,
        /// Its reason.
        reason: Reason,
        /// Seconds until a verdict, if that can be said.
        expected_seconds: Option<f64>,
        /// How many more signals a healthy verdict waits for.
        others: u32,
    },
    /// No signal is required, so that nothing can be said.
    NothingToJudge,
}
