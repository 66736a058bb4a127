use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// One problem of a plan, at its place.
#[derive(Debug, Clone, PartialEq, Error, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[error("{}{field}: {problem}", self.place())]
pub struct PlanError {
    /// The phase, counted from 0; `None` if the whole plan is meant.
    pub phase: Option<usize>,
    /// The field's name as it crosses the wire.
    pub field: String,
    /// What is wrong.
    pub problem: PlanProblem,
}

/// What can be wrong with a plan.
#[derive(Debug, Clone, PartialEq, Error, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum PlanProblem {
    /// There is nothing to do.
    #[error("a plan needs at least one phase")]
    NoPhases,
    /// More phases than anyone means.
    #[error("{count} phases; at most {most} are possible")]
    TooManyPhases {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// 0 %, below or over 100 %.
    #[error("{percent} % is not possible; a share is more than 0 % and at most 100 %")]
    ShareOutOfRange {
        /// The share as given.
        percent: f64,
    },
    /// Phases out of order.
    #[error("{percent} % does not follow {before} %; each phase needs a larger share than the one before")]
    SharesMustGrow {
        /// This phase's share.
        percent: f64,
        /// The share before.
        before: f64,
    },
    /// A bake of months is a typing mistake.
    #[error("longer than {most_seconds} seconds")]
    BakeTooLong {
        /// The longest that is possible.
        #[ts(type = "number")]
        most_seconds: u64,
    },
    /// The maximum would end before the bake.
    #[error("the longest bake is shorter than the bake itself")]
    MaximumBelowBake,
    /// The same gate two times.
    #[error("a gate stands twice")]
    GateTwice,
    /// A phase that passes by time alone.
    #[error("a phase needs a gate: nothing passes by time alone")]
    NoGate,
    /// Nothing to judge by.
    #[error("there are no metrics in this environment, so no verdict is possible")]
    VerdictNeedsMetrics,
    /// Nobody would judge.
    #[error("without metrics a phase needs readiness and an approval")]
    NoMetricsNeedsApproval,
    /// Over 100 %.
    #[error("the surge limit is at most 100 %")]
    SurgeLimitOutOfRange,
    /// Too short for pods to start, or so long that nobody is told.
    #[error("the limit of progress is {least_seconds} to {most_seconds} seconds")]
    ProgressLimitOutOfRange {
        /// The shortest that is possible.
        #[ts(type = "number")]
        least_seconds: u64,
        /// The longest that is possible.
        #[ts(type = "number")]
        most_seconds: u64,
    },
    /// No room to add a pod and none to take one away.
    #[error("a surge limit of 0 % is possible only when the plan accepts less capacity")]
    NoSurgeNeedsLessCapacity,
}

impl PlanError {
    /// A problem of the plan as a whole.
    pub(crate) fn of_plan(field: &str, problem: PlanProblem) -> PlanError {
        PlanError {
            phase: None,
            field: field.to_owned(),
            problem,
        }
    }

    /// A problem of one phase, counted from 0.
    pub(crate) fn of_phase(phase: usize, field: &str, problem: PlanProblem) -> PlanError {
        PlanError {
            phase: Some(phase),
            field: field.to_owned(),
            problem,
        }
    }

    fn place(&self) -> String {
        self.phase
            .map(|index| format!("phase {}, ", index + 1))
            .unwrap_or_default()
    }
}
