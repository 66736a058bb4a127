use crate::step::Change;
use crate::{Command, Person, RecordKind, Refusal, ReleaseKind, RollbackTarget, Stage};

impl Change {
    /// A person's rollback: legal from every live stage, from completed, and from the start of a record that is nothing but
    /// a rollback. It asks neither for health nor for who drives. While one runs, another target replaces it.
    pub(crate) fn roll_back(
        &mut self,
        by: &Person,
        target: &RollbackTarget,
        reason: &str,
    ) -> Result<(), Refusal> {
        let allowed = match &self.release.stage {
            Stage::Planned => self.release.kind == ReleaseKind::Rollback,
            Stage::RollingBack { target: current, .. } => current != target,
            stage => stage.is_live() || *stage == Stage::Completed,
        };
        if !allowed {
            return Err(self.wrong_stage());
        }
        self.record_command(
            by,
            Command::RollBack {
                target: target.clone(),
                reason: reason.to_owned(),
            },
        );
        self.release.driver = by.clone();
        self.begin_rollback(target.clone(), false, reason, Some(by));
        Ok(())
    }

    /// Whether a degraded finding may roll back now: the plan says so, and nothing asks for a person first.
    pub(crate) fn may_roll_back_by_rule(&self) -> bool {
        self.release.plan.automatic_rollback && !self.asks_for_a_person()
    }

    /// Whether a rule has no say any more: after a foreign change, a hand-over or a vanished workload a person decides.
    pub(crate) fn asks_for_a_person(&self) -> bool {
        matches!(&self.release.stage, Stage::Held { reason, .. } if reason.asks_for_a_person())
    }

    pub(crate) fn roll_back_by_rule(&mut self, reason: &str) {
        self.begin_rollback(RollbackTarget::Before, true, reason, None);
    }

    fn begin_rollback(&mut self, target: RollbackTarget, automatic: bool, reason: &str, by: Option<&Person>) {
        self.record(
            RecordKind::RollbackStarted {
                target: target.clone(),
                automatic,
                reason: reason.to_owned(),
            },
            by,
        );
        self.release.stage = Stage::RollingBack {
            target,
            automatic,
            since: self.at,
        };
    }
}
