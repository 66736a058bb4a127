use crate::step::Change;
use crate::{RecordKind, Share, Stage};

impl Change {
    /// The workload stands as the goal says.
    pub(crate) fn arrived(&mut self) {
        self.release.stalled_millis = 0;
        match self.release.stage {
            Stage::Shifting => {
                let share = self
                    .release
                    .current_phase()
                    .map_or(Share::WHOLE, |phase| phase.share);
                self.record(RecordKind::ShareReached { share }, None);
                self.release.stage = Stage::Baking;
            }
            Stage::Promoting if self.release.finishing => self.complete(),
            Stage::Promoting => {
                self.record(RecordKind::ShareReached { share: Share::WHOLE }, None);
                self.release.stage = Stage::Baking;
            }
            Stage::RollingBack { .. } => {
                self.release.stage = Stage::RolledBack;
                self.record(RecordKind::RolledBack, None);
            }
            _ => {}
        }
    }
}
