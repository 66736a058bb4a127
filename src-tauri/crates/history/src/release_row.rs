//! The release's own row: what lists and searches need, and the state now.

use crate::HistoryError;
use crate::decode::to_json;
use conductor::Dossier;
use release::{Release, ReleaseKind, Stage, Timestamp};
use rusqlite::{Connection, ErrorCode};

/// The stage's name as it is stored and sent to the window: the tag of its serialised form.
pub(crate) fn stage_name(stage: &Stage) -> &'static str {
    match stage {
        Stage::Planned => "planned",
        Stage::Preflight => "preflight",
        Stage::Shifting => "shifting",
        Stage::Baking => "baking",
        Stage::Promoting => "promoting",
        Stage::Completed => "completed",
        Stage::RollingBack { .. } => "rollingBack",
        Stage::RolledBack => "rolledBack",
        Stage::Held { .. } => "held",
        Stage::Refused { .. } => "refused",
    }
}

fn kind_name(kind: ReleaseKind) -> &'static str {
    match kind {
        ReleaseKind::Rollout => "rollout",
        ReleaseKind::Rollback => "rollback",
    }
}

pub(crate) fn kind_of(name: &str) -> ReleaseKind {
    match name {
        "rollback" => ReleaseKind::Rollback,
        _ => ReleaseKind::Rollout,
    }
}

fn haystack(dossier: &Dossier) -> String {
    let release = &dossier.release;
    let mut words = vec![
        release.application.clone(),
        release.environment.clone(),
        dossier.workload.namespace.clone(),
        dossier.workload.name.clone(),
        release.from.label(),
        release.to.label(),
        release.started_by.name.clone(),
        dossier.reason.clone(),
        release.id.0.clone(),
    ];
    let images = |version: &release::Version| {
        version
            .containers
            .iter()
            .map(|c| c.image.clone())
            .collect::<Vec<_>>()
    };
    words.extend(images(&release.from));
    words.extend(images(&release.to));
    words.join("\n").to_lowercase()
}

/// Adds the row; the database gives the number.
pub(crate) fn insert(
    connection: &Connection,
    dossier: &Dossier,
    ended: Option<Timestamp>,
    imported: bool,
) -> Result<i64, HistoryError> {
    let release = &dossier.release;
    let inserted = connection
        .prepare_cached(
            "INSERT INTO releases (id, kind, application, environment, namespace, workload, from_label, to_label,
                 started_by, reason, created, ended, stage, imported, haystack, operations, last_operation, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        )?
        .execute(rusqlite::params![
            release.id.0,
            kind_name(release.kind),
            release.application,
            release.environment,
            dossier.workload.namespace,
            dossier.workload.name,
            release.from.label(),
            release.to.label(),
            release.started_by.name,
            dossier.reason,
            dossier.created.0,
            ended.map(|at| at.0),
            stage_name(&release.stage),
            imported,
            haystack(dossier),
            i64::try_from(dossier.operations).unwrap_or(i64::MAX),
            dossier.last_operation.as_ref().map(|operation| &operation.0),
            to_json("a release's state", release)?,
        ]);
    match inserted {
        Ok(_) => Ok(connection.last_insert_rowid()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(HistoryError::Exists {
                id: release.id.0.clone(),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes the state after a step.
pub(crate) fn set_state(
    connection: &Connection,
    number: i64,
    at: Timestamp,
    release: &Release,
    json: &str,
) -> Result<(), HistoryError> {
    // A release that stays at its end keeps the time at which it ended.
    connection
        .prepare_cached(
            "UPDATE releases SET stage = ?2, state = ?3, ended = CASE WHEN ?4 THEN coalesce(ended, ?5) END
             WHERE number = ?1",
        )?
        .execute((
            number,
            stage_name(&release.stage),
            json,
            release.stage.is_end(),
            at.0,
        ))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_name_of_a_stage_is_the_tag_that_the_window_reads() {
        let at = Timestamp(1);
        let stages = [
            Stage::Planned,
            Stage::Preflight,
            Stage::Shifting,
            Stage::Baking,
            Stage::Promoting,
            Stage::Completed,
            Stage::RollingBack {
                target: release::RollbackTarget::Before,
                automatic: true,
                since: at,
            },
            Stage::RolledBack,
            Stage::Held {
                reason: release::HoldReason::EvidenceMissing,
                at: release::Active::Baking,
                since: at,
            },
            Stage::Refused { reasons: Vec::new() },
        ];
        for stage in stages {
            let tag = serde_json::to_value(&stage).unwrap()["stage"].clone();
            assert_eq!(tag, stage_name(&stage));
        }
    }
}
