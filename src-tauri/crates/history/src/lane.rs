//! The way to the writer: what must be durable goes first, what may wait is written many at a time.

use crate::HistoryError;
use crate::environment::LastKnown;
use crate::writer::Writer;
use conductor::{SignalLooks, Snapshot};
use release::ReleaseId;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long samples wait for company.
const PATIENCE: Duration = Duration::from_millis(400);
/// At most this many waiting entries go into one transaction, so that one with a promise never waits for long.
const BATCH: usize = 64;
/// More waiting entries than this (a full disk) and the oldest ones are given up.
const MOST_WAITING: usize = 50_000;

type Job = Box<dyn FnOnce(&mut Writer) + Send>;

/// What may be written a little later.
#[derive(Debug, Clone)]
pub(crate) enum Later {
    Looks(ReleaseId, Vec<SignalLooks>),
    Snapshot(ReleaseId, Box<Snapshot>),
    Environment(Box<LastKnown>),
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Job>,
    later: VecDeque<Later>,
    due: Option<Instant>,
    /// Who waits until everything that waits now is written.
    flushes: Vec<oneshot::Sender<Result<(), HistoryError>>>,
    /// Why the last batch was not written; told at the next occasion.
    trouble: Option<HistoryError>,
    closing: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

/// The thread that writes.
pub(crate) struct Lane {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Lane {
    pub(crate) fn start(writer: Writer) -> Result<Lane, HistoryError> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("history-writer".into())
            .spawn(move || work(&of_thread, writer))
            .map_err(|error| HistoryError::Failed {
                detail: error.to_string(),
            })?;
        Ok(Lane {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Runs a job on the writer before everything that may wait.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, HistoryError> + Send + 'static,
    ) -> Result<T, HistoryError> {
        self.send(job)?.await.unwrap_or(Err(HistoryError::Closed))
    }

    /// As [`Lane::run`], for a thread that may block.
    pub(crate) fn run_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, HistoryError> + Send + 'static,
    ) -> Result<T, HistoryError> {
        self.send(job)?
            .blocking_recv()
            .unwrap_or(Err(HistoryError::Closed))
    }

    fn send<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, HistoryError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, HistoryError>>, HistoryError> {
        let (answer, wait) = oneshot::channel();
        {
            let mut queue = self.shared.lock();
            if queue.closing {
                return Err(HistoryError::Closed);
            }
            queue.urgent.push_back(Box::new(move |writer| {
                // Nobody waits any more: the job is done all the same.
                let _ = answer.send(job(writer));
            }));
        }
        self.shared.wake.notify_one();
        Ok(wait)
    }

    /// Leaves something to be written soon.
    ///
    /// # Errors
    ///
    /// Why an earlier batch could not be written; then this one waits with it.
    pub(crate) fn later(&self, entry: Later) -> Result<(), HistoryError> {
        let trouble = {
            let mut queue = self.shared.lock();
            if queue.closing {
                return Err(HistoryError::Closed);
            }
            if queue.later.len() >= MOST_WAITING {
                queue.later.pop_front();
            }
            queue.later.push_back(entry);
            queue.due.get_or_insert_with(|| Instant::now() + PATIENCE);
            queue.trouble.take()
        };
        self.shared.wake.notify_one();
        trouble.map_or(Ok(()), Err)
    }

    /// Returns when everything that waits now is written.
    pub(crate) async fn flush(&self) -> Result<(), HistoryError> {
        let (answer, wait) = oneshot::channel();
        {
            let mut queue = self.shared.lock();
            if queue.closing {
                return Err(HistoryError::Closed);
            }
            queue.flushes.push(answer);
        }
        self.shared.wake.notify_one();
        wait.await.unwrap_or(Err(HistoryError::Closed))
    }

    /// Writes everything that waits and ends the thread. Later calls do nothing.
    pub(crate) fn close(&self) {
        self.shared.lock().closing = true;
        self.shared.wake.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the history's writer ended in a panic");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the thread does next.
enum Turn {
    Urgent(Job),
    Batch(Vec<Later>),
    Flushed(Vec<oneshot::Sender<Result<(), HistoryError>>>),
    End,
}

impl Queue {
    fn turn(&mut self, now: Instant) -> Option<Turn> {
        if let Some(job) = self.urgent.pop_front() {
            return Some(Turn::Urgent(job));
        }
        let hurries = self.closing || !self.flushes.is_empty();
        if !self.later.is_empty() && (hurries || self.due.is_none_or(|due| due <= now)) {
            let count = self.later.len().min(BATCH);
            return Some(Turn::Batch(self.later.drain(..count).collect()));
        }
        if !self.flushes.is_empty() {
            return Some(Turn::Flushed(std::mem::take(&mut self.flushes)));
        }
        if self.closing {
            return Some(Turn::End);
        }
        None
    }
}

/// Ends everything that waits when the thread ends, also in a panic.
struct AtEnd<'a>(&'a Shared);

impl Drop for AtEnd<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.closing = true;
        queue.urgent.clear();
        queue.flushes.clear();
    }
}

fn work(shared: &Shared, mut writer: Writer) {
    let _at_end = AtEnd(shared);
    loop {
        let turn = shared.next_turn();
        match turn {
            Turn::Urgent(job) => job(&mut writer),
            Turn::Batch(batch) => shared.write(&mut writer, batch),
            Turn::Flushed(waiting) => {
                for answer in waiting {
                    let _ = answer.send(Ok(()));
                }
            }
            Turn::End => return writer.settle(),
        }
    }
}

impl Shared {
    fn next_turn(&self) -> Turn {
        let mut queue = self.lock();
        loop {
            let now = Instant::now();
            if let Some(turn) = queue.turn(now) {
                return turn;
            }
            queue = match queue.due {
                Some(due) if !queue.later.is_empty() => {
                    self.wake
                        .wait_timeout(queue, due.saturating_duration_since(now))
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                _ => self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn write(&self, writer: &mut Writer, batch: Vec<Later>) {
        let result = writer.relaxed(|connection, memory| {
            for entry in &batch {
                crate::series::write_later(connection, memory, entry)?;
            }
            Ok(())
        });
        let mut queue = self.lock();
        match result {
            Ok(()) if queue.later.is_empty() => queue.due = None,
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(code = error.code(), "samples are not written yet: {error}");
                for answer in queue.flushes.drain(..) {
                    let _ = answer.send(Err(error.clone()));
                }
                queue.trouble = Some(error);
                queue.due = Some(Instant::now() + 10 * PATIENCE);
                if !queue.closing {
                    for entry in batch.into_iter().rev() {
                        queue.later.push_front(entry);
                    }
                }
            }
        }
    }
}
