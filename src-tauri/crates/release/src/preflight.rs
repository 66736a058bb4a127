use crate::step::Change;
use crate::{RecordKind, Stage};

/// Why a release that was written down and never begun is over.
const NEVER_STARTED: &str = "Slipway ended before the release began; nothing was changed";

impl Change {
    /// Nobody waits for the checks of a release whose start nobody saw: it is over, and whoever wants it starts it again.
    pub(crate) fn never_started(&mut self) {
        if self.release.stage == Stage::Planned {
            self.refuse(vec![NEVER_STARTED.to_owned()]);
        }
    }

    pub(crate) fn preflight_answered(&mut self, blocking: &[String]) {
        if self.release.stage != Stage::Preflight {
            return;
        }
        if blocking.is_empty() {
            self.record(RecordKind::PreflightPassed, None);
            self.enter_phase(0);
        } else {
            self.refuse(blocking.to_vec());
        }
    }

    fn refuse(&mut self, reasons: Vec<String>) {
        self.record(
            RecordKind::PreflightFailed {
                reasons: reasons.clone(),
            },
            None,
        );
        self.release.stage = Stage::Refused { reasons };
    }
}
