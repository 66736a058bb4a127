use crate::step::Change;
use crate::{Active, Command, GateOutcome, PassedBy, Person, Refusal, Stage};

impl Change {
    /// Goes to the next phase now; after a 100 % phase that is the end.
    pub(crate) fn skip_bake(&mut self, by: &Person, reason: &str) -> Result<(), Refusal> {
        if !matches!(
            self.release.stage,
            Stage::Baking
                | Stage::Held {
                    at: Active::Baking,
                    ..
                }
        ) {
            return Err(self.wrong_stage());
        }
        if self.release.health() == GateOutcome::Degraded {
            return Err(Refusal::Degraded);
        }
        self.record_command(
            by,
            Command::SkipBake {
                reason: reason.to_owned(),
            },
        );
        self.leave_phase(PassedBy::SkippedBake {
            by: by.clone(),
            reason: reason.to_owned(),
        });
        Ok(())
    }
}
