use crate::step::Change;
use crate::{HoldReason, OnExcess, RecordKind, Share, Stage};

impl Change {
    /// Something else pushed the share over the plan's; what follows is in the plan.
    pub(crate) fn exceeded(&mut self, share: Share) {
        let planned = self.release.planned_share();
        let held_for_it = matches!(
            &self.release.stage,
            Stage::Held {
                reason: HoldReason::Excess { .. },
                ..
            }
        );
        let watched = matches!(
            self.release.stage,
            Stage::Shifting | Stage::Baking | Stage::Held { .. }
        );
        if !watched || held_for_it || share <= planned {
            return;
        }
        self.record(RecordKind::Exceeded { share, planned }, None);
        match self.release.plan.on_excess {
            // This rule stands on its own: it holds also where degraded verdicts do not roll back.
            OnExcess::RollBack if !self.asks_for_a_person() => {
                self.roll_back_by_rule(&format!("the new version has {share}, the plan allows {planned}"));
            }
            OnExcess::RollBack | OnExcess::Hold => self.hold_because(HoldReason::Excess { share, planned }),
        }
    }

    /// Others changed the number of replicas, and the phase's share cannot be had with it.
    pub(crate) fn share_not_possible(&mut self, replicas: u32) {
        if matches!(self.release.stage, Stage::Shifting | Stage::Baking) {
            let planned = self.release.planned_share();
            self.hold_because(HoldReason::ShareNotPossible { planned, replicas });
        }
    }
}
