use crate::{Command, Effect, Event, Goal, Person, Record, RecordKind, Refusal, Release, Stage, Timestamp};
use serde::{Deserialize, Serialize};

/// The outcome of one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The new state.
    pub release: Release,
    /// What shall be done, in this order. Records and the new state belong into one transaction.
    pub effects: Vec<Effect>,
}

impl Step {
    /// The lines of history among the effects.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Record { record } => Some(record),
            _ => None,
        })
    }
}

/// Applies one event to a release.
///
/// # Errors
///
/// Only commands are refused, with the reason; what the cluster or the clock reports is taken as it comes, and ignored where it
/// does not matter any more.
pub fn step(release: &Release, event: &Event, at: Timestamp) -> Result<Step, Refusal> {
    let mut change = Change::of(release.clone(), at);
    match event {
        Event::Commanded { by, command } => change.command(by, command)?,
        Event::NeverStarted => change.never_started(),
        Event::PreflightAnswered { blocking } => change.preflight_answered(blocking),
        Event::Arrived => change.arrived(),
        Event::Observed(seen) => change.observed(seen),
        Event::Exceeded { share } => change.exceeded(*share),
        Event::ShareNotPossible { replicas } => change.share_not_possible(*replicas),
        Event::ForeignChange { what } => change.foreign_change(what),
        Event::WorkloadGone => change.workload_gone(),
        Event::ActRefused { message } => change.act_refused(message),
        Event::TakenOver { by } => change.taken_over(by),
        Event::TookOver { by, from } => change.took_over(by, from),
        Event::EndedElsewhere { stage } => change.ended_elsewhere(stage),
        Event::RollbackNotSent => change.rollback_not_sent(),
    }
    Ok(change.finish(&release.goal()))
}

/// A release while one event is applied to it.
pub(crate) struct Change {
    pub(crate) release: Release,
    pub(crate) at: Timestamp,
    pub(crate) effects: Vec<Effect>,
}

impl Change {
    fn of(release: Release, at: Timestamp) -> Change {
        Change {
            release,
            at,
            effects: Vec::new(),
        }
    }

    fn finish(mut self, before: &Goal) -> Step {
        let goal = self.release.goal();
        if goal != *before {
            self.effects.push(Effect::Pursue { goal });
        }
        Step {
            release: self.release,
            effects: self.effects,
        }
    }

    fn command(&mut self, by: &Person, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::Start => self.start(by),
            Command::Hold { reason } => self.hold(by, reason),
            Command::Resume => self.resume(by),
            Command::Approve { reason } => self.approve(by, reason),
            Command::SkipBake { reason } => self.skip_bake(by, reason),
            Command::Promote { reason } => self.promote(by, reason),
            Command::RollBack { target, reason } => self.roll_back(by, target, reason),
            Command::HandOver { to } => self.hand_over(by, to),
        }
    }

    pub(crate) fn record(&mut self, what: RecordKind, by: Option<&Person>) {
        let record = self.release.note(what, by);
        self.effects.push(Effect::Record { record });
    }

    pub(crate) fn record_command(&mut self, by: &Person, command: Command) {
        self.record(RecordKind::Commanded { command }, Some(by));
    }

    pub(crate) fn wrong_stage(&self) -> Refusal {
        Refusal::WrongStage {
            stage: self.release.stage.name().to_owned(),
        }
    }
}

impl Stage {
    /// The stage's name as people read it.
    pub fn name(&self) -> &'static str {
        match self {
            Stage::Planned => "planned",
            Stage::Preflight => "in preflight",
            Stage::Shifting => "shifting",
            Stage::Baking => "baking",
            Stage::Promoting => "promoting",
            Stage::Completed => "completed",
            Stage::RollingBack { .. } => "rolling back",
            Stage::RolledBack => "rolled back",
            Stage::Held { .. } => "held",
            Stage::Refused { .. } => "refused",
        }
    }
}
