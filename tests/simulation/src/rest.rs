//! When a run is over, and where it came to rest.

use crate::process::{Process, Task};
use crate::run::{Ended, Run};
use conductor::Waiting;
use release::{GateOutcome, HoldReason, Stage};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long after the faults have stopped everything must have come to rest.
const PATIENCE: Duration = Duration::from_secs(600);
/// A rest this long is the end.
const REST: Duration = Duration::from_secs(8);

impl Run {
    /// Whether nothing moves any more: every release is over, held, or waits for what only a person can do.
    pub(crate) fn is_at_rest(&mut self) -> bool {
        let room = self.shared.lock();
        let now = room.now();
        if !room.calm {
            return false;
        }
        let calm = room.scenario.calm;
        let sending = room.machines.iter().any(|machine| machine.is_sending);
        // What a watch has not told of yet is news as well.
        let unheard = self
            .processes
            .iter()
            .zip(&room.machines)
            .any(|(process, machine)| {
                matches!(process.task, Task::Idle(..)) && machine.watch.is_behind(&room.log)
            });
        let on_the_way = room.wire.next_arrival().is_some() || sending || unheard;
        drop(room);
        let is_bad = self.shared.lock().scenario.quality.is_bad();
        let states: Vec<Option<String>> = self
            .processes
            .iter()
            .map(|process| state_of(process, is_bad))
            .collect();
        let awake = self
            .processes
            .iter()
            .map(|process| process.asleep)
            .max()
            .unwrap_or_default();
        let restarted = self
            .processes
            .iter()
            .filter_map(|process| process.restart)
            .max()
            .unwrap_or_default();
        if now > calm.max(awake).max(restarted).max(self.last_start) + PATIENCE {
            return true;
        }
        // What is still on its way changes something: a rest begins when it has arrived.
        if now < awake || on_the_way || states.iter().any(Option::is_none) {
            self.rest_since = None;
            return false;
        }
        let all = states.into_iter().flatten().collect::<Vec<_>>().join(", ");
        match &self.rest_since {
            Some((since, before)) if *before == all => now >= *since + REST,
            _ => {
                self.rest_since = Some((now, all));
                false
            }
        }
    }

    /// What became of it.
    pub(crate) fn finish(self) -> Ended {
        let mut states: BTreeMap<String, u64> = BTreeMap::new();
        let mut room = self.shared.lock();
        for (machine, process) in self.processes.iter().enumerate() {
            let is_bad = room.scenario.quality.is_bad();
            let state = match state_of(process, is_bad) {
                Some(state) => state,
                None => {
                    let what = match &process.stood {
                        Some((stage, waiting)) => {
                            format!("{machine} is still in {stage:?}, waits for {waiting:?}")
                        }
                        None => format!("{machine} is still in nothing"),
                    };
                    room.checks.violated("every release ends or holds", what);
                    "stuck".to_owned()
                }
            };
            *states.entry(state).or_default() += 1;
        }
        room.check_end();
        let violations = std::mem::take(&mut room.checks.violations);
        for violation in &violations {
            room.say(|| format!("VIOLATION {}: {}", violation.rule, violation.what));
        }
        Ended {
            seed: room.scenario.seed,
            counts: room.counts.clone(),
            states,
            violations,
            turns: self.turns,
            trace: room.trace.take(),
        }
    }
}

/// Where a program rests, in a word for people; `None` while it moves.
pub(crate) fn state_of(process: &Process, is_bad: bool) -> Option<String> {
    let driver = match &process.task {
        Task::Off if process.restart.is_none() => return Some("nothing left to drive".into()),
        _ if !process.commands.is_empty() => return None,
        Task::Busy(_) => return process.rested.clone(),
        _ => process.driver()?,
    };
    let release = &driver.dossier().release;
    Some(match &release.stage {
        Stage::Completed => "completed".into(),
        Stage::RolledBack => "rolled back".into(),
        Stage::Refused { .. } => "refused".into(),
        Stage::Planned => "planned".into(),
        Stage::Held { reason, .. } => format!("held: {}", reason_of(reason)),
        Stage::Preflight => return None,
        Stage::Shifting | Stage::Baking | Stage::Promoting | Stage::RollingBack { .. } => {
            let rolls_back = matches!(release.stage, Stage::RollingBack { .. });
            // Going forward is off and the plan leaves going back to a person; the screen says so.
            if !rolls_back && release.health() == GateOutcome::Degraded && !release.plan.automatic_rollback {
                return Some("waits: degraded".into());
            }
            match driver.waiting()? {
                Waiting::Paused if !rolls_back => "waits: paused".into(),
                Waiting::NoReplicas => "waits: no replicas".into(),
                // Shown with its numbers; pods that never become Ready are nothing that waiting ends.
                Waiting::PodsReady { .. } if is_bad => "waits: pods not Ready".into(),
                _ => return None,
            }
        }
    })
}

fn reason_of(reason: &HoldReason) -> &'static str {
    match reason {
        HoldReason::Person { .. } => "a person",
        HoldReason::EvidenceMissing => "evidence missing",
        HoldReason::NotReady => "not Ready",
        HoldReason::Excess { .. } => "excess",
        HoldReason::ForeignChange { .. } => "foreign change",
        HoldReason::WorkloadGone => "workload gone",
        HoldReason::ActRefused { .. } => "act refused",
        HoldReason::ShareNotPossible { .. } => "share not possible",
        HoldReason::HandedOver { .. } => "handed over",
        HoldReason::RollbackNotSent { .. } => "rollback not sent",
    }
}
