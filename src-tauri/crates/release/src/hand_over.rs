use crate::step::Change;
use crate::{Active, Command, Effect, HoldReason, Person, RecordKind, Refusal, Stage};

impl Change {
    /// Names a person whose Slipway may take over; until it does, nothing else changes.
    pub(crate) fn hand_over(&mut self, by: &Person, to: &str) -> Result<(), Refusal> {
        if !self.release.stage.is_live() {
            return Err(self.wrong_stage());
        }
        self.record_command(by, Command::HandOver { to: to.to_owned() });
        self.effects.push(Effect::HandOver { to: to.to_owned() });
        Ok(())
    }

    /// Another Slipway drives: this one stops, wherever it is, also in the middle of a rollback.
    pub(crate) fn taken_over(&mut self, by: &str) {
        if !self.release.stage.is_live() || self.is_with(by) {
            return;
        }
        self.release.driver = Person::named(by);
        let reason = HoldReason::HandedOver { to: by.to_owned() };
        if matches!(self.release.stage, Stage::RollingBack { .. }) {
            self.stop_rollback(reason);
        } else {
            self.hold_because(reason);
        }
    }

    /// This Slipway drives now. What the other one held because it had to stop goes on where it was; every other hold stays.
    pub(crate) fn took_over(&mut self, by: &Person, from: &str) {
        if !self.release.stage.is_live() {
            return;
        }
        self.release.driver = by.clone();
        self.record(
            RecordKind::TakenOver {
                from: from.to_owned(),
            },
            Some(by),
        );
        if let Stage::Held {
            reason: HoldReason::HandedOver { .. },
            at,
            ..
        } = self.release.stage
        {
            self.release.stage = self.stage_after_hold(at);
        }
    }

    /// The release came to its end in the hands of another Slipway; nothing here had a part in it.
    pub(crate) fn ended_elsewhere(&mut self, stage: &Stage) {
        let handed_over = matches!(
            self.release.stage,
            Stage::Held {
                reason: HoldReason::HandedOver { .. },
                ..
            }
        );
        let what = match stage {
            Stage::Completed => RecordKind::Completed,
            Stage::RolledBack => RecordKind::RolledBack,
            _ => return,
        };
        if handed_over {
            self.release.stage = stage.clone();
            self.record(what, None);
        }
    }

    /// A rollback that somebody asked for long ago is not sent out of the blue: the person is asked again.
    pub(crate) fn rollback_not_sent(&mut self) {
        if let Stage::RollingBack {
            automatic: false,
            since,
            ..
        } = self.release.stage
        {
            self.stop_rollback(HoldReason::RollbackNotSent { since });
        }
    }

    /// Whether the release is known to be in this person's hands.
    fn is_with(&self, person: &str) -> bool {
        matches!(
            &self.release.stage,
            Stage::Held { reason: HoldReason::HandedOver { to }, .. } if to == person
        )
    }

    /// Stops a rollback where it is.
    pub(crate) fn stop_rollback(&mut self, reason: HoldReason) {
        self.record(
            RecordKind::Held {
                reason: reason.clone(),
            },
            None,
        );
        self.release.stage = Stage::Held {
            reason,
            at: Active::Shifting,
            since: self.at,
        };
    }
}
