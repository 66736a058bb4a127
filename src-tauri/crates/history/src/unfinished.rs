//! What a new start finds.

use crate::HistoryError;
use crate::decode::from_json;
use crate::event::{self, INTENT, Line, OUTCOME, Row};
use crate::{facts, series};
use conductor::{Intent, OperationId, Outcome, Trail, Unfinished};
use rusqlite::Connection;

/// Every release that is not over, or has an act without an outcome; the oldest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Unfinished>, HistoryError> {
    let mut statement = connection.prepare_cached(
        "SELECT number FROM releases WHERE imported = 0 AND (ended IS NULL OR unsettled = 1) ORDER BY number",
    )?;
    let numbers: Vec<i64> = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    numbers
        .into_iter()
        .map(|number| {
            let acts = event::acts(connection, number)?;
            let dossier = facts::get(connection, number)?;
            Ok(Unfinished {
                trail: trail(&acts)?,
                dossier,
                open_intents: open_intents(&acts)?,
                late_intents: late_intents(&acts)?,
                own_operations: own_operations(&acts)?,
                looks: series::read_looks(connection, number)?,
            })
        })
        .collect()
}

/// Intents whose outcome is not known, the oldest first. An act that was sent again is open again.
pub(crate) fn open_intents(acts: &[Row]) -> Result<Vec<Intent>, HistoryError> {
    let mut open: Vec<(Option<&str>, &Row)> = Vec::new();
    for row in acts {
        let operation = row.operation.as_deref();
        if row.kind == INTENT {
            open.retain(|(other, _)| *other != operation);
            open.push((operation, row));
        } else if row.kind == OUTCOME
            && !matches!(from_json("an outcome", &row.body)?, Outcome::Unknown { .. })
        {
            open.retain(|(other, _)| *other != operation);
        }
    }
    open.into_iter()
        .map(|(_, row)| from_json("an intent", &row.body))
        .collect()
}

/// Intents of which the last that was told is that they never happened, in the order in which that was told.
pub(crate) fn late_intents(acts: &[Row]) -> Result<Vec<Intent>, HistoryError> {
    let mut late: Vec<&Row> = Vec::new();
    for (place, row) in acts.iter().enumerate() {
        late.retain(|other| other.operation != row.operation);
        if row.kind == OUTCOME && from_json::<Outcome>("an outcome", &row.body)? == Outcome::NeverHappened {
            late.extend(intent_of(&acts[..place], row.operation.as_deref()));
        }
    }
    late.into_iter()
        .map(|row| from_json("an intent", &row.body))
        .collect()
}

/// What the acts left on the object.
fn trail(acts: &[Row]) -> Result<Trail, HistoryError> {
    let lines: Vec<Option<Line>> = acts.iter().map(Row::line).collect::<Result<_, _>>()?;
    Ok(Trail::of_record(
        lines.iter().flatten().filter_map(|line| line.what.told()),
    ))
}

fn intent_of<'a>(acts: &'a [Row], operation: Option<&str>) -> Option<&'a Row> {
    let mut newest_first = acts.iter().rev();
    newest_first.find(|row| row.kind == INTENT && row.operation.as_deref() == operation)
}

/// Operations that the cluster accepted or may have accepted, in the order in which they were sent first.
pub(crate) fn own_operations(acts: &[Row]) -> Result<Vec<OperationId>, HistoryError> {
    let mut found: Vec<(String, bool, bool)> = Vec::new();
    for row in acts {
        let Some(operation) = row.operation.clone() else {
            continue;
        };
        let place = match found.iter().position(|(other, _, _)| *other == operation) {
            Some(place) => place,
            None => {
                found.push((operation, false, true));
                found.len() - 1
            }
        };
        let Some((_, accepted, possible)) = found.get_mut(place) else {
            continue;
        };
        if row.kind == INTENT {
            *possible = true;
        } else {
            let outcome: Outcome = from_json("an outcome", &row.body)?;
            *accepted |= outcome.is_accepted();
            // What was not found on the object may still have been on its way when it was looked up.
            *possible = !matches!(outcome, Outcome::Refused { .. });
        }
    }
    Ok(found
        .into_iter()
        .filter(|(_, accepted, possible)| *accepted || *possible)
        .map(|(operation, _, _)| OperationId(operation))
        .collect())
}
