use crate::step::Change;
use crate::{Active, Command, GateOutcome, Person, RecordKind, Refusal, Stage};

impl Change {
    /// Goes on where it was. The bake's clock starts anew, so that a bake that ran out of time gets its time again, and
    /// so does the limit of progress.
    pub(crate) fn resume(&mut self, by: &Person) -> Result<(), Refusal> {
        let Stage::Held { at, .. } = self.release.stage else {
            return Err(self.wrong_stage());
        };
        if self.release.health() == GateOutcome::Degraded {
            return Err(Refusal::Degraded);
        }
        self.record_command(by, Command::Resume);
        self.release.driver = by.clone();
        self.release.waited_millis = 0;
        self.release.stalled_millis = 0;
        self.release.extended = false;
        self.release.stage = self.stage_after_hold(at);
        self.record(RecordKind::Resumed, Some(by));
        Ok(())
    }

    /// Where a release goes on that was held.
    pub(crate) fn stage_after_hold(&self, at: Active) -> Stage {
        match at {
            // Replicas may have changed meanwhile: the share is pursued again before the bake goes on.
            Active::Baking | Active::Shifting if self.release.finishing => Stage::Promoting,
            Active::Baking
                if self
                    .release
                    .current_phase()
                    .is_some_and(|phase| phase.share.is_whole()) =>
            {
                Stage::Baking
            }
            Active::Baking | Active::Shifting => self.release.moving_stage(),
        }
    }
}
