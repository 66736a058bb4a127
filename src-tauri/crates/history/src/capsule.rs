use crate::decode::{compress, expand_at_most, to_json};
use crate::event::{self, Happening, INTENT, OUTCOME, RECORD, STEP};
use crate::writer::Memory;
use crate::{HistoryError, Story, facts, mask_env, note, release_row, series};
use release::ReleaseId;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use ts_rs::TS;

/// The newest format of exported releases that this program knows.
const FORMAT: u32 = 1;
/// An exported release is never larger than this when it is expanded.
const MOST_BYTES: u64 = 512 * 1024 * 1024;
const WHAT: &str = "slipway-release";

/// One release as a file that needs nothing else: zstd over JSON, with a seal over its content.
#[derive(Debug, Clone, PartialEq)]
pub struct Capsule {
    story: Story,
}

/// What was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The release.
    pub id: ReleaseId,
    /// Its number on this machine.
    #[ts(type = "number")]
    pub number: u64,
}

/// The file's content. `story` stays text until the seal is checked.
#[derive(Serialize, Deserialize)]
struct Envelope {
    what: String,
    format: u32,
    /// SHA-256 of `story`, hexadecimal: tells damage and carelessness, not a forger.
    sha256: String,
    story: String,
}

fn seal(story: &str) -> String {
    let mut hexadecimal = String::with_capacity(64);
    for byte in Sha256::digest(story.as_bytes()) {
        hexadecimal.push_str(&format!("{byte:02x}"));
    }
    hexadecimal
}

impl Capsule {
    /// A release without literal environment values.
    pub fn of(mut story: Story) -> Capsule {
        let dossier = &mut story.dossier;
        dossier.before = mask_env(&dossier.before).into();
        dossier.new_template = mask_env(&dossier.new_template).into();
        for template in dossier.other_templates.values_mut() {
            *template = mask_env(template).into();
        }
        for line in &mut story.lines {
            if let Happening::Intent { intent } = &mut line.what {
                intent.act.patch = mask_env(&intent.act.patch);
            }
        }
        Capsule { story }
    }

    /// The release in it.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// The file.
    ///
    /// # Errors
    ///
    /// The release cannot be serialised.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HistoryError> {
        let story = to_json("a release", &self.story)?;
        let envelope = Envelope {
            what: WHAT.to_owned(),
            format: FORMAT,
            sha256: seal(&story),
            story,
        };
        compress("a release", to_json("a release", &envelope)?.as_bytes())
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`HistoryError::NotACapsule`], [`HistoryError::BrokenSeal`] or [`HistoryError::NewerCapsule`].
    pub fn from_bytes(file: &[u8]) -> Result<Capsule, HistoryError> {
        let not_one = |error: serde_json::Error| HistoryError::NotACapsule {
            detail: error.to_string(),
        };
        let plain = expand_at_most(file, MOST_BYTES)?;
        let outside: Value = serde_json::from_slice(&plain).map_err(not_one)?;
        let format = outside.get("format").and_then(Value::as_u64);
        let (Some(WHAT), Some(format)) = (outside.get("what").and_then(Value::as_str), format) else {
            return Err(HistoryError::NotACapsule {
                detail: "it does not say that it is a release".into(),
            });
        };
        if format > u64::from(FORMAT) {
            return Err(HistoryError::NewerCapsule {
                found: u32::try_from(format).unwrap_or(u32::MAX),
                known: FORMAT,
            });
        }
        let envelope: Envelope = serde_json::from_value(outside).map_err(not_one)?;
        if seal(&envelope.story) != envelope.sha256 {
            return Err(HistoryError::BrokenSeal);
        }
        let story = serde_json::from_str(&envelope.story).map_err(not_one)?;
        Ok(Capsule { story })
    }
}

/// Writes a release from a file into the record.
pub(crate) fn import(
    connection: &Connection,
    memory: &mut Memory<'_>,
    capsule: &Capsule,
) -> Result<Imported, HistoryError> {
    let story = &capsule.story;
    let number = release_row::insert(connection, &story.dossier, story.ended, true)?;
    facts::put(connection, number, &story.dossier)?;
    connection.execute(
        "UPDATE dossiers SET opened = ?2 WHERE release = ?1",
        (number, to_json("a release's state", &story.opened)?),
    )?;
    for step in &story.steps {
        event::append(
            connection,
            number,
            step.at,
            STEP,
            None,
            &to_json("a step", &step.changes)?,
        )?;
    }
    for line in &story.lines {
        let (kind, operation, body) = match &line.what {
            Happening::Record { record } => (RECORD, None, to_json("a record", record)?),
            Happening::Intent { intent } => (
                INTENT,
                Some(intent.act.operation.0.as_str()),
                to_json("an intent", intent)?,
            ),
            Happening::Outcome { operation, outcome } => (
                OUTCOME,
                Some(operation.0.as_str()),
                to_json("an outcome", outcome)?,
            ),
        };
        event::append(connection, number, line.at, kind, operation, &body)?;
    }
    series::write_looks(connection, memory, number, &story.looks)?;
    for snapshot in &story.snapshots {
        series::write_snapshot(connection, memory, number, snapshot)?;
    }
    for of_person in &story.notes {
        note::add(
            connection,
            number,
            of_person.at,
            &of_person.by,
            &of_person.text,
            of_person.moment,
        )?;
    }
    Ok(Imported {
        id: story.dossier.release.id.clone(),
        number: u64::try_from(number).unwrap_or(0),
    })
}
