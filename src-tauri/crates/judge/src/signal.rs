use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::burn_rate::Objective;
use crate::kayenta::EffectSizes;
use crate::signal_error::SignalError;

/// What a signal measures, and with it which [`Reading`](crate::Reading) it is fed with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum SignalKind {
    /// Bad requests of all requests; values are ratios in `0..=1`. Fed with `Reading::Ratio`.
    ErrorRatio,
    /// A distribution of durations. Values are in the unit of the histogram's bounds (seconds by convention).
    /// Fed with `Reading::Histogram`.
    Latency {
        /// The quantile that is shown and held against an absolute limit, in `0..1`, for example 0.99.
        quantile: f64,
        /// The duration that a request should not exceed. The bucket edge next to it is always among those compared.
        objective: f64,
    },
    /// Events without a total: restarts, errors of a worker. Values are events per unit of exposure (for example
    /// per pod and second). Fed with `Reading::Count`.
    Count,
    /// A level that goes up and down: memory, queue length, utilisation. Fed with `Reading::Value`.
    Gauge,
    /// A speed per second measured from outside: tokens per second, orders per second. Fed with `Reading::Value`.
    Rate,
}

/// How much a signal has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Must be healthy, and alone makes the release degraded.
    Critical,
    /// Must be healthy for the release to be healthy; does not make the release degraded.
    Required,
    /// Judged and shown; changes nothing.
    Advisory,
    /// Shown, never judged.
    Context,
}

impl Role {
    /// Whether the release can be healthy only if this signal is.
    pub fn is_required(self) -> bool {
        matches!(self, Role::Critical | Role::Required)
    }
}

/// Which direction is worse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Worse {
    /// A higher value is worse: errors, latency, restarts.
    #[default]
    Higher,
    /// A lower value is worse: throughput, cache hits.
    Lower,
}

impl Worse {
    /// `+1` if higher is worse, else `-1`: multiplies a value so that higher is worse.
    pub(crate) fn sign(self) -> f64 {
        match self {
            Worse::Higher => 1.0,
            Worse::Lower => -1.0,
        }
    }
}

/// A limit that the canary must keep, whatever stable does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Limit {
    /// The value that must not be passed, in the signal's unit (for a latency: of its quantile).
    pub value: f64,
    /// Hysteresis: once past the limit, the value counts as past it until it is back beyond this one. `None`: `value`.
    #[serde(default)]
    pub clears_at: Option<f64>,
    /// How long, in seconds, the value must stay past the limit before the signal is degraded.
    #[serde(default)]
    pub for_seconds: f64,
}

/// The smallest effect worth stopping for, against stable. Where both are given the larger one counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// In the signal's unit: 0.005 is half a percentage point of errors; for a latency 0.02 is 20 ms more.
    #[serde(default)]
    pub absolute: Option<f64>,
    /// Relative to stable: 0.1 is ten percent more errors than stable has, or ten percent slower.
    #[serde(default)]
    pub relative: Option<f64>,
}

impl Effect {
    /// An effect in the signal's own unit.
    pub fn absolute(by: f64) -> Self {
        Effect {
            absolute: Some(by),
            relative: None,
        }
    }

    /// An effect relative to stable.
    pub fn relative(by: f64) -> Self {
        Effect {
            absolute: None,
            relative: Some(by),
        }
    }

    /// The effect in the signal's unit for this value of stable.
    pub fn at(&self, stable: f64) -> f64 {
        let relative = self.relative.unwrap_or(0.0) * stable.abs();
        self.absolute.unwrap_or(0.0).max(relative)
    }
}

/// What a signal is held against. Both may be given: then both must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Which direction is worse.
    #[serde(default)]
    pub worse: Worse,
    /// The absolute limit, if there is one.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// The comparison with stable, if there is one.
    #[serde(default)]
    pub against_stable: Option<Effect>,
    /// The service level objective, if there is one: for error ratios and latencies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub objective: Option<Objective>,
    /// Whether a change of the canary's own course makes it degraded: greatest probability of such an alarm in a release
    /// without change, in `0..1` ([`crate::Anomaly`]). Weaker than a comparison: it assumes values in no particular order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub anomaly: Option<f64>,
    /// How large a difference must be for Kayenta's judge, in a signal that has a comparison; none: any that its test sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kayenta: Option<EffectSizes>,
}

/// One thing that is watched during a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignalSpec {
    /// Unique in a plan and stable in time: `observe` and verdicts name a signal by it.
    pub id: String,
    /// For people.
    pub name: String,
    /// The unit for people: `ratio`, `s`, `restarts/pod/s`, `bytes`.
    pub unit: String,
    /// What it measures.
    pub kind: SignalKind,
    /// How much it has to say.
    pub role: Role,
    /// What it is held against.
    pub rule: Rule,
}

impl SignalSpec {
    /// A critical ratio of failed requests that may grow by `effect` (0.005: half a percentage point) over stable.
    pub fn error_ratio(id: &str, effect: f64) -> Self {
        SignalSpec {
            id: id.to_owned(),
            name: id.to_owned(),
            unit: "ratio".to_owned(),
            kind: SignalKind::ErrorRatio,
            role: Role::Critical,
            rule: Rule {
                against_stable: Some(Effect::absolute(effect)),
                ..Rule::default()
            },
        }
    }

    /// A critical latency in seconds that may grow by `effect` relative to stable (0.1: ten percent slower).
    pub fn latency(id: &str, quantile: f64, objective: f64, effect: f64) -> Self {
        SignalSpec {
            unit: "s".to_owned(),
            kind: SignalKind::Latency { quantile, objective },
            rule: Rule {
                against_stable: Some(Effect::relative(effect)),
                ..Rule::default()
            },
            ..SignalSpec::error_ratio(id, 0.005)
        }
    }

    /// Gives the signal another role.
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Gives the signal another rule.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rule = rule;
        self
    }

    /// Adds an absolute limit without hysteresis that counts at once.
    pub fn limit(mut self, value: f64) -> Self {
        self.rule.limit = Some(Limit {
            value,
            clears_at: None,
            for_seconds: 0.0,
        });
        self
    }

    /// Whether the numbers make sense: the editor of a plan asks this before a plan is stored.
    ///
    /// # Errors
    /// Names the signal and the field that is wrong.
    pub fn check(&self) -> Result<(), SignalError> {
        let bad = |field: &'static str| SignalError::OutOfRange {
            signal: self.id.clone(),
            field,
        };
        if self.id.is_empty() {
            return Err(bad("id"));
        }
        if let SignalKind::Latency { quantile, objective } = self.kind {
            if !(quantile > 0.0 && quantile < 1.0) {
                return Err(bad("kind.quantile"));
            }
            if !(objective.is_finite() && objective > 0.0) {
                return Err(bad("kind.objective"));
            }
        }
        if let Some(limit) = &self.rule.limit {
            let clears = limit.clears_at.unwrap_or(limit.value);
            if !limit.value.is_finite() {
                return Err(bad("rule.limit.value"));
            }
            if !clears.is_finite() || (clears - limit.value) * self.rule.worse.sign() > 0.0 {
                return Err(bad("rule.limit.clearsAt"));
            }
            if !(limit.for_seconds.is_finite() && limit.for_seconds >= 0.0) {
                return Err(bad("rule.limit.forSeconds"));
            }
        }
        if let Some(effect) = &self.rule.against_stable {
            let sizes = [effect.absolute, effect.relative];
            if sizes.iter().flatten().any(|by| !(by.is_finite() && *by >= 0.0))
                || !sizes.iter().flatten().any(|by| *by > 0.0)
            {
                return Err(bad("rule.againstStable"));
            }
        }
        let sizes = self.rule.kayenta.unwrap_or_default();
        if [sizes.allowed, sizes.critical]
            .iter()
            .flatten()
            .any(|size| !size.is_finite())
        {
            return Err(bad("rule.kayenta"));
        }
        if let Some(objective) = &self.rule.objective {
            let fits = matches!(self.kind, SignalKind::ErrorRatio | SignalKind::Latency { .. });
            if !fits || !objective.is_possible() {
                return Err(bad("rule.objective"));
            }
        }
        let rule = &self.rule;
        if rule.anomaly.is_some_and(|alarms| !(alarms > 0.0 && alarms < 1.0)) {
            return Err(bad("rule.anomaly"));
        }
        let has_rule = rule.limit.is_some() || rule.against_stable.is_some() || rule.objective.is_some();
        // That nothing changed is no evidence of health, so nothing can wait for it.
        let can_wait = self.role == Role::Advisory && rule.anomaly.is_some();
        if self.role != Role::Context && !has_rule && !can_wait {
            return Err(SignalError::NoRule {
                signal: self.id.clone(),
            });
        }
        Ok(())
    }
}
