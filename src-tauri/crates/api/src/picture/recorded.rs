use super::events::events;
use super::impact::impact;
use super::judgement::judgements;
use super::pods::pods;
use super::rollback::{Readiness, rollback};
use super::signals::signals;
use super::{Told, head, shares, tracks};
use crate::view::{Capsule, Ending, EnvironmentTag, Note, PodsFrom, StageFrom};
use release::{Active, RecordKind, Share, Stage, Timestamp};
use std::collections::BTreeMap;

/// How a release ended, or that it has not.
pub(crate) fn ending(stage: &Stage) -> Ending {
    match stage {
        Stage::Completed => Ending::Completed,
        Stage::RolledBack => Ending::RolledBack,
        Stage::Refused { .. } => Ending::Refused,
        Stage::Held { .. } => Ending::Held,
        _ => Ending::Running,
    }
}

/// The whole record of one release, for the history screen.
pub(crate) fn capsule(
    told: &Told,
    environment: &EnvironmentTag,
    readiness: &Readiness,
    notes: Vec<Note>,
    now: Timestamp,
) -> Capsule {
    let end = told.ended().unwrap_or(now);
    let shares = shares(told, end);
    let last_view = told
        .snapshots
        .iter()
        .rev()
        .find_map(|snapshot| snapshot.workload.as_ref());
    let went_back = told
        .first(|what| matches!(what, RecordKind::RollbackStarted { .. }))
        .is_some();
    Capsule {
        head: head(told, environment, None),
        ending: ending(&told.release().stage),
        phases: tracks(told, end),
        reached: shares.iter().map(|step| step.share).max().unwrap_or(Share::NONE),
        shares,
        stages: stages(told),
        judgements: judgements(told),
        pods: pods_from(told),
        signals: signals(told, end, None, &BTreeMap::new()),
        missing: missing(told),
        events: events(told),
        rollback: went_back.then(|| rollback(told, last_view, readiness, end)),
        impact: impact(told),
        notes,
    }
}

/// Signals of the plan of which nothing was recorded.
fn missing(told: &Told) -> Vec<String> {
    let recorded = |id: &str| {
        told.looks
            .iter()
            .any(|of| of.signal == id && !of.looks.is_empty())
    };
    told.dossier
        .signals
        .iter()
        .filter(|spec| !recorded(&spec.id))
        .map(|spec| spec.name.clone())
        .collect()
}

fn pods_from(told: &Told) -> Vec<PodsFrom> {
    let new = &told.release().to.template_hash;
    let mut from: Vec<PodsFrom> = Vec::new();
    for snapshot in told
        .snapshots
        .iter()
        .filter(|snapshot| snapshot.workload.is_some())
    {
        let pods = pods(snapshot.workload.as_ref(), new);
        if from.last().is_none_or(|last| last.pods != pods) {
            from.push(PodsFrom {
                at: snapshot.at,
                pods,
            });
        }
    }
    from
}

/// The stages in order, read from the lines of the record.
fn stages(told: &Told) -> Vec<StageFrom> {
    let mut stages: Vec<StageFrom> = Vec::new();
    for (at, record) in told.records() {
        let Some(stage) = stage_from(&record.what, at) else {
            continue;
        };
        stages.push(StageFrom {
            at,
            stage,
            phase: u32::try_from(record.phase).unwrap_or(u32::MAX),
        });
    }
    stages
}

/// The stage that a line of the record leads to.
fn stage_from(what: &RecordKind, at: Timestamp) -> Option<Stage> {
    Some(match what {
        RecordKind::Commanded {
            command: release::Command::Start,
        } => Stage::Preflight,
        RecordKind::PreflightFailed { reasons } => Stage::Refused {
            reasons: reasons.clone(),
        },
        RecordKind::PhaseStarted { share } if share.is_whole() => Stage::Promoting,
        RecordKind::PhaseStarted { .. } | RecordKind::Resumed => Stage::Shifting,
        RecordKind::ShareReached { .. } => Stage::Baking,
        RecordKind::PromotionStarted => Stage::Promoting,
        RecordKind::Completed => Stage::Completed,
        RecordKind::Held { reason } => Stage::Held {
            reason: reason.clone(),
            at: Active::Baking,
            since: at,
        },
        RecordKind::RollbackStarted {
            target, automatic, ..
        } => Stage::RollingBack {
            target: target.clone(),
            automatic: *automatic,
            since: at,
        },
        RecordKind::RolledBack => Stage::RolledBack,
        _ => return None,
    })
}
