use crate::lane::{Lane, Later};
use crate::listing::{self, Filter, Listing};
use crate::maintenance::{self, Maintenance};
use crate::readers::Readers;
use crate::story::Extent;
use crate::writer::Writer;
use crate::{
    Capsule, Draft, HistoryError, Imported, LastKnown, Note, Retention, SetAside, Story, Tidied, backup,
    capsule, draft, environment, file, note, recover, retention, setting, story,
};
use release::{ReleaseId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// The record of every release on this machine.
///
/// Dropping it writes what still waits, which blocks for a moment; [`History::close`] does the same.
pub struct History {
    // In this order: what uses the lane ends before the lane does.
    maintenance: Maintenance,
    lane: std::sync::Arc<Lane>,
    readers: Readers,
    path: PathBuf,
}

/// Numbers about the record as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// Releases in it.
    #[ts(type = "number")]
    pub releases: u64,
    /// Bytes on disk, the log included.
    #[ts(type = "number")]
    pub bytes: u64,
}

impl History {
    /// Opens the record, or makes it if there is none. Blocks: the integrity check reads the whole file.
    ///
    /// # Errors
    ///
    /// A file that is no database of Slipway, that a newer Slipway wrote, or that cannot be written is left untouched. A
    /// damaged one is too: see [`History::open_or_set_aside`].
    pub fn open(path: &Path) -> Result<History, HistoryError> {
        let connection = file::open_for_writing(path)?;
        let checkpoints = file::open_for_checkpoints(path)?;
        let lane = std::sync::Arc::new(Lane::start(Writer::new(connection))?);
        let readers = Readers::new(path.to_owned());
        let maintenance = Maintenance::start(std::sync::Arc::clone(&lane), readers.clone(), checkpoints)?;
        Ok(History {
            maintenance,
            lane,
            readers,
            path: path.to_owned(),
        })
    }

    /// As [`History::open`]; a damaged database is set aside, and a new one begins with everything that can still be read
    /// of it. Tell people what was set aside.
    ///
    /// # Errors
    ///
    /// As [`History::open`], but because of damage only if there is no room for the new one; then nothing was changed.
    pub fn open_or_set_aside(path: &Path) -> Result<(History, Option<SetAside>), HistoryError> {
        recover::adopt(path)?;
        match History::open(path) {
            Ok(history) => Ok((history, None)),
            Err(HistoryError::Damaged { detail, .. }) => {
                let (new, recovered) = recover::recover(path)?;
                let aside = SetAside {
                    path: file::set_aside(path)?,
                    detail,
                    recovered,
                };
                // Whoever stops here finds the new one at the next start.
                recover::put_in_place(&new, path)?;
                tracing::warn!(path = %aside.path.display(), ?recovered, "a damaged history was set aside: {}", aside.detail);
                Ok((History::open(path)?, Some(aside)))
            }
            Err(other) => Err(other),
        }
    }

    /// Copies the record, as it is at this moment, into a file of its own, while it goes on being written. The copy is checked
    /// and takes its name only when it is whole; put in the record's place, it is a record.
    ///
    /// # Errors
    ///
    /// [`HistoryError::FileExists`] if there is a file with that name, or the copy cannot be written. Nothing is left then.
    pub async fn back_up(&self, to: &Path) -> Result<Facts, HistoryError> {
        self.flush_if_possible().await?;
        let (from, to) = (self.path.clone(), to.to_owned());
        tokio::task::spawn_blocking(move || backup::write(&from, &to))
            .await
            .map_err(|error| HistoryError::Failed {
                detail: error.to_string(),
            })?
    }

    /// Writes what waits and ends the threads. Later calls fail with [`HistoryError::Closed`].
    pub fn close(&self) {
        self.maintenance.close();
        self.readers.rest();
        self.lane.close();
    }

    pub(crate) fn lane(&self) -> &Lane {
        &self.lane
    }

    pub(crate) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns when everything given so far is written, samples and snapshots too.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub async fn flush(&self) -> Result<(), HistoryError> {
        self.lane.flush().await
    }

    /// As [`History::flush`], for a reader: what cannot be written now (a full disk) is no reason to show nothing.
    async fn flush_if_possible(&self) -> Result<(), HistoryError> {
        match self.lane.flush().await {
            Err(HistoryError::Closed) => Err(HistoryError::Closed),
            Err(error) => {
                tracing::debug!(code = error.code(), "what is read may lack the newest samples");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Compresses samples that are ready for it now instead of a little later.
    ///
    /// # Errors
    ///
    /// Nothing is lost; it is tried again later.
    pub async fn compact_now(&self) -> Result<(), HistoryError> {
        self.lane.flush().await?;
        while let Some(ripe) = self.readers.read(maintenance::next_ripe).await? {
            self.lane
                .run(move |writer| writer.relaxed(|connection, _| ripe.store(connection)))
                .await?;
        }
        Ok(())
    }

    /// The promises of the connection that writes: `journal_mode`, `synchronous` (2 is FULL) and `fullfsync` (1 is on).
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub async fn modes(&self) -> Result<(String, i64, i64), HistoryError> {
        self.lane
            .run(|writer| {
                let connection = &writer.connection;
                let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
                let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
                Ok((mode, number("synchronous")?, number("fullfsync")?))
            })
            .await
    }

    /// How many releases, how many bytes.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub async fn facts(&self) -> Result<Facts, HistoryError> {
        let bytes = ["", "-wal"]
            .iter()
            .map(|suffix| {
                let mut name = self.path.as_os_str().to_owned();
                name.push(suffix);
                std::fs::metadata(name).map_or(0, |about| about.len())
            })
            .sum();
        let releases = self.readers.read(listing::count).await?;
        Ok(Facts { releases, bytes })
    }

    /// Releases that a filter finds, the newest first, with counts over all that it finds.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub async fn list(&self, filter: Filter) -> Result<Listing, HistoryError> {
        self.readers
            .read(move |connection| listing::list(connection, &filter))
            .await
    }

    /// Everything about one release.
    ///
    /// # Errors
    ///
    /// [`HistoryError::UnknownRelease`], or the record cannot be read.
    pub async fn story(&self, id: &ReleaseId) -> Result<Story, HistoryError> {
        self.flush_if_possible().await?;
        let id = id.clone();
        self.readers
            .read(move |connection| story::read(connection, &id, Extent::Whole))
            .await
    }

    /// What a list shows of some releases, much cheaper than their whole stories: without looks, and only with the snapshots at
    /// which the share changed, without verdicts. Releases that are not there any more are left out.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub async fn outlines(&self, ids: &[ReleaseId]) -> Result<Vec<Story>, HistoryError> {
        self.flush_if_possible().await?;
        let ids = ids.to_vec();
        self.readers
            .read(move |connection| {
                let mut found = Vec::with_capacity(ids.len());
                for id in &ids {
                    match story::read(connection, id, Extent::Outline) {
                        Ok(story) => found.push(story),
                        Err(HistoryError::UnknownRelease { .. }) => {}
                        Err(other) => return Err(other),
                    }
                }
                Ok(found)
            })
            .await
    }

    /// One release as a file that needs nothing else: literal environment values are masked.
    ///
    /// # Errors
    ///
    /// As [`History::story`].
    pub async fn export(&self, id: &ReleaseId) -> Result<Vec<u8>, HistoryError> {
        let story = self.story(id).await?;
        Capsule::of(story).to_bytes()
    }

    /// Takes in a release that was exported, here or elsewhere. It is shown and never driven.
    ///
    /// # Errors
    ///
    /// The file is none that Slipway exported, was changed, or the release is already here.
    pub async fn import(&self, file: Vec<u8>) -> Result<Imported, HistoryError> {
        let capsule = Capsule::from_bytes(&file)?;
        self.lane
            .run(move |writer| {
                writer.transaction(|connection, memory| capsule::import(connection, memory, &capsule))
            })
            .await
    }

    /// Adds a note to a release. `moment` says what it is about, if it is about one.
    ///
    /// # Errors
    ///
    /// As [`History::story`], or nothing was written.
    pub async fn add_note(
        &self,
        id: &ReleaseId,
        at: Timestamp,
        by: &str,
        text: &str,
        moment: Option<Timestamp>,
    ) -> Result<Note, HistoryError> {
        let (id, by, text) = (id.clone(), by.to_owned(), text.to_owned());
        self.lane
            .run(move |writer| {
                writer.transaction(|connection, memory| {
                    let number = memory.number(connection, &id)?;
                    note::add(connection, number, at, &by, &text, moment)
                })
            })
            .await
    }

    /// Changes a note's text.
    ///
    /// # Errors
    ///
    /// Nothing was written.
    pub async fn change_note(&self, note: i64, text: &str) -> Result<(), HistoryError> {
        let text = text.to_owned();
        self.write(move |connection| note::change(connection, note, &text))
            .await
    }

    /// Removes a note.
    ///
    /// # Errors
    ///
    /// Nothing was written.
    pub async fn remove_note(&self, note: i64) -> Result<(), HistoryError> {
        self.write(move |connection| note::remove(connection, note)).await
    }

    /// Keeps what an environment looks like now. Written a little later.
    ///
    /// # Errors
    ///
    /// Why an earlier one could not be written.
    pub fn keep_environment(&self, seen: LastKnown) -> Result<(), HistoryError> {
        self.lane.later(Later::Environment(Box::new(seen)))
    }

    /// What every environment looked like when it was last seen.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub async fn environments(&self) -> Result<Vec<LastKnown>, HistoryError> {
        self.flush_if_possible().await?;
        self.readers.read(environment::all).await
    }

    /// Forgets what an environment looked like; its releases stay.
    ///
    /// # Errors
    ///
    /// Nothing was written.
    pub async fn forget_environment(&self, id: &str) -> Result<(), HistoryError> {
        let id = id.to_owned();
        self.lane.flush().await?;
        self.write(move |connection| environment::remove(connection, &id))
            .await
    }

    /// A setting, if it was ever set.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub async fn setting(&self, key: &str) -> Result<Option<Value>, HistoryError> {
        let key = key.to_owned();
        self.readers
            .read(move |connection| setting::get(connection, &key))
            .await
    }

    /// Every setting.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub async fn settings(&self) -> Result<Vec<(String, Value)>, HistoryError> {
        self.readers.read(setting::all).await
    }

    /// Sets a setting; `null` removes it. Never for credentials: those belong in the keyring.
    ///
    /// # Errors
    ///
    /// [`HistoryError::LooksSecret`], or nothing was written.
    pub async fn set_setting(&self, key: &str, value: Value) -> Result<(), HistoryError> {
        let key = key.to_owned();
        self.write(move |connection| setting::set(connection, &key, &value))
            .await
    }

    /// Every draft of a release, the newest first.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub async fn drafts(&self) -> Result<Vec<Draft>, HistoryError> {
        self.readers.read(draft::all).await
    }

    /// Keeps a draft, in the place of an older one with its id.
    ///
    /// # Errors
    ///
    /// Nothing was written.
    pub async fn keep_draft(&self, draft: Draft) -> Result<(), HistoryError> {
        self.write(move |connection| draft::put(connection, &draft)).await
    }

    /// Removes a draft.
    ///
    /// # Errors
    ///
    /// Nothing was written.
    pub async fn remove_draft(&self, id: &str) -> Result<(), HistoryError> {
        let id = id.to_owned();
        self.write(move |connection| draft::remove(connection, &id)).await
    }

    /// Removes releases that the rule no longer keeps and gives their space back. Releases that are not over always stay.
    ///
    /// # Errors
    ///
    /// Some may have been removed already.
    pub async fn tidy(&self, rule: Retention) -> Result<Tidied, HistoryError> {
        self.lane.flush().await?;
        let numbers = self
            .readers
            .read(move |connection| retention::due(connection, &rule))
            .await?;
        let before = self.facts().await?.bytes;
        let mut removed = 0;
        // A few at a time, so that a step never waits for long.
        for some in numbers.chunks(8) {
            let some = some.to_vec();
            removed += self
                .lane
                .run(move |writer| retention::remove(writer, &some))
                .await?;
        }
        if removed > 0 {
            self.lane.run(retention::give_back).await?;
            self.maintenance.checkpoint_now();
        }
        Ok(Tidied {
            releases: removed,
            bytes_before: before,
            bytes_after: self.facts().await?.bytes,
        })
    }

    async fn write(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<(), HistoryError> + Send + 'static,
    ) -> Result<(), HistoryError> {
        self.lane
            .run(move |writer| writer.transaction(|connection, _| work(connection)))
            .await
    }
}

impl Drop for History {
    fn drop(&mut self) {
        self.close();
    }
}
