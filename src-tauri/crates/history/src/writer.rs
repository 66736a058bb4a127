use crate::HistoryError;
use crate::decode::from_json;
use crate::file::BUSY;
use crate::series::Mark;
use release::ReleaseId;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::time::Duration;

/// Releases remembered at once. What is forgotten is read again; nobody drives so many at the same time.
const MOST_REMEMBERED: usize = 64;

/// The one connection that writes, with what it would otherwise have to read again and again.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    numbers: HashMap<ReleaseId, i64>,
    states: HashMap<i64, Map<String, Value>>,
    marks: HashMap<(i64, String), Mark>,
}

/// What a transaction may use; it becomes true only when the transaction is committed.
pub(crate) struct Memory<'a> {
    numbers: &'a mut HashMap<ReleaseId, i64>,
    pub(crate) states: &'a mut HashMap<i64, Map<String, Value>>,
    pub(crate) marks: &'a mut HashMap<(i64, String), Mark>,
}

impl Writer {
    pub(crate) fn new(connection: Connection) -> Writer {
        Writer {
            connection,
            numbers: HashMap::new(),
            states: HashMap::new(),
            marks: HashMap::new(),
        }
    }

    /// Runs `work` in one transaction: durable when this returns, or nothing of it happened.
    pub(crate) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Memory<'_>) -> Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        let result = self.commit(work);
        if result.is_err() || self.states.len().max(self.numbers.len()) > MOST_REMEMBERED {
            self.forget();
        }
        result
    }

    /// As [`Writer::transaction`], but it may be lost with the power; never with the process. The next durable transaction
    /// makes it durable too, since both are in one log.
    pub(crate) fn relaxed<T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Memory<'_>) -> Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let result = self.transaction(work);
        // Without this every later commit would be less than it promises: then nothing may be written any more.
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        result
    }

    fn commit<T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Memory<'_>) -> Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        let mut memory = Memory {
            numbers: &mut self.numbers,
            states: &mut self.states,
            marks: &mut self.marks,
        };
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction, &mut memory)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Moves what is left in the log into the file and gives the log's space back; not now, if somebody reads from it.
    pub(crate) fn cut_log_short(&mut self) -> Result<(), HistoryError> {
        self.connection.busy_timeout(Duration::ZERO)?;
        self.settle();
        Ok(self.connection.busy_timeout(BUSY)?)
    }

    /// Moves everything from the log into the file, so that the file alone is the whole record.
    pub(crate) fn settle(&self) {
        let settled = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        if !matches!(settled, Ok(0)) {
            tracing::debug!("the log stays beside the file for now");
        }
    }

    /// Drops what is remembered; it is read again when it is needed.
    pub(crate) fn forget(&mut self) {
        self.numbers.clear();
        self.states.clear();
        self.marks.clear();
    }
}

impl Memory<'_> {
    /// The number of a release.
    pub(crate) fn number(&mut self, connection: &Connection, id: &ReleaseId) -> Result<i64, HistoryError> {
        if let Some(number) = self.numbers.get(id) {
            return Ok(*number);
        }
        let number = number(connection, id)?;
        self.numbers.insert(id.clone(), number);
        Ok(number)
    }

    /// The state of a release as it was written last.
    pub(crate) fn state(
        &mut self,
        connection: &Connection,
        number: i64,
    ) -> Result<&mut Map<String, Value>, HistoryError> {
        match self.states.entry(number) {
            std::collections::hash_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::hash_map::Entry::Vacant(unknown) => {
                let json: String = connection
                    .prepare_cached("SELECT state FROM releases WHERE number = ?1")?
                    .query_row([number], |row| row.get(0))?;
                Ok(unknown.insert(from_json("a release's state", &json)?))
            }
        }
    }
}

/// The number of a release.
pub(crate) fn number(connection: &Connection, id: &ReleaseId) -> Result<i64, HistoryError> {
    connection
        .prepare_cached("SELECT number FROM releases WHERE id = ?1")?
        .query_row([&id.0], |row| row.get(0))
        .optional()?
        .ok_or_else(|| HistoryError::UnknownRelease { id: id.0.clone() })
}
