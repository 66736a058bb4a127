//! A person's rollback while the cluster cannot be reached.

use crate::driver::Driver;
use crate::{ActError, Waiting};
use release::{Event, Stage, Timestamp};

/// How long a rollback waits for contact before the person is asked again, in milliseconds.
const QUEUE_MILLIS: u64 = 120_000;

/// A rollback that the cluster has not heard of yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Queued {
    /// When it was asked for, on the monotonic clock.
    asked_millis: u64,
    /// When it was asked for.
    since: Timestamp,
    /// Whether the last try found nobody.
    unreached: bool,
}

impl Driver {
    /// A person asks for a rollback: from now on it is tried for a while.
    pub(crate) fn queue_rollback(&mut self) {
        self.queued = Some(Queued {
            asked_millis: self.ports.clock.monotonic_millis(),
            since: self.ports.clock.now(),
            unreached: false,
        });
    }

    /// An act was answered, or not.
    pub(crate) fn heard(&mut self, error: Option<&ActError>) {
        match error {
            Some(ActError::Unreachable { .. } | ActError::Unknown { .. }) => {
                if let Some(queued) = &mut self.queued {
                    queued.unreached = true;
                }
            }
            _ => self.queued = None,
        }
    }

    /// Shows what a rollback waits for. After a while it is not sent out of the blue any more: the person is asked again. As long
    /// as a try may still turn out to have arrived, that is looked up first.
    pub(crate) async fn look_at_queue(&mut self) {
        let Some(queued) = self.queued else { return };
        if !matches!(
            self.dossier.release.stage,
            Stage::RollingBack { automatic: false, .. }
        ) {
            self.queued = None;
            return;
        }
        let waited = self
            .ports
            .clock
            .monotonic_millis()
            .saturating_sub(queued.asked_millis);
        if waited >= QUEUE_MILLIS && self.open_intents.is_empty() {
            self.queued = None;
            self.waiting = None;
            self.take(Event::RollbackNotSent).await;
        } else if queued.unreached || self.contact.trouble.is_some() {
            self.waiting = Some(Waiting::Contact { since: queued.since });
        }
    }
}
