use std::time::{Duration, Instant, SystemTime};

/// A gap longer than this is sleep and not a busy computer.
const SLEPT: Duration = Duration::from_secs(5);

/// What passed between two ticks, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lap {
    /// By the monotonic clock, which stands still while some systems sleep.
    pub(crate) monotonic: Duration,
    /// By the wall clock; nothing if it was set back.
    pub(crate) wall: Duration,
}

/// Both clocks since a moment.
pub(crate) struct Elapsed {
    monotonic: Instant,
    wall: SystemTime,
}

impl Elapsed {
    pub(crate) fn start() -> Elapsed {
        Elapsed {
            monotonic: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// What passed since the last lap.
    pub(crate) fn lap(&mut self) -> Lap {
        let now = Elapsed::start();
        let lap = Lap {
            monotonic: now.monotonic - self.monotonic,
            wall: now.wall.duration_since(self.wall).unwrap_or_default(),
        };
        *self = now;
        lap
    }
}

/// Tells sleep from time that passes as usual.
pub(crate) struct SleepWatch {
    every: Duration,
}

impl SleepWatch {
    /// Expects a tick every so often.
    pub(crate) fn new(every: Duration) -> SleepWatch {
        SleepWatch { every }
    }

    /// How long the computer slept, or the program was stopped, since the last tick; `None` if it did not. A wall clock
    /// that was set forward looks the same and does no harm: everything is only connected anew.
    pub(crate) fn tick(&mut self, lap: Lap) -> Option<Duration> {
        let gap = lap.wall.max(lap.monotonic).saturating_sub(self.every);
        (gap > SLEPT).then_some(gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lap(monotonic: u64, wall: u64) -> Lap {
        Lap {
            monotonic: Duration::from_secs(monotonic),
            wall: Duration::from_secs(wall),
        }
    }

    #[test]
    fn a_wall_clock_that_runs_ahead_of_the_monotonic_one_is_sleep() {
        let mut watch = SleepWatch::new(Duration::from_secs(1));
        assert_eq!(watch.tick(lap(1, 1)), None);
        assert_eq!(watch.tick(lap(1, 3601)), Some(Duration::from_secs(3600)));
    }

    #[test]
    fn a_program_that_was_stopped_slept_too_and_a_busy_computer_did_not() {
        let mut watch = SleepWatch::new(Duration::from_secs(1));
        assert_eq!(watch.tick(lap(61, 61)), Some(Duration::from_secs(60)));
        assert_eq!(watch.tick(lap(4, 4)), None);
    }

    #[test]
    fn a_wall_clock_that_was_set_back_is_no_sleep() {
        let mut watch = SleepWatch::new(Duration::from_secs(1));
        assert_eq!(watch.tick(lap(1, 0)), None);
    }
}
