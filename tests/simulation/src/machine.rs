use crate::disk::Disk;
use crate::watch::Watch;
use std::time::Duration;

/// One person's machine with a Slipway on it.
#[derive(Debug, Default)]
pub struct Machine {
    pub disk: Disk,
    pub watch: Watch,
    /// What the watches said may be behind: the next look asks.
    pub doubt: bool,
    /// How far the wall clock is off, in milliseconds.
    pub wall_offset: i64,
    /// Time asleep that the monotonic clock left out.
    pub slept: Duration,
    /// When the waiting program wants to be asked again.
    pub wake: Option<Duration>,
    /// The program died at a crash point.
    pub crashed: bool,
    /// A person calls: what only reads gives way.
    pub called: bool,
    /// The Deployment's resourceVersion at the last look.
    pub looked: u64,
    /// When a person's last command was carried out, or when it took a release over.
    pub commanded: Option<Duration>,
    /// When a person here last asked to go back.
    pub rollback_asked: Option<Duration>,
    /// A person's command is being carried out.
    pub in_click: bool,
    /// An act was sent and has no answer.
    pub is_sending: bool,
}

impl Machine {
    /// Asks to be woken at `at` or earlier.
    pub fn wake_at(&mut self, at: Duration) {
        self.wake = Some(self.wake.map_or(at, |other| other.min(at)));
    }
}
