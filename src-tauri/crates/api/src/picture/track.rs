use super::Told;
use super::gates::{Asked, gates};
use crate::view::{PhaseState, PhaseTrack};
use release::{Passage, PassedBy, Phase, RecordKind, Release, Stage, Timestamp};

/// The phases as planned and as they went until `now`.
pub(crate) fn tracks(told: &Told, now: Timestamp) -> Vec<PhaseTrack> {
    let release = told.release();
    let mut free = told
        .first(|what| matches!(what, RecordKind::PhaseStarted { .. }))
        .unwrap_or(told.dossier.created);
    let mut tracks = Vec::with_capacity(release.plan.phases.len());
    for (index, phase) in release.plan.phases.iter().enumerate() {
        let track = track(told, index, phase, free, now);
        free = track.planned_end;
        tracks.push(track);
    }
    tracks
}

fn track(told: &Told, index: usize, phase: &Phase, free: Timestamp, now: Timestamp) -> PhaseTrack {
    let release = told.release();
    let current = release.phase == index;
    let started_at = told
        .records()
        .find(|(_, record)| record.phase == index && matches!(record.what, RecordKind::PhaseStarted { .. }))
        .map(|(at, _)| at);
    let passage = release.passages.iter().find(|passage| passage.phase == index);
    let visited = started_at.is_some();
    let ended_at = passage.map(|passage| passage.at).filter(|_| visited).or_else(|| {
        // A rollback ends the phase it finds.
        let back = told.last(|what| matches!(what, RecordKind::RollbackStarted { .. }))?;
        (current && visited && is_back(release)).then_some(back)
    });
    let must_bake = must_bake_seconds(release, phase, current);
    let planned_start = started_at.unwrap_or(free);
    let planned_end = ended_at.unwrap_or_else(|| {
        let left = if current {
            (must_bake - seconds(release.baked_millis)).max(0.0)
        } else {
            must_bake
        };
        let from = if visited {
            planned_start.max(now)
        } else {
            planned_start
        };
        Timestamp(from.0.saturating_add((left * 1000.0) as i64))
    });
    let baked = match (current, passage) {
        (true, None) => release.baked_millis,
        _ => baked_millis(told, index),
    };
    PhaseTrack {
        share: phase.share,
        bake_seconds: seconds(phase.bake_millis()),
        bake_maximum_seconds: seconds(phase.bake_maximum_millis()),
        planned_start,
        planned_end,
        started_at,
        ended_at,
        baked_seconds: seconds(baked),
        must_bake_seconds: must_bake,
        state: state(release, index, passage, visited),
        gates: gates(
            told,
            &Asked {
                index,
                phase,
                visited,
                passage,
                ended_at,
            },
            now,
        ),
        owner: phase.owner.clone(),
        goal: phase.goal.clone(),
    }
}

fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

fn must_bake_seconds(release: &Release, phase: &Phase, current: bool) -> f64 {
    let millis = if current && release.extended {
        phase.bake_maximum_millis()
    } else {
        phase.bake_millis()
    };
    seconds(millis)
}

/// The bake of a phase that is over, as the record counted it.
fn baked_millis(told: &Told, index: usize) -> u64 {
    told.records()
        .find_map(|(_, record)| match record.what {
            RecordKind::PhasePassed { baked_millis } if record.phase == index => Some(baked_millis),
            _ => None,
        })
        .unwrap_or(0)
}

fn is_back(release: &Release) -> bool {
    matches!(release.stage, Stage::RollingBack { .. } | Stage::RolledBack)
}

fn state(release: &Release, index: usize, passage: Option<&Passage>, visited: bool) -> PhaseState {
    if let Some(passage) = passage {
        return match passage.by {
            PassedBy::Gates => PhaseState::Passed,
            PassedBy::SkippedBake { .. } | PassedBy::Promoted { .. } => PhaseState::Skipped,
        };
    }
    if release.phase != index || !visited {
        return PhaseState::Planned;
    }
    match &release.stage {
        Stage::Shifting | Stage::Promoting => PhaseState::Shifting,
        Stage::Baking => PhaseState::Baking,
        Stage::Held { .. } => PhaseState::Held,
        Stage::RollingBack { .. } | Stage::RolledBack => PhaseState::Failed,
        Stage::Completed => PhaseState::Passed,
        Stage::Planned | Stage::Preflight | Stage::Refused { .. } => PhaseState::Planned,
    }
}
