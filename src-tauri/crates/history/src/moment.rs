use crate::event::Line;
use crate::{HistoryError, Story};
use conductor::{SignalLooks, Snapshot};
use release::{Release, Timestamp};
use serde::{Deserialize, Serialize};

/// A release as it stood at one moment, with what had been seen and done by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// The moment.
    pub at: Timestamp,
    /// The state.
    pub release: Release,
    /// The newest snapshot by then; `None` before the first.
    pub snapshot: Option<Snapshot>,
    /// Records, intents and outcomes by then.
    pub lines: Vec<Line>,
    /// Looks by then, one entry for each signal.
    pub looks: Vec<SignalLooks>,
}

impl Story {
    /// The release as it was shown at a moment.
    ///
    /// # Errors
    ///
    /// As [`Story::release_at`].
    pub fn at(&self, moment: Timestamp) -> Result<Moment, HistoryError> {
        Ok(Moment {
            at: moment,
            release: self.release_at(moment)?,
            snapshot: self
                .snapshots
                .iter()
                .rev()
                .find(|snapshot| snapshot.at <= moment)
                .cloned(),
            lines: self
                .lines
                .iter()
                .filter(|line| line.at <= moment)
                .cloned()
                .collect(),
            looks: self
                .looks
                .iter()
                .map(|of_signal| SignalLooks {
                    signal: of_signal.signal.clone(),
                    looks: of_signal
                        .looks
                        .iter()
                        .filter(|look| look.at_ms <= moment.0)
                        .cloned()
                        .collect(),
                })
                .collect(),
        })
    }
}
