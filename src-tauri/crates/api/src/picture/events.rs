use super::Told;
use super::gates::{health_reason, judged, pods};
use crate::view::{EventLine, EventWhat, Said};
use history::Happening;
use release::{Command, GateOutcome, HoldReason, Record, RecordKind, Timestamp};

/// The lines of the event list, oldest first. What became of acts is shown where the acts are.
pub(crate) fn events(told: &Told) -> Vec<EventLine> {
    told.lines
        .iter()
        .filter_map(|line| match &line.what {
            Happening::Record { record } => Some((line.at, record)),
            Happening::Intent { .. } | Happening::Outcome { .. } => None,
        })
        .enumerate()
        .map(|(index, (at, record))| EventLine {
            seq: u32::try_from(index).unwrap_or(u32::MAX),
            at,
            what: EventWhat::Record(record.what.clone()),
            reason: reason(told, record, at),
            by: record.by.clone(),
            phase: u32::try_from(record.phase).unwrap_or(u32::MAX),
        })
        .collect()
}

/// Why, where the line itself does not say it: what a person said at the start, and what was known when a rule acted.
fn reason(told: &Told, record: &Record, at: Timestamp) -> Option<Said> {
    match &record.what {
        RecordKind::Commanded {
            command: Command::Start,
        } => verbatim(&told.dossier.reason),
        RecordKind::HealthChanged { to, .. } => health_reason(told, *to, at),
        RecordKind::RollbackStarted { automatic: true, .. } => health_reason(told, GateOutcome::Degraded, at),
        RecordKind::Held {
            reason: HoldReason::NotReady,
        } => Some(pods(told, at)),
        RecordKind::Held {
            reason: HoldReason::EvidenceMissing,
        }
        | RecordKind::BakeExtended { .. } => judged(told, at),
        _ => None,
    }
}

fn verbatim(text: &str) -> Option<Said> {
    let text = text.trim();
    (!text.is_empty()).then(|| Said::Verbatim {
        text: text.to_owned(),
    })
}
