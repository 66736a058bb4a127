use crate::step::Change;
use crate::{RecordKind, Stage};

impl Change {
    pub(crate) fn preflight_answered(&mut self, blocking: &[String]) {
        if self.release.stage != Stage::Preflight {
            return;
        }
        if blocking.is_empty() {
            self.record(RecordKind::PreflightPassed, None);
            self.enter_phase(0);
        } else {
            let reasons = blocking.to_vec();
            self.record(
                RecordKind::PreflightFailed {
                    reasons: reasons.clone(),
                },
                None,
            );
            self.release.stage = Stage::Refused { reasons };
        }
    }
}
