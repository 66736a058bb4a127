use super::Told;
use crate::view::{EventLine, EventWhat};
use history::Happening;

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
            reason: None,
            by: record.by.clone(),
            phase: u32::try_from(record.phase).unwrap_or(u32::MAX),
        })
        .collect()
}
