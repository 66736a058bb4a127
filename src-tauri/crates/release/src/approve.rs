use crate::step::Change;
use crate::{Approval, Command, Gate, Person, Refusal, Stage};

impl Change {
    pub(crate) fn approve(&mut self, by: &Person, reason: &str) -> Result<(), Refusal> {
        if !matches!(
            self.release.stage,
            Stage::Shifting | Stage::Baking | Stage::Promoting | Stage::Held { .. }
        ) {
            return Err(self.wrong_stage());
        }
        if !self
            .release
            .current_phase()
            .is_some_and(|phase| phase.has(Gate::Approval))
        {
            return Err(Refusal::NothingToApprove);
        }
        if self.release.approvals.iter().any(|approval| approval.by == *by) {
            return Err(Refusal::AlreadyApproved { by: by.name.clone() });
        }
        let approval = Approval {
            by: by.clone(),
            at: self.at,
            reason: reason.to_owned(),
        };
        self.release.approvals.push(approval);
        self.record_command(
            by,
            Command::Approve {
                reason: reason.to_owned(),
            },
        );
        Ok(())
    }
}
