use super::Told;
use crate::view::{Judgement, JudgementFrom};
use conductor::{Snapshot, readiness};
use release::{GateOutcome, RecordKind, Timestamp};

/// What is known about the health now.
pub(crate) fn judgement(told: &Told) -> Judgement {
    let release = told.release();
    let verdict = told
        .snapshots
        .iter()
        .rev()
        .find_map(|snapshot| snapshot.verdict.clone());
    let (outcome, since) = outcome_at(told, Timestamp(i64::MAX));
    Judgement {
        outcome,
        since,
        readiness: release.readiness,
        verdict: verdict.filter(|_| !told.dossier.signals.is_empty()),
    }
}

/// What was known about the health, moment by moment.
pub(crate) fn judgements(told: &Told) -> Vec<JudgementFrom> {
    told.snapshots
        .iter()
        .map(|snapshot| JudgementFrom {
            at: snapshot.at,
            judgement: at(told, snapshot),
        })
        .collect()
}

fn at(told: &Told, snapshot: &Snapshot) -> Judgement {
    let (outcome, since) = outcome_at(told, snapshot.at);
    let new = &told.release().to.template_hash;
    Judgement {
        outcome,
        since,
        readiness: snapshot
            .workload
            .as_ref()
            .map_or(GateOutcome::NotEnoughEvidence, |view| readiness(view, new)),
        verdict: snapshot
            .verdict
            .clone()
            .filter(|_| !told.dossier.signals.is_empty()),
    }
}

/// What the release went by at a moment, and since when.
fn outcome_at(told: &Told, moment: Timestamp) -> (GateOutcome, Timestamp) {
    told.records()
        .take_while(|(at, _)| *at <= moment)
        .filter_map(|(at, record)| match record.what {
            RecordKind::HealthChanged { to, .. } => Some((to, at)),
            _ => None,
        })
        .last()
        .unwrap_or((GateOutcome::NotEnoughEvidence, told.dossier.created))
}
