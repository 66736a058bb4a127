use crate::check::Known;
use crate::room::Room;
use release::{Share, Stage};

impl Room {
    /// As long as nobody else has touched anything, the share and the serving pods are Slipway's doing alone.
    pub(crate) fn check_pods(&mut self) {
        if self.checks.disturbed.is_some() {
            return;
        }
        let Some(known) = self.checks.driven() else {
            return;
        };
        let new_hash = known.new_hash.clone();
        let replicas = self.truth.replicas;
        let (canary, others) = self.truth.wanted(&new_hash);
        // What an earlier driver's act let come is its doing, whatever a later one knows of the plan.
        let (allowed, planned) = (0..self.machines.len())
            .map(|machine| self.allowed(known, machine))
            .max_by_key(|(allowed, _)| *allowed)
            .unwrap_or((0, Share::NONE));
        // While a release goes back its pods only get fewer, and not all at once.
        let goes_back = (0..self.machines.len()).any(|machine| {
            let release = self.machines[machine].disk.release(&known.id);
            release.is_some_and(|release| matches!(release.stage, Stage::RollingBack { .. }))
        });
        let leaving = if goes_back { self.checks.canary } else { 0 };
        self.checks.canary = canary;
        if canary > allowed.max(leaving) {
            let what = format!(
                "{canary} pods of the new version are wanted beside {others}, {planned} of {replicas} allow {allowed}"
            );
            self.checks
                .violated("own acts never exceed the plan's share", what);
        }
        let (new, old) = self.truth.ready(&new_hash);
        if new + old < replicas && !self.scenario.plan.accept_less_capacity {
            let what = format!("{new} new and {old} old pods serve, {replicas} are wanted");
            self.checks.violated("never under N serving by own acts", what);
        }
    }

    /// The most pods of the new version that the plan allows now, by the journal of a machine.
    pub(crate) fn allowed(&self, known: &Known, machine: usize) -> (u32, Share) {
        let told = |machine: usize| self.machines[machine].disk.release(&known.id);
        // Who rolls back without a charter does not know the plan.
        let knows = told(machine).filter(|release| release.plan == self.scenario.plan);
        let planned = knows
            .or_else(|| told(known.machine))
            .map_or(Share::NONE, release::Release::planned_share);
        (pods_of(planned, self.truth.replicas), planned)
    }
}

/// A share in pods, to the nearest; a single replica's half is the pod beside it.
fn pods_of(share: Share, replicas: u32) -> u32 {
    if replicas == 1 && share != Share::NONE {
        return 1;
    }
    let nearest = (u64::from(share.basis_points()) * u64::from(replicas) + 5_000) / 10_000;
    u32::try_from(nearest).unwrap_or(u32::MAX)
}
