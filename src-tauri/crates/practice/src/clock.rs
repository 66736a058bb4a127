//! Simulated time: a duration since the world's start, and what it looks like on the wall.

use jiff::Timestamp;
use std::time::Duration;

/// The wall clock of a world: its start, and how far it has come.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Timestamp,
    elapsed: Duration,
}

impl Clock {
    /// A clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self {
            start,
            elapsed: Duration::ZERO,
        }
    }

    /// Simulated time since the start.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Moves forward; a time in the past is ignored.
    pub fn advance(&mut self, to: Duration) {
        self.elapsed = self.elapsed.max(to);
    }

    /// The wall time now.
    pub fn now(&self) -> Timestamp {
        self.wall(self.elapsed)
    }

    /// The wall time of a moment since the start.
    pub fn wall(&self, since_start: Duration) -> Timestamp {
        self.start
            .saturating_add(jiff::SignedDuration::try_from(since_start).unwrap_or(jiff::SignedDuration::MAX))
            .unwrap_or(Timestamp::MAX)
    }

    /// Now as `metav1.Time`: RFC 3339 in whole seconds.
    pub fn seconds(&self) -> String {
        format_seconds(self.now())
    }

    /// Seconds since the Unix epoch, now.
    pub fn unix(&self) -> f64 {
        self.now().as_microsecond() as f64 / 1e6
    }
}

/// A time as `metav1.Time` writes it.
pub fn format_seconds(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second())
        .unwrap_or(time)
        .to_string()
}

/// Reads an RFC 3339 time; `None` when it is not one.
pub fn parse(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_whole_seconds_and_never_run_backwards() {
        let mut clock = Clock::new("2026-01-05T08:00:00.9Z".parse().unwrap());
        assert_eq!(clock.seconds(), "2026-01-05T08:00:00Z");
        clock.advance(Duration::from_millis(1200));
        clock.advance(Duration::from_millis(100));
        assert_eq!(clock.seconds(), "2026-01-05T08:00:02Z");
    }
}
