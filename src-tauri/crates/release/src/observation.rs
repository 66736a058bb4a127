use crate::step::Change;
use crate::{Gate, GateOutcome, HoldReason, PassedBy, RecordKind, Stage};
use serde::{Deserialize, Serialize};

/// What was seen of a release's health at one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// The gate readiness: healthy if every wanted pod of the new version is Ready, degraded if one crashes again and again.
    pub readiness: GateOutcome,
    /// The gate verdict: what the judge says.
    pub verdict: GateOutcome,
    /// How much monotonic time in milliseconds this look adds to the bake: the time since the look before if samples were seen
    /// over all of it, else less, down to 0.
    pub counted_millis: u64,
    /// How much monotonic time in milliseconds passed since the look before, whether samples were seen or not.
    pub elapsed_millis: u64,
    /// Whether the workload has come nearer to what the new version shall have since the look before.
    pub nearer: bool,
}

impl Change {
    /// Takes in one look: rolls back by rule, passes the phase, extends its bake, or holds at the bake's maximum or
    /// the limit of progress.
    pub(crate) fn observed(&mut self, seen: &Observation) {
        let watched = matches!(
            self.release.stage,
            Stage::Shifting | Stage::Baking | Stage::Promoting | Stage::Held { .. }
        );
        if !watched {
            return;
        }
        let before = self.release.health();
        self.release.take_in(seen);
        let now = self.release.health();
        if now != before {
            self.record(
                RecordKind::HealthChanged {
                    from: before,
                    to: now,
                },
                None,
            );
        }
        if now == GateOutcome::Degraded {
            if self.may_roll_back_by_rule() {
                self.roll_back_by_rule("the new version is degraded");
            }
            return;
        }
        match self.release.stage {
            Stage::Baking => self.bake(seen),
            Stage::Shifting | Stage::Promoting => self.wait_for_pods(seen),
            _ => {}
        }
    }

    /// Pods that never become Ready and never crash would be waited for without end.
    fn wait_for_pods(&mut self, seen: &Observation) {
        let release = &mut self.release;
        release.stalled_millis = match seen.nearer {
            true => 0,
            false => release.stalled_millis.saturating_add(seen.elapsed_millis),
        };
        if release.stalled_millis >= release.plan.progress_limit_seconds.saturating_mul(1000) {
            self.hold_because(HoldReason::NotReady);
        }
    }

    fn bake(&mut self, seen: &Observation) {
        self.release.baked_millis = self.release.baked_millis.saturating_add(seen.counted_millis);
        self.release.waited_millis = self.release.waited_millis.saturating_add(seen.elapsed_millis);
        let Some(phase) = self.release.current_phase() else {
            return;
        };
        let (least, most) = (phase.bake_millis(), phase.bake_maximum_millis());
        let open = self.release.open_gates();
        if self.release.baked_millis >= least && open.is_empty() {
            let baked_millis = self.release.baked_millis;
            self.record(RecordKind::PhasePassed { baked_millis }, None);
            self.leave_phase(PassedBy::Gates);
            return;
        }
        // A person may take any time to approve; only what the cluster and the judge owe has a limit.
        let owed: Vec<Gate> = open.into_iter().filter(|gate| *gate != Gate::Approval).collect();
        let too_little_counted = self.release.baked_millis < least;
        if owed.is_empty() && !too_little_counted {
            return;
        }
        if self.release.waited_millis >= most && self.release.waited_millis >= least {
            let reason = if owed.contains(&Gate::Readiness) {
                HoldReason::NotReady
            } else {
                HoldReason::EvidenceMissing
            };
            self.hold_because(reason);
        } else if self.release.waited_millis >= least && !self.release.extended {
            self.release.extended = true;
            self.record(RecordKind::BakeExtended { maximum_millis: most }, None);
        }
    }
}
