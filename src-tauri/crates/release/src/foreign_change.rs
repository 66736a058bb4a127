use crate::step::Change;
use crate::{HoldReason, RecordKind, Stage};

impl Change {
    /// A foreign change is not fought: forward movement stops and a person decides, also where something else has stopped it
    /// already. A rollback that a person asked for goes on (their click wins); one that a rule started stops and asks.
    pub(crate) fn foreign_change(&mut self, what: &str) {
        if !self.release.stage.is_live() {
            return;
        }
        let what = what.to_owned();
        self.record(RecordKind::ForeignChange { what: what.clone() }, None);
        let reason = HoldReason::ForeignChange { what };
        match &self.release.stage {
            Stage::RollingBack { automatic: false, .. } => {}
            Stage::RollingBack { automatic: true, .. } => self.stop_rollback(reason),
            Stage::Held { reason: before, .. } if before.asks_for_a_person() => {}
            _ => self.hold_because(reason),
        }
    }

    pub(crate) fn workload_gone(&mut self) {
        // Before the first act there is nothing to hold: the release never starts.
        self.preflight_answered(&[
            "The workload does not exist any more, or another one has its name.".to_owned(),
        ]);
        if let Stage::Held {
            reason: HoldReason::WorkloadGone,
            ..
        } = &self.release.stage
        {
            return;
        }
        if let Stage::RollingBack { .. } = &self.release.stage {
            self.record(
                RecordKind::RollbackTrouble {
                    message: "the workload does not exist any more".into(),
                },
                None,
            );
            self.release.stage = Stage::Held {
                reason: HoldReason::WorkloadGone,
                at: crate::Active::Shifting,
                since: self.at,
            };
            return;
        }
        self.hold_because(HoldReason::WorkloadGone);
    }

    /// The cluster refuses for good. Forward movement stops; a rollback keeps its place, so that it goes on as soon as the
    /// cluster lets it.
    pub(crate) fn act_refused(&mut self, message: &str) {
        if let Stage::RollingBack { .. } = &self.release.stage {
            self.record(
                RecordKind::RollbackTrouble {
                    message: message.to_owned(),
                },
                None,
            );
            return;
        }
        self.hold_because(HoldReason::ActRefused {
            message: message.to_owned(),
        });
    }
}
