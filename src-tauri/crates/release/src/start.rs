use crate::step::Change;
use crate::{Command, Effect, Person, Refusal, ReleaseKind, Stage};

impl Change {
    /// Only a planned rollout starts; a record that is a rollback begins by [`Command::RollBack`].
    pub(crate) fn start(&mut self, by: &Person) -> Result<(), Refusal> {
        if self.release.stage != Stage::Planned || self.release.kind != ReleaseKind::Rollout {
            return Err(self.wrong_stage());
        }
        self.release.stage = Stage::Preflight;
        self.record_command(by, Command::Start);
        self.effects.push(Effect::AskPreflight);
        Ok(())
    }
}
