use crate::check::Known;
use crate::disk::Line;
use crate::room::Room;
use conductor::{ActKind, OperationId, Outcome};
use release::{HoldReason, OnExcess, RecordKind, Release, RollbackTarget, Share, Stage};
use serde_json::Value;

impl Room {
    /// What must be so once everything has come to rest.
    pub(crate) fn check_end(&mut self) {
        for known in self.checks.releases.clone() {
            for machine in 0..self.machines.len() {
                if self.machines[machine].disk.release(&known.id).is_some() {
                    self.check_history(&known, machine);
                    self.check_excess(&known, machine);
                }
            }
        }
        if let Some(known) = self.checks.driven().cloned()
            && let driver = self.checks.driver_of(&known)
            && let Some(release) = self.machines[driver].disk.release(&known.id).cloned()
        {
            self.check_originals(&known, &release);
            self.check_share_at_end(&known, &release);
        }
    }

    /// Every act that was stored is in the record as accepted, and none that was not.
    fn check_history(&mut self, known: &Known, machine: usize) {
        let disk = &self.machines[machine].disk;
        let mut wrong = None;
        let mut twins = 0;
        let alone = self.checks.disturbed.is_none();
        let ours: Vec<_> = self
            .checks
            .applied
            .iter()
            .filter(|applied| applied.release == known.id && applied.machine == machine)
            .collect();
        // A driver that took over also tells what became of the acts of the one before.
        let stored = |operation: &OperationId| {
            let mut applied = self.checks.applied.iter();
            applied.any(|applied| applied.release == known.id && applied.operation == *operation)
        };
        for line in disk.durable() {
            if let Line::Outcome {
                operation, outcome, ..
            } = line
                && outcome.is_accepted()
                && operation.0.starts_with(&format!("{}.", known.id))
                && !stored(operation)
            {
                if takes_the_mark_off(disk.durable(), operation) {
                    twins += 1;
                    continue;
                }
                if !alone {
                    continue;
                }
                wrong = Some(format!(
                    "{} is told as accepted and never was stored",
                    operation.0
                ));
            }
        }
        for applied in ours {
            if disk.unwritten.contains(&applied.operation) {
                continue;
            }
            let last = disk.durable().iter().rev().find_map(|line| match line {
                Line::Outcome {
                    operation, outcome, ..
                } if *operation == applied.operation => Some(outcome),
                _ => None,
            });
            let told = match last {
                Some(outcome) if outcome.is_accepted() => continue,
                Some(Outcome::Unknown { .. }) | None => "nothing final",
                // Whoever acted after it took away what told of it.
                Some(Outcome::CannotTell) => continue,
                Some(Outcome::NeverHappened) => "that it never happened",
                Some(_) => "that it was refused",
            };
            // Somebody else may have wiped the traces before they could be read.
            // An act that takes the marks off leaves no name: of two that were on their way, either may be told.
            let nameless = self.checks.restored.contains_key(&known.id.0)
                && matches!(
                    applied.kind,
                    ActKind::RestoreDeadline | ActKind::RestoreSurge | ActKind::Tidy
                );
            let late = applied.at > applied.sent + std::time::Duration::from_secs(9);
            if nameless && (twins > 0 || late) {
                continue;
            }
            let wiped = self.checks.disturbed.is_some_and(|at| at >= applied.at);
            if !wiped {
                wrong = Some(format!(
                    "{} was stored, the record says {told}",
                    applied.operation.0
                ));
            }
        }
        if let Some(what) = wrong {
            self.checks.violated("history equals what happened", what);
        }
    }

    /// Every excess was answered as the plan says.
    fn check_excess(&mut self, known: &Known, machine: usize) {
        let records: Vec<(RecordKind, Release)> = self.machines[machine]
            .disk
            .lines()
            .iter()
            .filter_map(|line| match line {
                Line::Step(entry) if entry.release.id == known.id => Some(entry),
                _ => None,
            })
            .flat_map(|entry| {
                entry
                    .records
                    .iter()
                    .map(|record| (record.what.clone(), entry.release.clone()))
            })
            .collect();
        for pair in records.windows(2) {
            let (RecordKind::Exceeded { .. }, release) = &pair[0] else {
                continue;
            };
            // Where a person was asked already, nothing is answered by a rule.
            let asked = matches!(&release.stage, Stage::Held { reason, .. } if reason.asks_for_a_person());
            let answered = match (&pair[1].0, release.plan.on_excess) {
                (RecordKind::RollbackStarted { automatic, .. }, OnExcess::RollBack) => *automatic,
                (RecordKind::Held { reason }, on_excess) => {
                    on_excess == OnExcess::Hold && matches!(reason, HoldReason::Excess { .. })
                        || matches!(reason, HoldReason::HandedOver { .. })
                }
                _ => false,
            };
            if !answered && !asked {
                let what = format!("an excess was answered by {:?}", pair[1].0);
                self.checks
                    .violated("an excess is answered as the plan says", what);
            }
        }
    }

    /// A release that goes on, or holds and does not know of it, does not stand above its plan.
    fn check_share_at_end(&mut self, known: &Known, release: &Release) {
        let knows = match &release.stage {
            Stage::Shifting | Stage::Baking => false,
            Stage::Held { reason, .. } => {
                matches!(reason, HoldReason::Excess { .. }) || reason.asks_for_a_person()
            }
            _ => true,
        };
        if knows || self.truth.uid != known.uid {
            return;
        }
        let (canary, others) = self.truth.wanted(&known.new_hash);
        let found = Share::of_pods(canary, (canary + others).max(self.truth.replicas));
        let planned = release.planned_share();
        let mut lines = self.machines.iter().flat_map(|machine| machine.disk.lines());
        let hold_for_it = lines.any(|line| {
            matches!(line, Line::Step(entry) if entry.release.id == known.id
                && entry.records.iter().any(|record| matches!(record.what, RecordKind::Exceeded { .. })))
        });
        if found > planned && !hold_for_it {
            let what = format!("{found} of the pods are new, the plan says {planned}, and nobody answered");
            self.checks
                .violated("an excess is answered as the plan says", what);
        }
    }

    /// A release that is over leaves the workload as it was, but for the version.
    fn check_originals(&mut self, known: &Known, release: &Release) {
        let Some(live) = self.deployment() else { return };
        if self.truth.uid != known.uid {
            return;
        }
        let wanted = match &release.stage {
            Stage::Completed => &known.new_hash,
            Stage::RolledBack => &known.before_hash,
            _ => return,
        };
        let back_to_before = !matches!(
            &release.stage,
            Stage::RollingBack {
                target: RollbackTarget::Revision { .. },
                ..
            }
        );
        let last = self
            .checks
            .applied
            .iter()
            .rev()
            .find(|applied| applied.release == known.id)
            .map(|applied| {
                (
                    applied.at,
                    &self.machines[applied.machine].disk.unwritten,
                    &applied.operation,
                )
            });
        let Some((last, unwritten, operation)) = last else {
            return;
        };
        // A rollback on a full disk whose program died is in no record: the marks on the workload tell of it.
        if release.stage == Stage::Completed && unwritten.contains(operation) {
            return;
        }
        // Who rolled back without a charter knows of no other version than the ones with pods.
        if release.from.template_hash != known.before_hash {
            return;
        }
        // Another release was driven after it.
        if self
            .checks
            .applied
            .last()
            .is_some_and(|applied| applied.release != known.id)
        {
            return;
        }
        let since = |at: Option<std::time::Duration>| {
            at.is_some_and(|at| at + std::time::Duration::from_secs(15) >= last)
        };
        if !since(self.checks.foreign_template) && back_to_before && self.truth.template_hash != *wanted {
            let what = format!(
                "{:?}, and another version is in the template",
                release.stage.name()
            );
            self.checks
                .violated("a release that is over leaves its version", what);
        }
        if self.checks.foreign_settings.is_some() || self.checks.foreign_template.is_some() {
            return;
        }
        for path in [
            "/spec/minReadySeconds",
            "/spec/progressDeadlineSeconds",
            "/spec/strategy",
        ] {
            let (was, is) = (known.before.pointer(path), live.pointer(path));
            if was != is {
                let what = format!("{path} was {} and is {}", shown(was), shown(is));
                self.checks
                    .violated("original fields are restored exactly once", what);
            }
        }
        // `rollout undo` can put the marks of an earlier release back, which says nothing of this one.
        let marks = crate::truth::operation(&live).map(|operation| OperationId(operation.to_owned()));
        if marks.is_some_and(|operation| operation.epoch_in(&known.id).is_some()) {
            self.checks.violated(
                "original fields are restored exactly once",
                "Slipway's marks are left".into(),
            );
        }
    }
}

/// Whether the intent of an operation ends with no mark on the object.
fn takes_the_mark_off(lines: &[Line], operation: &OperationId) -> bool {
    lines.iter().any(|line| {
        matches!(line, Line::Step(entry) if entry.intent.as_ref().is_some_and(|intent| {
            intent.act.operation == *operation && intent.takes_the_mark_off()
        }))
    })
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), Value::to_string)
}
