use super::Told;
use crate::view::{GateState, PhaseGate, Said};
use conductor::{ArmPods, Snapshot, WorkloadView, readiness};
use judge::ReleaseVerdict;
use release::{
    Command, Gate, GateOutcome, Passage, PassedBy, Person, Phase, RecordKind, Release, Stage, Timestamp,
};

/// One phase as its gates need it.
pub(crate) struct Asked<'a> {
    /// Which, counted from 0.
    pub(crate) index: usize,
    /// As planned.
    pub(crate) phase: &'a Phase,
    /// Whether its share was ever aimed at.
    pub(crate) visited: bool,
    /// How it was passed, if it was.
    pub(crate) passage: Option<&'a Passage>,
    /// When it ended, if it did.
    pub(crate) ended_at: Option<Timestamp>,
}

/// The gates of a phase, each with what it rests on.
pub(crate) fn gates(told: &Told, asked: &Asked<'_>, now: Timestamp) -> Vec<PhaseGate> {
    let of = |gate: &Gate| {
        let state = state(told, asked, *gate);
        PhaseGate {
            gate: *gate,
            state,
            because: Some(because(told, asked, *gate, state, now)),
        }
    };
    asked.phase.gates.iter().map(of).collect()
}

fn state(told: &Told, asked: &Asked<'_>, gate: Gate) -> GateState {
    let release = told.release();
    match asked.passage.map(|passage| &passage.by) {
        Some(PassedBy::Gates) => return GateState::Passed,
        Some(_) => return GateState::Pending,
        None if release.phase != asked.index || !asked.visited => return GateState::Pending,
        None => {}
    }
    match gate {
        Gate::Readiness => standing(release.readiness),
        Gate::Verdict => standing(release.verdict),
        Gate::Approval if release.approvals.is_empty() => GateState::Pending,
        Gate::Approval => GateState::Passed,
    }
}

fn standing(outcome: GateOutcome) -> GateState {
    match outcome {
        GateOutcome::Healthy => GateState::Passed,
        GateOutcome::Degraded => GateState::Failed,
        GateOutcome::NotEnoughEvidence => GateState::Pending,
    }
}

fn because(told: &Told, asked: &Asked<'_>, gate: Gate, state: GateState, now: Timestamp) -> Said {
    let release = told.release();
    match asked.passage.map(|passage| &passage.by) {
        Some(PassedBy::SkippedBake { by, reason }) => {
            return Said::GateSkipped {
                by: by.name.clone(),
                reason: reason.clone(),
            };
        }
        Some(PassedBy::Promoted { by, reason }) => {
            return Said::GatePromoted {
                by: by.name.clone(),
                reason: reason.clone(),
            };
        }
        Some(PassedBy::Gates) | None => {}
    }
    if !asked.visited {
        return Said::GateNotAsked {
            over: is_over(release),
        };
    }
    let until = asked.ended_at.unwrap_or(now);
    match gate {
        Gate::Readiness => pods(told, until),
        Gate::Verdict => judged(told, until).unwrap_or(Said::GateNoVerdict),
        Gate::Approval => approval(told, asked, state),
    }
}

/// Nothing is asked any more.
fn is_over(release: &Release) -> bool {
    release.stage.is_end() || matches!(release.stage, Stage::RollingBack { .. })
}

/// How many pods of the new version were Ready at the last look until then, or what is wrong with one.
pub(crate) fn pods(told: &Told, until: Timestamp) -> Said {
    let release = told.release();
    let version = release.to.label();
    let view = told
        .seen_until(until)
        .and_then(|snapshot| snapshot.workload.as_ref());
    let Some(arm) = view.and_then(|view| view.arm(&release.to.template_hash)) else {
        return Said::GatePods {
            ready: 0,
            wanted: 0,
            version,
        };
    };
    match failing(arm) {
        Some((count, reason)) => Said::GatePodsFail {
            failing: count,
            wanted: arm.wanted,
            version,
            reason,
        },
        None => Said::GatePods {
            ready: arm.ready,
            wanted: arm.wanted,
            version,
        },
    }
}

/// Pods in trouble that waiting is not expected to end, and the first one's reason.
fn failing(arm: &ArmPods) -> Option<(u32, String)> {
    let lasting: Vec<_> = arm.troubles.iter().filter(|trouble| trouble.lasting).collect();
    let first = lasting.first()?;
    let mut pods: Vec<&str> = lasting.iter().map(|trouble| trouble.pod.as_str()).collect();
    pods.sort_unstable();
    pods.dedup();
    Some((
        u32::try_from(pods.len()).unwrap_or(u32::MAX),
        first.reason.clone(),
    ))
}

fn approval(told: &Told, asked: &Asked<'_>, state: GateState) -> Said {
    let given = told.records().rev().find_map(|(at, record)| match &record.what {
        RecordKind::Commanded {
            command: Command::Approve { reason },
        } if record.phase == asked.index => Some(Said::GateApproved {
            by: record
                .by
                .as_ref()
                .map_or_else(String::new, |by: &Person| by.name.clone()),
            reason: reason.clone(),
            at,
        }),
        _ => None,
    });
    match given.filter(|_| state == GateState::Passed) {
        Some(given) => given,
        None if is_over(told.release()) => Said::GateNotAsked { over: true },
        None => Said::GateAsksPerson,
    }
}

/// What the judge said at the last look until then.
pub(crate) fn judged(told: &Told, until: Timestamp) -> Option<Said> {
    if told.dossier.signals.is_empty() {
        return None;
    }
    let verdict = told.seen_until(until)?.verdict.as_ref()?;
    Some(Said::Judged {
        evidence: evidence(verdict),
        sentence: verdict.sentence.clone(),
    })
}

/// How far the required signals are on the way to a verdict, 0 to 1: the one with the least decides.
fn evidence(verdict: &ReleaseVerdict) -> f64 {
    let needed = verdict.signals.iter().filter(|signal| signal.role.is_required());
    needed
        .map(|signal| signal.evidence.fraction)
        .reduce(f64::min)
        .unwrap_or(0.0)
}

/// Why the health was found to be what it is: pods, if they say so, else the judge.
pub(crate) fn health_reason(told: &Told, to: GateOutcome, at: Timestamp) -> Option<Said> {
    let new = &told.release().to.template_hash;
    let view: Option<&WorkloadView> = told
        .seen_until(at)
        .and_then(|snapshot: &Snapshot| snapshot.workload.as_ref());
    let ready = view.map(|view| readiness(view, new));
    let judge = judged(told, at);
    let judge_says =
        |to: GateOutcome| match told.seen_until(at).and_then(|snapshot| snapshot.verdict.as_ref()) {
            Some(verdict) => match verdict.verdict {
                judge::Verdict::Healthy => to == GateOutcome::Healthy,
                judge::Verdict::Degraded => to == GateOutcome::Degraded,
                judge::Verdict::NotEnoughEvidence => to == GateOutcome::NotEnoughEvidence,
            },
            None => false,
        };
    if judge.is_some() && judge_says(to) {
        return judge;
    }
    (ready == Some(to)).then(|| pods(told, at))
}
