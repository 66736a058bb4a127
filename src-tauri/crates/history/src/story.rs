use crate::event::{self, Line};
use crate::{HistoryError, Note, delta, facts, note, series, writer};
use conductor::{Dossier, SignalLooks, Snapshot};
use release::{Release, ReleaseId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Everything about one release: enough to show it again as it was at any moment, with nothing else at hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// Shown as `R-12`.
    pub number: u64,
    /// Whether it came from a file.
    pub imported: bool,
    /// When it ended, if it did.
    pub ended: Option<Timestamp>,
    /// The dossier with the state now, the manifests before and after among it.
    pub dossier: Dossier,
    /// The state that the release was written down with first.
    pub opened: Release,
    /// Every change of the state since, in the order of time.
    pub steps: Vec<StateChange>,
    /// Records, intents and outcomes, in the order in which they were written.
    pub lines: Vec<Line>,
    /// Every look, one entry for each signal.
    pub looks: Vec<SignalLooks>,
    /// What was seen, whenever it changed.
    pub snapshots: Vec<Snapshot>,
    /// What people wrote.
    pub notes: Vec<Note>,
}

/// A change of the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateChange {
    /// When.
    pub at: Timestamp,
    /// The keys of the serialised [`Release`] that changed, with their new values.
    pub changes: Map<String, Value>,
}

/// How much of a story is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    /// No looks, and only the snapshots at which the share changed, without verdicts.
    Outline,
}

pub(crate) fn read(connection: &Connection, id: &ReleaseId, extent: Extent) -> Result<Story, HistoryError> {
    let number = writer::number(connection, id)?;
    let (ended, imported) = connection
        .prepare_cached("SELECT ended, imported FROM releases WHERE number = ?1")?
        .query_row([number], |row| {
            Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, bool>(1)?))
        })?;
    let mut steps = Vec::new();
    let mut lines = Vec::new();
    for row in event::rows(connection, number)? {
        if let Some(changes) = row.step()? {
            steps.push(StateChange { at: row.at, changes });
        }
        lines.extend(row.line()?);
    }
    Ok(Story {
        number: u64::try_from(number).unwrap_or(0),
        imported,
        ended: ended.map(Timestamp),
        dossier: facts::get(connection, number)?,
        opened: facts::opened(connection, number)?,
        steps,
        lines,
        looks: match extent {
            Extent::Whole => series::read_looks(connection, number)?,
            Extent::Outline => Vec::new(),
        },
        snapshots: match extent {
            Extent::Whole => series::read_snapshots(connection, number)?,
            Extent::Outline => series::read_outline(connection, number)?,
        },
        notes: note::of_release(connection, number)?,
    })
}

/// Whether everything about a release can be read.
pub(crate) fn readable(connection: &Connection, number: i64) -> bool {
    let id = connection.query_row("SELECT id FROM releases WHERE number = ?1", [number], |row| {
        row.get(0)
    });
    id.is_ok_and(|id| read(connection, &ReleaseId(id), Extent::Whole).is_ok())
}

impl Story {
    /// The release's state at a moment; before it was written down that is the state it was written down with.
    ///
    /// # Errors
    ///
    /// A stored step does not fit the state.
    pub fn release_at(&self, moment: Timestamp) -> Result<Release, HistoryError> {
        let mut state = delta::object("a release's state", &self.opened)?;
        for step in self.steps.iter().filter(|step| step.at <= moment) {
            delta::apply(&mut state, &step.changes);
        }
        serde_json::from_value(Value::Object(state))
            .map_err(|error| HistoryError::unreadable("a release's state", error))
    }

    /// The first and the last moment at which there is something to show.
    pub fn span(&self) -> (Timestamp, Timestamp) {
        let first = self.dossier.created;
        let steps = self.steps.iter().map(|step| step.at);
        let lines = self.lines.iter().map(|line| line.at);
        let looks = self
            .looks
            .iter()
            .filter_map(|signal| signal.looks.last())
            .map(|look| Timestamp(look.at_ms));
        let snapshots = self.snapshots.iter().map(|snapshot| snapshot.at);
        let last = steps.chain(lines).chain(looks).chain(snapshots).max();
        (first, last.unwrap_or(first).max(first))
    }
}
