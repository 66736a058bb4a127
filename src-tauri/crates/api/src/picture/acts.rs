use super::Told;
use crate::view::{Act, ActKind, ActStatus, Failure};
use conductor::{ActProgress, ActStep, Intent, Outcome};
use history::Happening;
use release::Timestamp;

/// The last act on the cluster with what became of it.
pub(crate) fn last_act(told: &Told) -> Option<Act> {
    let (asked_at, intent) = told.lines.iter().rev().find_map(|line| match &line.what {
        Happening::Intent { intent } => Some((line.at, intent.as_ref())),
        _ => None,
    })?;
    Some(act(told, asked_at, intent))
}

fn act(told: &Told, asked_at: Timestamp, intent: &Intent) -> Act {
    let mut status = ActStatus::Sent;
    let mut failure = None;
    let mut accepted_at = None;
    let mut settled_at = None;
    for (at, outcome) in outcomes(told, intent) {
        match outcome {
            Outcome::Accepted { .. } => {
                status = ActStatus::Accepted;
                accepted_at = accepted_at.or(Some(at));
            }
            Outcome::Applied => status = ActStatus::Applied,
            Outcome::Settled => {
                status = ActStatus::Settled;
                settled_at = settled_at.or(Some(at));
            }
            Outcome::Refused { message } => {
                status = ActStatus::Refused;
                failure = Some(refused(message));
            }
            Outcome::Unknown { .. } => status = ActStatus::Unknown,
            Outcome::NeverHappened => status = ActStatus::Refused,
            Outcome::CannotTell => status = ActStatus::Unknown,
        }
    }
    let after = |at: Option<Timestamp>| at.map(|at| at.millis_since(asked_at) as f64);
    Act {
        operation: intent.act.operation.0.clone(),
        kind: kind(&intent.act.kind),
        status,
        asked_at,
        accepted_after_ms: after(accepted_at),
        settled_after_ms: after(settled_at),
        failure,
    }
}

/// An act that a person's command has just sent. `took` is the time from the command to the cluster's answer, in milliseconds.
pub(crate) fn sent_act(act: &ActProgress, kind: ActKind, asked_at: Timestamp, took: f64) -> Act {
    let (status, failure) = match act.step {
        ActStep::Sent => (ActStatus::Sent, None),
        ActStep::Accepted => (ActStatus::Accepted, None),
        ActStep::Applied => (ActStatus::Applied, None),
        ActStep::Settled => (ActStatus::Settled, None),
        ActStep::Unknown => (ActStatus::Unknown, None),
        ActStep::Refused => (ActStatus::Refused, Some(refused(&act.message))),
    };
    Act {
        operation: act.operation.0.clone(),
        kind,
        status,
        asked_at,
        accepted_after_ms: act.generation.map(|_| took),
        settled_after_ms: None,
        failure,
    }
}

fn outcomes<'a>(told: &'a Told, intent: &'a Intent) -> impl Iterator<Item = (Timestamp, &'a Outcome)> {
    told.lines.iter().filter_map(|line| match &line.what {
        Happening::Outcome { operation, outcome } if *operation == intent.act.operation => {
            Some((line.at, outcome))
        }
        _ => None,
    })
}

fn refused(message: &str) -> Failure {
    Failure {
        code: "act-refused".into(),
        message: format!("The cluster refused the change, so nothing was changed: {message}"),
        hint: "Read the cluster's sentence; the release stays where it is until you decide.".into(),
    }
}

fn kind(kind: &conductor::ActKind) -> ActKind {
    use conductor::ActKind as Act;
    match kind {
        Act::Begin { .. } => ActKind::Start,
        Act::AddPods { .. } | Act::MakeRoom { .. } => ActKind::Advance,
        Act::Promote | Act::RestoreDeadline => ActKind::Promote,
        Act::RollBack | Act::RestoreSurge | Act::Tidy => ActKind::RollBack,
        Act::TakeOver => ActKind::TakeOver,
    }
}
