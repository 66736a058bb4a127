use crate::{
    Gate, GateOutcome, Observation, Person, Phase, Plan, Record, RecordKind, Stage, Timestamp, Version,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Names a release; unique on this machine and, in practice, everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct ReleaseId(pub String);

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of change a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ReleaseKind {
    /// A new version in phases.
    Rollout,
    /// Back to a known version, for a change that Slipway did not make. Has no phases.
    Rollback,
}

/// A person's yes to one phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Why; may be empty.
    pub reason: String,
}

/// How a phase was passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Passage {
    /// The phase, counted from 0.
    pub phase: usize,
    /// When.
    pub at: Timestamp,
    /// By what.
    pub by: PassedBy,
}

/// By what a phase was passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "code")]
pub enum PassedBy {
    /// Every gate passed and the bake was complete.
    Gates,
    /// A person skipped the rest of the bake.
    SkippedBake {
        /// Who.
        by: Person,
        /// Why; may be empty.
        reason: String,
    },
    /// A person promoted: this phase was cut short or never visited.
    Promoted {
        /// Who.
        by: Person,
        /// Why; may be empty.
        reason: String,
    },
}

/// A release and its whole state. Changes only through [`crate::step`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Its name.
    pub id: ReleaseId,
    /// Rollout or rollback.
    pub kind: ReleaseKind,
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: String,
    /// What ran before.
    pub from: Version,
    /// What shall run.
    pub to: Version,
    /// The plan; never changes after the start.
    pub plan: Plan,
    /// Who made it.
    pub started_by: Person,
    /// Who drives it.
    pub driver: Person,
    /// Where it is.
    pub stage: Stage,
    /// The current phase, counted from 0; the last one when complete.
    pub phase: usize,
    /// Whether promotion was ordered, so that the release completes without another bake.
    pub finishing: bool,
    /// The gate readiness at the last look.
    pub readiness: GateOutcome,
    /// The gate verdict at the last look.
    pub verdict: GateOutcome,
    /// The current phase's bake so far, in milliseconds.
    #[ts(type = "number")]
    pub baked_millis: u64,
    /// Time since the current phase's share was reached, in milliseconds, whether it counts or not.
    #[ts(type = "number")]
    pub waited_millis: u64,
    /// Time since the workload last got nearer to the share that is pursued, in milliseconds; 0 while none is.
    #[serde(default)]
    #[ts(type = "number")]
    pub stalled_millis: u64,
    /// Whether the bake went on past its minimum.
    pub extended: bool,
    /// Approvals of the current phase.
    pub approvals: Vec<Approval>,
    /// Phases passed, in order.
    pub passages: Vec<Passage>,
}

impl Release {
    /// A rollout that is planned and nothing more. The plan must have no [`Plan::problems`].
    pub fn planned(
        id: ReleaseId,
        application: impl Into<String>,
        environment: impl Into<String>,
        from: Version,
        to: Version,
        plan: Plan,
        by: Person,
    ) -> Release {
        Release {
            id,
            kind: ReleaseKind::Rollout,
            application: application.into(),
            environment: environment.into(),
            from,
            to,
            plan,
            started_by: by.clone(),
            driver: by,
            stage: Stage::Planned,
            phase: 0,
            finishing: false,
            readiness: GateOutcome::NotEnoughEvidence,
            verdict: GateOutcome::NotEnoughEvidence,
            baked_millis: 0,
            waited_millis: 0,
            stalled_millis: 0,
            extended: false,
            approvals: Vec::new(),
            passages: Vec::new(),
        }
    }

    /// A rollback of a change that Slipway did not make: `from` runs now and `to` shall run again.
    pub fn rollback(
        id: ReleaseId,
        application: impl Into<String>,
        environment: impl Into<String>,
        from: Version,
        to: Version,
        by: Person,
    ) -> Release {
        let plan = Plan::without_phases();
        Release {
            kind: ReleaseKind::Rollback,
            ..Release::planned(id, application, environment, from, to, plan, by)
        }
    }

    /// The current phase of the plan.
    pub fn current_phase(&self) -> Option<&Phase> {
        self.plan.phases.get(self.phase)
    }

    /// What is known about the health at large: degraded if any gate is, healthy if every gate that the current phase
    /// asks for is, else not enough evidence.
    pub fn health(&self) -> GateOutcome {
        if self.readiness == GateOutcome::Degraded || self.verdict == GateOutcome::Degraded {
            return GateOutcome::Degraded;
        }
        let asks = |gate| self.current_phase().is_none_or(|phase| phase.has(gate));
        let ready = !asks(Gate::Readiness) || self.readiness == GateOutcome::Healthy;
        let judged = !asks(Gate::Verdict) || self.verdict == GateOutcome::Healthy;
        if ready && judged {
            GateOutcome::Healthy
        } else {
            GateOutcome::NotEnoughEvidence
        }
    }

    /// Gates of the current phase that are not passed yet.
    pub fn open_gates(&self) -> Vec<Gate> {
        let Some(phase) = self.current_phase() else {
            return Vec::new();
        };
        phase
            .gates
            .iter()
            .copied()
            .filter(|gate| !self.is_passed(*gate))
            .collect()
    }

    fn is_passed(&self, gate: Gate) -> bool {
        match gate {
            Gate::Readiness => self.readiness == GateOutcome::Healthy,
            Gate::Verdict => self.verdict == GateOutcome::Healthy,
            Gate::Approval => !self.approvals.is_empty(),
        }
    }

    pub(crate) fn take_in(&mut self, seen: &Observation) {
        self.readiness = seen.readiness;
        self.verdict = seen.verdict;
    }

    /// A line of history at the current phase.
    pub(crate) fn note(&self, what: RecordKind, by: Option<&Person>) -> Record {
        Record {
            what,
            by: by.cloned(),
            phase: self.phase,
        }
    }
}
