use super::Told;
use super::recovery::{asked_back, gone_again, served_again, target_version};
use crate::view::{
    Check, CheckState, Estimate, Rollback, RollbackChoice, RollbackSpot, RollbackStep, Said, StepState,
};
use conductor::{ActKind, Outcome, Revision, WorkloadView};
use history::Happening;
use release::{GateOutcome, Release, RollbackTarget, Stage, Timestamp, Version};

/// What is known about the way back besides what the release itself knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness {
    /// What was checked.
    pub(crate) checks: Vec<Check>,
    /// When.
    pub(crate) checked_at: Option<Timestamp>,
    /// How long it should take.
    pub(crate) estimate: Option<Estimate>,
    /// Other revisions that are known.
    pub(crate) others: Vec<RollbackChoice>,
    /// The command that does the same by hand.
    pub(crate) by_hand: Option<String>,
}

/// The spot bottom right. It is never off while there is somewhere to go back to.
pub(crate) fn rollback(
    told: &Told,
    view: Option<&WorkloadView>,
    readiness: &Readiness,
    now: Timestamp,
) -> Rollback {
    let release = told.release();
    let mut checks = warmth(release, view);
    checks.extend(readiness.checks.iter().cloned());
    Rollback {
        spot: spot(told, &checks, readiness.estimate.as_ref(), now),
        target: Some(before(release, view)),
        checks,
        checked_at: readiness.checked_at,
        estimate: readiness.estimate.clone(),
        steps: steps(told, view, now),
        others: readiness.others.clone(),
        by_hand: readiness.by_hand.clone(),
    }
}

fn before(release: &Release, view: Option<&WorkloadView>) -> RollbackChoice {
    RollbackChoice {
        target: RollbackTarget::Before,
        label: release.from.label(),
        containers: release.from.containers.clone(),
        made_at: None,
        warm_pods: ready_of(view, &release.from),
    }
}

/// A revision as something that can be gone back to.
pub(crate) fn choice(revision: &Revision, view: Option<&WorkloadView>) -> RollbackChoice {
    RollbackChoice {
        target: RollbackTarget::Revision {
            revision: revision.revision,
            version: revision.version.clone(),
        },
        label: revision.version.label(),
        containers: revision.version.containers.clone(),
        made_at: revision.created,
        warm_pods: ready_of(view, &revision.version),
    }
}

fn ready_of(view: Option<&WorkloadView>, version: &Version) -> u32 {
    view.and_then(|view| view.arm(&version.template_hash))
        .map_or(0, |arm| arm.ready)
}

/// Whether the old pods are still there.
fn warmth(release: &Release, view: Option<&WorkloadView>) -> Vec<Check> {
    let Some(view) = view else { return Vec::new() };
    let warm = ready_of(Some(view), &release.from);
    let missing = view.replicas.saturating_sub(warm);
    let version = release.from.label();
    let mut checks = Vec::new();
    if warm > 0 {
        let said = Said::PodsWarm {
            count: warm,
            version: version.clone(),
        };
        checks.push(Check {
            state: CheckState::Passed,
            said,
        });
    }
    if missing > 0 {
        let said = Said::PodsMustStart {
            count: missing,
            version,
        };
        checks.push(Check {
            state: CheckState::Passed,
            said,
        });
    }
    checks
}

fn spot(told: &Told, checks: &[Check], estimate: Option<&Estimate>, now: Timestamp) -> RollbackSpot {
    let release = told.release();
    match &release.stage {
        Stage::RollingBack { automatic, since, .. } => {
            let seconds = now.millis_since(*since) as f64 / 1000.0;
            let slow = estimate.is_some_and(|estimate| seconds > 2.0 * estimate.seconds.max(1.0));
            RollbackSpot::Running {
                since: *since,
                automatic: *automatic,
                slow,
            }
        }
        Stage::RolledBack => {
            let at = told.ended().unwrap_or(now);
            let began = asked_back(told).unwrap_or(at);
            RollbackSpot::Finished {
                at,
                seconds: at.millis_since(began) as f64 / 1000.0,
            }
        }
        Stage::Planned | Stage::Preflight | Stage::Refused { .. } => RollbackSpot::Nothing {
            because: Said::OffNotStarted,
        },
        _ if release.health() == GateOutcome::Degraded => RollbackSpot::Degraded,
        _ if checks.iter().any(|check| check.state == CheckState::Failed) => RollbackSpot::PreflightFailed,
        _ => RollbackSpot::Ready,
    }
}

/// The steps of a rollback, once it runs or has run.
fn steps(told: &Told, view: Option<&WorkloadView>, now: Timestamp) -> Vec<RollbackStep> {
    let release = told.release();
    let over = release.stage == Stage::RolledBack;
    if !over && !matches!(release.stage, Stage::RollingBack { .. }) {
        return Vec::new();
    }
    let Some(began) = asked_back(told) else {
        return Vec::new();
    };
    let ended = told.ended().filter(|_| over);
    let served = served_again(told, began).or(ended);
    let cleared = gone_again(told, began).or(ended).max(served);
    let target = target_version(release);
    let label = target.label();
    let accepted = accepted_after(told, began);
    let ready = ready_of(view, &target);
    let wanted = view.map_or(0, |view| view.replicas);
    let new_left = view
        .and_then(|view| view.arm(&release.to.template_hash))
        .map_or(0, |arm| arm.pods + arm.terminating);
    let serves_all = over || (accepted.is_some() && view.is_some() && ready >= wanted);
    let gone = over || (accepted.is_some() && view.is_some() && new_left == 0);
    let span = |until: Option<Timestamp>| Some(until.unwrap_or(now).millis_since(began) as f64 / 1000.0);
    let step = |said, done: bool, before_done: bool, until, detail| RollbackStep {
        said,
        state: if done {
            StepState::Done
        } else if before_done {
            StepState::Running
        } else {
            StepState::Pending
        },
        seconds: if done || before_done { span(until) } else { None },
        detail,
    };
    vec![
        step(
            Said::StepRestoreTemplate {
                version: label.clone(),
            },
            accepted.is_some() || over,
            true,
            accepted.or(ended),
            None,
        ),
        step(
            Said::StepOldServesAll { version: label },
            serves_all,
            accepted.is_some(),
            served,
            (!over).then_some(Said::PodsReadyOf { ready, wanted }),
        ),
        step(
            Said::StepNewGone {
                version: release.to.label(),
            },
            gone,
            serves_all,
            cleared,
            None,
        ),
        step(Said::StepRestoreFields, over, gone && serves_all, ended, None),
    ]
}

/// When the cluster accepted the patch that puts the template back.
fn accepted_after(told: &Told, began: Timestamp) -> Option<Timestamp> {
    let operation = told.lines.iter().find_map(|line| match &line.what {
        Happening::Intent { intent } if line.at >= began && intent.act.kind == ActKind::RollBack => {
            Some(&intent.act.operation)
        }
        _ => None,
    });
    told.lines.iter().rev().find_map(|line| match &line.what {
        Happening::Outcome {
            operation: of,
            outcome: Outcome::Accepted { .. },
        } if Some(of) == operation => Some(line.at),
        _ => None,
    })
}
