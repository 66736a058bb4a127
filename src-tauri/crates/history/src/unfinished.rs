//! What a new start finds.

use crate::HistoryError;
use crate::decode::from_json;
use crate::event::{self, INTENT, OUTCOME, Row};
use crate::{facts, series};
use conductor::{Intent, OperationId, Outcome, Unfinished};
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
            Ok(Unfinished {
                dossier: facts::get(connection, number)?,
                open_intents: open_intents(&acts)?,
                own_operations: own_operations(&acts)?,
                looks: series::read_looks(connection, number)?,
            })
        })
        .collect()
}

/// Whether the outcome says that the cluster took the act.
pub(crate) fn is_accepted(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Accepted { .. } | Outcome::Applied | Outcome::Settled
    )
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
            *accepted |= is_accepted(&outcome);
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
