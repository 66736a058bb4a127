use crate::step::Change;
use crate::{Passage, PassedBy, RecordKind, Stage};

impl Change {
    /// Begins a phase from its start; past the last phase there is promotion and nothing to wait for after it.
    pub(crate) fn enter_phase(&mut self, phase: usize) {
        self.release.baked_millis = 0;
        self.release.waited_millis = 0;
        self.release.stalled_millis = 0;
        self.release.extended = false;
        self.release.approvals.clear();
        if phase >= self.release.plan.phases.len() {
            self.begin_promotion();
            return;
        }
        self.release.phase = phase;
        if let Some(share) = self.release.current_phase().map(|phase| phase.share) {
            self.record(RecordKind::PhaseStarted { share }, None);
        }
        self.release.stage = self.release.moving_stage();
    }

    /// Leaves the current phase as passed and begins the next one, or completes after a 100 % phase.
    pub(crate) fn leave_phase(&mut self, by: PassedBy) {
        let phase = self.release.phase;
        let was_whole = self
            .release
            .current_phase()
            .is_some_and(|phase| phase.share.is_whole());
        self.release.passages.push(Passage {
            phase,
            at: self.at,
            by,
        });
        if was_whole {
            self.complete();
        } else {
            self.enter_phase(phase + 1);
        }
    }

    /// Gives the new version everything and completes when it has it.
    pub(crate) fn begin_promotion(&mut self) {
        self.release.finishing = true;
        self.release.stalled_millis = 0;
        self.release.stage = Stage::Promoting;
        self.record(RecordKind::PromotionStarted, None);
    }

    pub(crate) fn complete(&mut self) {
        self.release.stage = Stage::Completed;
        self.record(RecordKind::Completed, None);
    }
}
