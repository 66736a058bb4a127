use super::Told;
use super::impact::is_bad;
use conductor::WorkloadView;
use release::{GateOutcome, RecordKind, Release, RollbackTarget, Stage, Timestamp, Version};

/// What a rollback goes back to.
pub(crate) fn target_version(release: &Release) -> Version {
    match &release.stage {
        Stage::RollingBack {
            target: RollbackTarget::Revision { version, .. },
            ..
        } => version.clone(),
        _ if release.kind == release::ReleaseKind::Rollback => release.to.clone(),
        _ => release.from.clone(),
    }
}

/// When the last rollback was asked for.
pub(crate) fn asked_back(told: &Told) -> Option<Timestamp> {
    told.last(|what| matches!(what, RecordKind::RollbackStarted { .. }))
}

/// When something of the workload was first seen, not before a moment.
fn first_seen(told: &Told, from: Timestamp, is: impl Fn(&WorkloadView) -> bool) -> Option<Timestamp> {
    let later = told.snapshots.partition_point(|snapshot| snapshot.at < from);
    told.snapshots[later..]
        .iter()
        .find(|snapshot| snapshot.workload.as_ref().is_some_and(&is))
        .map(|snapshot| snapshot.at)
}

/// When the target of a rollback was first seen to serve everything: as many Ready pods as are wanted, and none of any other
/// version.
pub(crate) fn served_again(told: &Told, asked: Timestamp) -> Option<Timestamp> {
    let target = target_version(told.release()).template_hash;
    first_seen(told, asked, |view| {
        let ready = view.arm(&target).map_or(0, |arm| arm.ready);
        ready >= view.replicas && ready == view.ready()
    })
}

/// When the pods of the version that was gone back from were first seen to be gone.
pub(crate) fn gone_again(told: &Told, asked: Timestamp) -> Option<Timestamp> {
    let target = target_version(told.release()).template_hash;
    first_seen(told, asked, |view| {
        view.arms
            .iter()
            .filter(|arm| arm.version.template_hash != target)
            .all(|arm| arm.pods + arm.terminating == 0)
    })
}

/// The first bad sample before the last rollback: of those since the release was last found healthy, because a single bad
/// look long before is not what it was rolled back for. Without bad samples it is when the health was found degraded.
pub(crate) fn turned_bad(told: &Told, asked: Timestamp) -> Option<Timestamp> {
    let found = |wanted: GateOutcome, from: Timestamp| {
        told.records()
            .filter(move |(at, _)| *at >= from && *at <= asked)
            .filter(move |(_, record)| matches!(record.what, RecordKind::HealthChanged { to, .. } if to == wanted))
            .map(|(at, _)| at)
    };
    let healthy = found(GateOutcome::Healthy, told.dossier.created)
        .next_back()
        .unwrap_or(told.dossier.created);
    let samples = told.dossier.signals.iter().filter_map(|spec| {
        let looks = told.looks.iter().find(|of| of.signal == spec.id)?;
        let times = looks.looks.iter().filter(|look| is_bad(spec, look));
        times
            .map(|look| Timestamp(look.at_ms))
            .find(|at| *at > healthy && *at <= asked)
    });
    samples
        .min()
        .or_else(|| found(GateOutcome::Degraded, healthy).next())
}

/// How long users waited for the way back, in seconds: from the first bad sample (without one, from asking) until the old
/// version was seen to serve everything again. `None` for a release that is not back.
pub(crate) fn recovery_seconds(told: &Told) -> Option<f64> {
    if told.release().stage != Stage::RolledBack {
        return None;
    }
    let asked = asked_back(told)?;
    let began = turned_bad(told, asked).unwrap_or(asked);
    let ended = served_again(told, asked).or_else(|| told.ended())?;
    Some(ended.millis_since(began) as f64 / 1000.0)
}
