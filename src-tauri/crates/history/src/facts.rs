//! The dossier in pieces: what every step rewrites, what never changes, and the manifests.

use crate::HistoryError;
use crate::decode::{from_json, to_json};
use crate::manifest::{self, Role};
use conductor::{Dossier, OperationId, WorkloadRef};
use judge::SignalSpec;
use release::{Release, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

/// A dossier without the release, the manifests and the operations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    workload: WorkloadRef,
    uid: String,
    created: Timestamp,
    reason: String,
    signals: Vec<SignalSpec>,
    judging: judge::Options,
    epoch: u64,
}

impl Body {
    fn of(dossier: &Dossier) -> Body {
        Body {
            workload: dossier.workload.clone(),
            uid: dossier.uid.clone(),
            created: dossier.created,
            reason: dossier.reason.clone(),
            signals: dossier.signals.clone(),
            judging: dossier.judging,
            epoch: dossier.epoch,
        }
    }
}

/// Stores what is not in the release's own row.
pub(crate) fn put(connection: &Connection, number: i64, dossier: &Dossier) -> Result<(), HistoryError> {
    connection
        .prepare_cached(
            "INSERT INTO dossiers (release, opened, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (release) DO UPDATE SET body = excluded.body",
        )?
        .execute((
            number,
            to_json("a release's state", &dossier.release)?,
            to_json("a dossier", &Body::of(dossier))?,
        ))?;
    manifest::put(connection, number, Role::Before, "", &dossier.before)?;
    manifest::put(connection, number, Role::New, "", &dossier.new_template)?;
    for (hash, template) in &dossier.other_templates {
        manifest::put(connection, number, Role::Other, hash, template)?;
    }
    Ok(())
}

/// The dossier as of the last step.
pub(crate) fn get(connection: &Connection, number: i64) -> Result<Dossier, HistoryError> {
    let (state, body, operations, last_operation) = connection
        .prepare_cached(
            "SELECT state, body, operations, last_operation FROM releases JOIN dossiers ON release = number
             WHERE number = ?1",
        )?
        .query_row([number], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, Option<String>>(3)?,
            ))
        })
        .optional()?
        .ok_or_else(|| HistoryError::UnknownRelease {
            id: format!("R-{number}"),
        })?;
    let release: Release = from_json("a release's state", &state)?;
    let body: Body = from_json("a dossier", &body)?;
    Ok(Dossier {
        release,
        workload: body.workload,
        uid: body.uid,
        created: body.created,
        reason: body.reason,
        before: manifest::get(connection, number, Role::Before)?.into(),
        new_template: manifest::get(connection, number, Role::New)?.into(),
        other_templates: manifest::all(connection, number, Role::Other)?
            .into_iter()
            .map(|(hash, template)| (hash, template.into()))
            .collect(),
        signals: body.signals,
        judging: body.judging,
        epoch: body.epoch,
        last_operation: last_operation.map(OperationId),
        operations: u64::try_from(operations).unwrap_or(0),
    })
}

/// The state that the release was written down with first.
pub(crate) fn opened(connection: &Connection, number: i64) -> Result<Release, HistoryError> {
    let json: String = connection
        .prepare_cached("SELECT opened FROM dossiers WHERE release = ?1")?
        .query_row([number], |row| row.get(0))?;
    from_json("a release's state", &json)
}
