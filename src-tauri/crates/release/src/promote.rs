use crate::step::Change;
use crate::{Command, GateOutcome, Passage, PassedBy, Person, Refusal, Stage};

impl Change {
    /// Gives the new version everything now and finishes, whatever phases are left.
    pub(crate) fn promote(&mut self, by: &Person, reason: &str) -> Result<(), Refusal> {
        match self.release.stage {
            Stage::Shifting | Stage::Baking | Stage::Held { .. } => {}
            Stage::Promoting if !self.release.finishing => {}
            _ => return Err(self.wrong_stage()),
        }
        if self.release.health() == GateOutcome::Degraded {
            return Err(Refusal::Degraded);
        }
        self.record_command(
            by,
            Command::Promote {
                reason: reason.to_owned(),
            },
        );
        let last = self.release.plan.phases.len();
        let at = self.at;
        // A hold that comes after the last phase was passed finds nothing left to pass.
        let first = if self.release.finishing {
            last
        } else {
            self.release.phase
        };
        self.release.passages.extend((first..last).map(|phase| {
            let by = PassedBy::Promoted {
                by: by.clone(),
                reason: reason.to_owned(),
            };
            Passage { phase, at, by }
        }));
        let baked_whole = matches!(self.release.stage, Stage::Baking)
            && self
                .release
                .current_phase()
                .is_some_and(|phase| phase.share.is_whole());
        if baked_whole {
            self.complete();
        } else {
            self.begin_promotion();
        }
        self.release.phase = last.saturating_sub(1);
        Ok(())
    }
}
