use crate::step::Change;
use crate::{Active, Command, HoldReason, Person, RecordKind, Refusal, Stage};

impl Change {
    pub(crate) fn hold(&mut self, by: &Person, reason: &str) -> Result<(), Refusal> {
        match self.release.stage {
            Stage::Shifting | Stage::Baking => {
                self.record_command(
                    by,
                    Command::Hold {
                        reason: reason.to_owned(),
                    },
                );
                self.hold_because(HoldReason::Person {
                    by: by.name.clone(),
                    reason: reason.to_owned(),
                });
                Ok(())
            }
            Stage::Promoting => Err(Refusal::PromotionCannotBeHeld),
            _ => Err(self.wrong_stage()),
        }
    }

    /// Stops where it is. A promotion is not stopped: the workload's own controller finishes it anyway, and what is held is
    /// then the bake after it.
    ///
    /// A hold that asks for a person is not replaced by one that a rule could leave.
    pub(crate) fn hold_because(&mut self, reason: HoldReason) {
        if self.asks_for_a_person() && !reason.asks_for_a_person() {
            return;
        }
        let at = match self.release.stage {
            Stage::Shifting | Stage::Promoting => Active::Shifting,
            Stage::Baking => Active::Baking,
            Stage::Held { at, .. } => at,
            _ => return,
        };
        self.record(
            RecordKind::Held {
                reason: reason.clone(),
            },
            None,
        );
        self.release.stage = Stage::Held {
            reason,
            at,
            since: self.at,
        };
    }
}
