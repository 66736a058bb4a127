use crate::HistoryError;
use crate::file::open_for_reading;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Idle connections kept for the next reader.
const MOST_IDLE: usize = 4;

/// Connections that only read, made as they are needed.
#[derive(Clone)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Readers {
        Readers {
            path,
            idle: Arc::default(),
        }
    }

    /// Closes the connections that nobody uses now.
    pub(crate) fn rest(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Runs `work` on one consistent state of the database, off the async threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, HistoryError> + Send + 'static,
    ) -> Result<T, HistoryError> {
        let readers = self.clone();
        tokio::task::spawn_blocking(move || readers.read_now(work))
            .await
            .map_err(|error| HistoryError::Failed {
                detail: error.to_string(),
            })?
    }

    /// As [`Readers::read`], on this thread.
    pub(crate) fn read_now<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open_for_reading(&self.path)?,
        };
        // One transaction, so that what is read in several statements belongs together.
        let transaction = connection.transaction()?;
        let value = work(&transaction)?;
        transaction.commit()?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push(connection);
        }
        Ok(value)
    }
}
