use crate::{Active, Release, ReleaseKind, RollbackTarget, Share, Stage};
use serde::{Deserialize, Serialize};

/// What the workload should look like, as far as the release is concerned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "goal")]
pub enum Goal {
    /// Leave everything as it is.
    Stay,
    /// The new version has this share, and the workload is held there.
    Share {
        /// More than 0 % and less than 100 %.
        share: Share,
    },
    /// The new version has everything, and the workload's own settings are restored.
    Promoted,
    /// The target's template has everything, and the workload's own settings are restored.
    RolledBack {
        /// Which.
        target: RollbackTarget,
    },
}

impl Release {
    /// What the workload should look like now. A function of the state alone, so that a driver can start from it after a
    /// crash. In a bake the share stays the goal: replicas may change under it.
    pub fn goal(&self) -> Goal {
        match &self.stage {
            Stage::Shifting | Stage::Baking => self.phase_goal(),
            Stage::Promoting => Goal::Promoted,
            Stage::RollingBack { target, .. } => Goal::RolledBack {
                target: target.clone(),
            },
            Stage::Planned
            | Stage::Preflight
            | Stage::Completed
            | Stage::RolledBack
            | Stage::Held { .. }
            | Stage::Refused { .. } => Goal::Stay,
        }
    }

    /// The goal of the current phase.
    pub(crate) fn phase_goal(&self) -> Goal {
        match self.plan.phases.get(self.phase) {
            Some(phase) if !phase.share.is_whole() => Goal::Share { share: phase.share },
            Some(_) => Goal::Promoted,
            // A record that is a rollback and nothing else has no phases and never comes here.
            None => match self.kind {
                ReleaseKind::Rollout => Goal::Promoted,
                ReleaseKind::Rollback => Goal::Stay,
            },
        }
    }

    /// The stage in which a release pursues the current phase.
    pub(crate) fn moving_stage(&self) -> Stage {
        match self.phase_goal() {
            Goal::Promoted => Stage::Promoting,
            _ => Stage::Shifting,
        }
    }

    /// The most that the new version may have by the plan now: the current phase's share, or everything while and after
    /// promotion.
    pub fn planned_share(&self) -> Share {
        match &self.stage {
            Stage::Planned | Stage::Preflight | Stage::Refused { .. } | Stage::RolledBack => Share::NONE,
            Stage::Promoting | Stage::Completed => Share::WHOLE,
            Stage::Held {
                at: Active::Shifting | Active::Baking,
                ..
            }
            | Stage::Shifting
            | Stage::Baking
            | Stage::RollingBack { .. } => match self.plan.phases.get(self.phase) {
                _ if self.finishing => Share::WHOLE,
                Some(phase) => phase.share,
                None => Share::WHOLE,
            },
        }
    }
}
