use crate::{Gate, Phase, PlanError, PlanProblem, Share};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// More phases than this are a mistake, not a plan.
pub const MAX_PHASES: usize = 50;
/// The longest bake of one phase: 30 days.
pub const MAX_BAKE_SECONDS: u64 = 30 * 24 * 3600;
/// A shorter limit of progress would hold releases whose pods only take their time.
pub const MIN_PROGRESS_LIMIT_SECONDS: u64 = 30;
/// As Kubernetes' own `progressDeadlineSeconds` where nothing else is said.
const PROGRESS_LIMIT_SECONDS: u64 = 600;

/// What to do when something else than Slipway pushes the new version's share over the plan's (an autoscaler, a person).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum OnExcess {
    /// Go back to the version before.
    #[default]
    RollBack,
    /// Stop and ask.
    Hold,
}

/// The ordered phases of a release and the rules that hold for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// In the order in which they are done; shares grow strictly.
    pub phases: Vec<Phase>,
    /// How many pods more than wanted there may be at any time, as a share of the wanted number; rounded up to pods.
    pub surge_limit: Share,
    /// Whether fewer pods than wanted may serve. Needed only for a surge limit of 0 %.
    pub accept_less_capacity: bool,
    /// What to do when others push the share over the plan's.
    pub on_excess: OnExcess,
    /// Whether a degraded verdict rolls back without asking.
    pub automatic_rollback: bool,
    /// How long a share may be pursued without a single pod getting nearer to it, in seconds; then the release holds and asks.
    /// Only time in which the cluster answers counts. Plans from before this limit have the usual one.
    #[serde(default = "usual_progress_limit")]
    #[ts(type = "number")]
    pub progress_limit_seconds: u64,
}

fn usual_progress_limit() -> u64 {
    PROGRESS_LIMIT_SECONDS
}

impl Default for Plan {
    /// 5 %, 25 %, 50 %, 100 % with growing bakes, judged by readiness and verdict.
    fn default() -> Plan {
        let phase = |percent: f64, bake_seconds: u64| Phase {
            share: Share::from_percent(percent),
            bake_seconds,
            bake_maximum_seconds: None,
            gates: vec![Gate::Readiness, Gate::Verdict],
            owner: String::new(),
            goal: String::new(),
        };
        Plan {
            phases: vec![
                phase(5.0, 360),
                phase(25.0, 480),
                phase(50.0, 600),
                phase(100.0, 600),
            ],
            surge_limit: Share::from_percent(25.0),
            accept_less_capacity: false,
            on_excess: OnExcess::RollBack,
            automatic_rollback: true,
            progress_limit_seconds: PROGRESS_LIMIT_SECONDS,
        }
    }
}

impl Plan {
    /// A plan without phases, for a record that is a rollback and nothing else.
    pub fn without_phases() -> Plan {
        Plan {
            phases: Vec::new(),
            ..Plan::default()
        }
    }

    /// Every problem of the plan, each with its phase (counted from 0) and field; an empty list means that it can be run.
    ///
    /// `has_metrics` says whether the environment has a source of health data: without one, nothing but a person can
    /// judge, so every phase before 100 % needs the gates readiness and approval.
    ///
    /// The number of problems is bounded: a plan with too many phases is one problem.
    pub fn problems(&self, has_metrics: bool) -> Vec<PlanError> {
        if self.phases.is_empty() {
            return vec![PlanError::of_plan("phases", PlanProblem::NoPhases)];
        }
        if self.phases.len() > MAX_PHASES {
            let problem = PlanProblem::TooManyPhases {
                count: self.phases.len(),
                most: MAX_PHASES,
            };
            return vec![PlanError::of_plan("phases", problem)];
        }
        let mut found = Vec::new();
        if self.surge_limit > Share::WHOLE {
            found.push(PlanError::of_plan(
                "surgeLimit",
                PlanProblem::SurgeLimitOutOfRange,
            ));
        }
        if self.surge_limit == Share::NONE && !self.accept_less_capacity {
            found.push(PlanError::of_plan(
                "surgeLimit",
                PlanProblem::NoSurgeNeedsLessCapacity,
            ));
        }
        if !(MIN_PROGRESS_LIMIT_SECONDS..=MAX_BAKE_SECONDS).contains(&self.progress_limit_seconds) {
            let problem = PlanProblem::ProgressLimitOutOfRange {
                least_seconds: MIN_PROGRESS_LIMIT_SECONDS,
                most_seconds: MAX_BAKE_SECONDS,
            };
            found.push(PlanError::of_plan("progressLimitSeconds", problem));
        }
        let mut before: Option<Share> = None;
        for (index, phase) in self.phases.iter().enumerate() {
            let mut problem = |field, problem| found.push(PlanError::of_phase(index, field, problem));
            if !phase.share.is_valid() {
                problem(
                    "share",
                    PlanProblem::ShareOutOfRange {
                        percent: phase.share.percent(),
                    },
                );
            } else if let Some(before) = before.filter(|before| phase.share <= *before) {
                problem(
                    "share",
                    PlanProblem::SharesMustGrow {
                        percent: phase.share.percent(),
                        before: before.percent(),
                    },
                );
            }
            if phase.bake_seconds > MAX_BAKE_SECONDS {
                problem(
                    "bakeSeconds",
                    PlanProblem::BakeTooLong {
                        most_seconds: MAX_BAKE_SECONDS,
                    },
                );
            }
            if phase
                .bake_maximum_seconds
                .is_some_and(|maximum| maximum < phase.bake_seconds)
            {
                problem("bakeMaximumSeconds", PlanProblem::MaximumBelowBake);
            }
            if phase
                .bake_maximum_seconds
                .is_some_and(|maximum| maximum > 2 * MAX_BAKE_SECONDS)
            {
                problem(
                    "bakeMaximumSeconds",
                    PlanProblem::BakeTooLong {
                        most_seconds: 2 * MAX_BAKE_SECONDS,
                    },
                );
            }
            let mut gates = phase.gates.clone();
            gates.sort();
            if gates.windows(2).any(|pair| pair[0] == pair[1]) {
                problem("gates", PlanProblem::GateTwice);
            }
            if gates.is_empty() {
                problem("gates", PlanProblem::NoGate);
            } else if !has_metrics {
                if phase.has(Gate::Verdict) {
                    problem("gates", PlanProblem::VerdictNeedsMetrics);
                } else if !(phase.share.is_whole() || phase.has(Gate::Readiness) && phase.has(Gate::Approval))
                {
                    problem("gates", PlanProblem::NoMetricsNeedsApproval);
                }
            }
            before = Some(phase.share);
        }
        found
    }

    /// The shortest time that the whole plan can take, in seconds, without the time that pods need.
    pub fn shortest_seconds(&self) -> u64 {
        self.phases
            .iter()
            .fold(0, |sum, phase| sum.saturating_add(phase.bake_seconds))
    }
}
