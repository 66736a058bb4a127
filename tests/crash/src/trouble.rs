//! When the app is killed: moments drawn from one seed.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;
use tokio::sync::watch;

/// How long a moment that waits for an act waits at most.
const NO_ACT: Duration = Duration::from_secs(4);

/// The source of everything that is left to chance.
pub struct Trouble {
    random: ChaCha8Rng,
    seed: u64,
}

/// When the app will be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long after its start.
    After(Duration),
    /// So long after the witness saw the next change: around the outcome of an act.
    AfterChange(Duration),
}

impl Trouble {
    /// From the seed that `SLIPWAY_CRASH_SEED` names, or from one of the clock's.
    pub fn new() -> Trouble {
        let clock = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let seed = crate::number("SLIPWAY_CRASH_SEED", clock);
        println!("seed {seed} (SLIPWAY_CRASH_SEED={seed} draws the same moments)");
        Trouble {
            random: ChaCha8Rng::seed_from_u64(seed),
            seed,
        }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The next kill of an app that needs `start` to come up: half of them at any time, half around an act.
    pub fn moment(&mut self, start: Duration) -> Moment {
        let millis = u64::try_from(start.as_millis()).unwrap_or(0);
        if self.random.random_bool(0.5) {
            Moment::After(Duration::from_millis(
                self.random.random_range(20..millis + 1_600),
            ))
        } else {
            Moment::AfterChange(Duration::from_micros(self.random.random_range(0..12_000)))
        }
    }

    /// Whether something happens that happens so often.
    pub fn happens(&mut self, often: f64) -> bool {
        self.random.random_bool(often)
    }
}

impl Default for Trouble {
    fn default() -> Trouble {
        Trouble::new()
    }
}

impl Moment {
    /// Returns when it has come. `changes` are the witness'.
    pub async fn come(self, mut changes: watch::Receiver<u64>) {
        match self {
            Moment::After(time) => tokio::time::sleep(time).await,
            Moment::AfterChange(time) => {
                changes.mark_unchanged();
                let _ = tokio::time::timeout(NO_ACT, changes.changed()).await;
                tokio::time::sleep(time).await;
            }
        }
    }
}
