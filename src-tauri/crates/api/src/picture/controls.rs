use crate::view::{Control, Controls, Said};
use release::{Active, Gate, GateOutcome, HoldReason, Release, Stage};

/// Which buttons can be used now, and why the others cannot.
pub(crate) fn controls(release: &Release, in_contact: bool) -> Controls {
    Controls {
        hold: off_if(hold(release)),
        resume: off_if(forward(release, in_contact).or_else(|| resume(release))),
        approve: off_if(over(release).or_else(|| approve(release))),
        skip_bake: off_if(forward(release, in_contact).or_else(|| skip_bake(release))),
        promote: off_if(forward(release, in_contact).or_else(|| promote(release))),
        hand_over: off_if(over(release)),
    }
}

fn off_if(because: Option<Said>) -> Control {
    Control {
        on: because.is_none(),
        off_because: because,
    }
}

/// Why nothing moves any more, or not yet.
fn over(release: &Release) -> Option<Said> {
    match &release.stage {
        Stage::Held {
            reason: HoldReason::HandedOver { to },
            ..
        } => Some(Said::OffNotDriver { driver: to.clone() }),
        Stage::Completed | Stage::RolledBack | Stage::Refused { .. } => Some(Said::OffFinished),
        Stage::RollingBack { .. } => Some(Said::OffRollingBack),
        Stage::Planned | Stage::Preflight => Some(Said::OffNotStarted),
        Stage::Shifting | Stage::Baking | Stage::Promoting | Stage::Held { .. } => None,
    }
}

/// Why nothing goes forward.
fn forward(release: &Release, in_contact: bool) -> Option<Said> {
    over(release)
        .or_else(|| (release.health() == GateOutcome::Degraded).then_some(Said::OffDegraded))
        .or_else(|| (!in_contact).then_some(Said::OffNoContact))
}

fn hold(release: &Release) -> Option<Said> {
    over(release).or(match release.stage {
        Stage::Held { .. } => Some(Said::OffHeld),
        Stage::Promoting => Some(Said::OffPromoting),
        _ => None,
    })
}

fn resume(release: &Release) -> Option<Said> {
    (!matches!(release.stage, Stage::Held { .. })).then_some(Said::OffNotHeld)
}

fn approve(release: &Release) -> Option<Said> {
    let asks = release
        .current_phase()
        .is_some_and(|phase| phase.has(Gate::Approval))
        && release.approvals.is_empty();
    (!asks).then_some(Said::OffNothingToApprove)
}

fn skip_bake(release: &Release) -> Option<Said> {
    let baking = matches!(
        release.stage,
        Stage::Baking
            | Stage::Held {
                at: Active::Baking,
                ..
            }
    );
    (!baking).then_some(Said::OffShifting)
}

fn promote(release: &Release) -> Option<Said> {
    (release.stage == Stage::Promoting && release.finishing).then_some(Said::OffPromoting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use release::{Person, Plan, ReleaseId, Timestamp, Version};

    #[test]
    fn nothing_of_a_release_in_other_hands_can_be_moved_here() {
        let version = Version {
            containers: Vec::new(),
            template_hash: String::new(),
        };
        let mut release = Release::planned(
            ReleaseId("R-1".into()),
            "checkout",
            "production",
            version.clone(),
            version,
            Plan::default(),
            Person::named("Mei Lin"),
        );
        release.stage = Stage::Held {
            reason: HoldReason::HandedOver {
                to: "Ada Okafor".into(),
            },
            at: Active::Baking,
            since: Timestamp(0),
        };
        let of_other = Said::OffNotDriver {
            driver: "Ada Okafor".into(),
        };
        let all = controls(&release, true);
        for control in [
            all.hold,
            all.resume,
            all.approve,
            all.skip_bake,
            all.promote,
            all.hand_over,
        ] {
            assert_eq!(control.off_because, Some(of_other.clone()));
        }
    }
}
