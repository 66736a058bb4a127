use crate::check::Applied;
use crate::check::outsiders::HELD_FIELDS;
use crate::room::Room;
use crate::truth::operation;
use crate::wire::Request;
use cluster::holds::{HOLD_MIN_READY_SECONDS, max_surge_pods, max_unavailable_pods};
use conductor::{ActKind, OperationId};
use release::{ReleaseId, Stage};
use serde_json::Value;
use std::time::Duration;

/// What a Slipway cannot have seen yet: its watches may be this late.
const UNSEEN: Duration = Duration::from_secs(12);
/// How long a person's rollback is tried.
const QUEUED: Duration = Duration::from_secs(120);

impl Room {
    /// An own act was stored: by whom, in which order, with what it allows the controller to do.
    pub(crate) fn own_act_applied(&mut self, request: &Request, before: &Value, after: &Value) {
        let now = self.now();
        let operation_id = request.act.operation.clone();
        let mut parts = operation_id.0.rsplitn(3, '.');
        let _number = parts.next();
        let epoch = parts.next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let release = ReleaseId(parts.next().unwrap_or_default().to_owned());
        let applied = Applied {
            at: now,
            sent: request.sent,
            machine: request.machine,
            release,
            operation: operation_id,
            epoch,
            kind: request.act.kind.clone(),
        };
        self.check_intent(&applied);
        self.check_order(&applied);
        self.check_drivers(&applied);
        self.check_mark(&applied, request, before);
        self.check_workload(&applied, before);
        self.check_foreign(&applied, request, before);
        self.check_restored(&applied, request, before, after);
        // A mark alone lets nothing come and takes nothing away.
        if operation(after).is_some() && applied.kind != ActKind::TakeOver {
            self.check_room(&applied, request, after);
        }
        self.truth.template_hash.clone_into(&mut self.checks.own_template);
        self.checks.applied.push(applied);
        self.maybe_react();
    }

    fn check_intent(&mut self, applied: &Applied) {
        let disk = &self.machines[applied.machine].disk;
        let back = matches!(
            applied.kind,
            ActKind::RollBack | ActKind::RestoreSurge | ActKind::Tidy | ActKind::TakeOver
        );
        let travelled = back && disk.unwritten.contains(&applied.operation);
        if !travelled && !disk.has_intent(&applied.operation) {
            let what = format!("{} ({:?}) was stored", applied.operation.0, applied.kind);
            self.checks.violated("no act without a durable intent", what);
        }
    }

    /// Acts of one release take effect in the order in which they were meant, each once.
    fn check_order(&mut self, applied: &Applied) {
        let place = |act: &Applied| {
            let number = act.operation.0.rsplit('.').next();
            (act.epoch, number.and_then(|text| text.parse::<u64>().ok()))
        };
        let late = self.checks.applied.iter().rev().find(|other| {
            other.release == applied.release
                && other.machine == applied.machine
                && place(other) >= place(applied)
        });
        // Old annotations that somebody puts back make an old precondition hold again.
        let put_back = |since: Duration| self.checks.disturbed.is_some_and(|at| at >= since);
        if let Some(other) = late.filter(|other| !put_back(other.at)) {
            let what = format!("{} was stored after {}", applied.operation.0, other.operation.0);
            self.checks.violated("acts take effect once and in order", what);
        }
    }

    /// No driver acts after a later one of the same release has, and none in the middle of another release.
    fn check_drivers(&mut self, applied: &Applied) {
        // Old annotations that somebody puts back make an old precondition hold again.
        let put_back = |since: Duration| self.checks.disturbed.is_some_and(|at| at >= since);
        // What followed one that was excused is excused with it.
        let is_own = |other: &Applied| other.release == applied.release && other.machine == applied.machine;
        let mut since = (self.checks.applied.iter().rev()).take_while(|other| !is_own(other));
        let later = since.find(|other| {
            other.release == applied.release
                && other.machine != applied.machine
                && (other.epoch > applied.epoch
                    // Where nobody may use Leases two people's rollbacks can have the same token.
                    || other.epoch == applied.epoch && !self.scenario.no_leases)
                && !put_back(other.at)
        });
        // A person's rollback wins; and without a Lease, marks that are gone tell of nobody: what a person asks for then is done.
        let asked = self.machines[applied.machine].commanded;
        let excused = |other: &Applied| {
            let lease_gone = self.checks.lease_deleted.is_some_and(|at| at >= other.at);
            let unknown =
                self.scenario.no_leases || lease_gone && asked.is_some_and(|asked| asked >= other.at);
            self.insists(applied) || unknown && self.checks.restored.contains_key(&applied.release.0)
        };
        if let Some(other) = later.filter(|other| !excused(other)) {
            let what = format!(
                "{} was stored after {} of a later driver",
                applied.operation.0, other.operation.0
            );
            self.checks.violated("two drivers' acts never interleave", what);
        }
        let first = self
            .checks
            .applied
            .iter()
            .position(|other| other.release == applied.release);
        let between = first.and_then(|first| {
            self.checks.applied[first..]
                .iter()
                .rev()
                .find(|other| other.machine != applied.machine && other.release != applied.release)
        });
        if let Some(other) = between {
            let commanded = self.machines[applied.machine].commanded;
            if commanded.is_none_or(|at| at < other.at) && !self.insists(applied) {
                let what = format!(
                    "{} was stored after {} of another Slipway",
                    applied.operation.0, other.operation.0
                );
                self.checks.violated("two drivers' acts never interleave", what);
            }
        }
    }

    /// A driver that took over writes its mark before it does anything else, so that nothing of the driver before can follow.
    /// A click marks it with the act that it sends.
    fn check_mark(&mut self, applied: &Applied, request: &Request, before: &Value) {
        let epoch_before =
            operation(before).and_then(|name| OperationId(name.to_owned()).epoch_in(&applied.release));
        let back = matches!(applied.kind, ActKind::TakeOver | ActKind::RollBack);
        if epoch_before.is_some_and(|epoch| epoch < applied.epoch) && !back && !request.in_click {
            let what = format!("{} ({:?})", applied.operation.0, applied.kind);
            self.checks
                .violated("a driver that took over marks the workload first", what);
        }
    }

    /// A person's rollback wins over whatever others did, also where the record could not be written.
    fn insists(&self, applied: &Applied) -> bool {
        let machine = &self.machines[applied.machine];
        let in_the_record = machine
            .disk
            .release(&applied.release)
            .is_some_and(|release| matches!(release.stage, Stage::RollingBack { automatic: false, .. }));
        let just_asked = matches!(
            applied.kind,
            ActKind::RollBack | ActKind::RestoreSurge | ActKind::Tidy
        ) && machine
            .rollback_asked
            .is_some_and(|asked| (asked..asked + QUEUED).contains(&applied.sent));
        in_the_record || just_asked
    }

    fn check_workload(&mut self, applied: &Applied, before: &Value) {
        let uid = crate::truth::text(before, "/metadata/uid");
        if self
            .checks
            .known(&applied.release)
            .is_some_and(|known| known.uid != uid)
        {
            let what = format!("{} changed a workload that was made later", applied.operation.0);
            self.checks.violated("an act is for one workload only", what);
        }
    }

    /// A foreign version is not fought: once it can have been seen, only a person's click goes on.
    fn check_foreign(&mut self, applied: &Applied, request: &Request, before: &Value) {
        let Some(changed) = self.checks.foreign_template else {
            return;
        };
        let found = before.pointer("/spec/template").map(cluster::template_hash);
        if found.as_ref() == Some(&self.checks.own_template) {
            // They put back what was there.
            return;
        }
        let seen = request.looked >= self.checks.foreign_version;
        let by_person = self.machines[applied.machine]
            .commanded
            .is_some_and(|at| at >= changed);
        // A rollback with a full disk travels in the patch alone: the journal cannot say who asked for it.
        let unwritten = &self.machines[applied.machine].disk.unwritten;
        let insists = self.insists(applied) || unwritten.contains(&applied.operation);
        let began_after = self
            .checks
            .applied
            .iter()
            .all(|other| other.release != applied.release || other.at > changed);
        let tidies = matches!(
            applied.kind,
            ActKind::Tidy | ActKind::RestoreSurge | ActKind::RestoreDeadline | ActKind::TakeOver
        );
        if seen && !by_person && !insists && !began_after && !tidies {
            let what = format!(
                "{} ({:?}) was sent at {:.3} s after somebody changed the version at {:.3} s",
                applied.operation.0,
                applied.kind,
                request.sent.as_secs_f64(),
                changed.as_secs_f64()
            );
            self.checks.violated("a foreign change is not fought", what);
        }
    }

    /// Once the originals are back the release leaves the workload alone, unless a person asks for more.
    fn check_restored(&mut self, applied: &Applied, request: &Request, before: &Value, after: &Value) {
        let restores = matches!(
            applied.kind,
            ActKind::RestoreDeadline | ActKind::RestoreSurge | ActKind::Tidy
        ) && HELD_FIELDS
            .iter()
            .any(|path| before.pointer(path) != after.pointer(path));
        let again = restores
            && !request.in_click
            && self.checks.restored.get(&applied.release.0).is_some_and(|at| {
                self.machines[applied.machine]
                    .commanded
                    .is_none_or(|asked| asked < *at)
            });
        if again {
            let what = format!(
                "{} ({:?}) was stored after the originals were back",
                applied.operation.0, request.act.kind
            );
            self.checks
                .violated("original fields are restored exactly once", what);
        }
        if operation(before).is_some() && operation(after).is_none() {
            self.checks.restored.insert(applied.release.0.clone(), applied.at);
        } else if operation(after).is_some() {
            self.checks.restored.remove(&applied.release.0);
        }
    }

    /// What an act allows the controller to do, by the controller's own rules, is within the plan.
    fn check_room(&mut self, applied: &Applied, request: &Request, after: &Value) {
        let recently = |at: Option<Duration>| at.is_some_and(|at| request.sent < at + UNSEEN);
        let Some(known) = self.checks.known(&applied.release) else {
            return;
        };
        let held =
            after.pointer("/spec/minReadySeconds").and_then(Value::as_i64) == Some(HOLD_MIN_READY_SECONDS);
        if !held || recently(self.checks.disturbed) {
            return;
        }
        let replicas = self.truth.replicas;
        let (surge, unavailable) = (max_surge_pods(after), max_unavailable_pods(after));
        let (canary, stable) = self.truth.wanted(&known.new_hash);
        let (ready, ready_stable) = self.truth.ready(&known.new_hash);
        let stable_left = stable.min(replicas.saturating_sub(unavailable));
        let filled = (replicas + surge).saturating_sub(stable_left).min(replicas);
        let (allowed, planned) = self.allowed(known, applied.machine);
        if filled > allowed.max(canary) {
            let what = format!(
                "{} lets {filled} pods of the new version come, {planned} of {replicas} allow {allowed}",
                applied.operation.0
            );
            self.checks
                .violated("own acts never exceed the plan's share", what);
        }
        let serving = ready + ready_stable.min(stable_left);
        let least = replicas.min(ready + ready_stable);
        if serving < least && !self.scenario.plan.accept_less_capacity {
            let what = format!(
                "{} leaves {serving} serving of {replicas}, {ready} new and {ready_stable} old ones served",
                applied.operation.0
            );
            self.checks.violated("never under N serving by own acts", what);
        }
    }
}
