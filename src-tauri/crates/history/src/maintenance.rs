//! What nobody waits for: pages go from the log into the file, samples into chunks.

use crate::HistoryError;
use crate::lane::Lane;
use crate::readers::Readers;
use crate::series::{self, Ripe};
use crate::writer::Writer;
use rusqlite::Connection;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it looks for work.
const PAUSE: Duration = Duration::from_secs(5);
/// Pages in the log above which it is cut short: 16 MiB at SQLite's usual page. Beside releases that never pause a log is never
/// empty, and without this it grows for ever.
const MOST_LOG_PAGES: i64 = 4096;
/// Rows of one series that become a chunk.
const ROWS_PER_CHUNK: i64 = 128;

#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    closing: bool,
    asked: bool,
}

/// The thread that looks after the file.
pub(crate) struct Maintenance {
    signal: Arc<Signal>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Maintenance {
    pub(crate) fn start(
        lane: Arc<Lane>,
        readers: Readers,
        checkpoints: Connection,
    ) -> Result<Maintenance, HistoryError> {
        let signal = Arc::new(Signal::default());
        // At once, and then from time to time: a process that is killed again and again must not leave an ever longer log.
        signal.lock().asked = true;
        let of_thread = Arc::clone(&signal);
        let thread = std::thread::Builder::new()
            .name("history-maintenance".into())
            .spawn(move || {
                while of_thread.wait() {
                    if let Err(error) = tidy(&of_thread, &lane, &readers, &checkpoints) {
                        tracing::warn!(code = error.code(), "the history's maintenance failed: {error}");
                    }
                }
            })
            .map_err(|error| HistoryError::Failed {
                detail: error.to_string(),
            })?;
        Ok(Maintenance {
            signal,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Does not wait for its turn.
    pub(crate) fn checkpoint_now(&self) {
        self.signal.lock().asked = true;
        self.signal.wake.notify_one();
    }

    pub(crate) fn close(&self) {
        self.signal.lock().closing = true;
        self.signal.wake.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the history's maintenance ended in a panic");
        }
    }
}

impl Signal {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when there may be work; `false` means the end.
    fn wait(&self) -> bool {
        let (mut state, _) = self
            .wake
            .wait_timeout_while(self.lock(), PAUSE, |state| !state.closing && !state.asked)
            .unwrap_or_else(PoisonError::into_inner);
        state.asked = false;
        !state.closing
    }

    fn is_closing(&self) -> bool {
        self.lock().closing
    }
}

/// The next rows that can be compressed.
pub(crate) fn next_ripe(connection: &Connection) -> Result<Option<Ripe>, HistoryError> {
    series::ripe(connection, ROWS_PER_CHUNK)
}

fn tidy(
    signal: &Signal,
    lane: &Lane,
    readers: &Readers,
    checkpoints: &Connection,
) -> Result<(), HistoryError> {
    while !signal.is_closing() {
        let Some(ripe) = readers.read_now(next_ripe)? else {
            break;
        };
        lane.run_blocking(move |writer| writer.relaxed(|connection, _| ripe.store(connection)))?;
    }
    // Passive: waits neither for readers nor for the writer, and the writer does not wait for it.
    let pages = checkpoints.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1))?;
    if pages > MOST_LOG_PAGES {
        // Nearly everything is in the file by now: the writer waits for the rest only.
        lane.run_blocking(Writer::cut_log_short)?;
    }
    Ok(())
}
