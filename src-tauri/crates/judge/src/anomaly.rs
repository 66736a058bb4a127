use crate::pace::Pace;
use crate::wealth::Wealth;

/// Values that are kept. When they are used up, nothing more is said.
const MOST: usize = 8192;

/// Powers that small p-values are bet on with.
const POWERS: [f64; 4] = [0.1, 0.3, 0.5, 0.8];

/// First weights: cash and the powers.
const WEIGHTS: [f64; 5] = [0.2, 0.2, 0.2, 0.2, 0.2];

/// Part of the wealth that is shared out again after each value, so that a change after a long time is found almost as soon
/// as an early one.
const SHARED: f64 = 0.004;

/// Says when a series is no longer what it was, without a law for its values: a conformal test martingale (Vovk, Nouretdinov
/// and Gammerman, "Testing exchangeability on-line", 2003). Each value's rank among all before it is a p-value; small ones
/// are bet on.
///
/// The probability of *ever* raising a false alarm is at most `alpha` if the values are exchangeable: independent, or at
/// least in no particular order. A day's rhythm, a trend or strong dependence of neighbours break that, and are then
/// what is found. Ties count against the alarm. Memory grows to 64 KiB and no further.
#[derive(Debug, Clone)]
pub struct Anomaly {
    alpha: f64,
    /// Ascending.
    values: Vec<f64>,
    high: Wealth,
    low: Wealth,
    found: Option<Found>,
}

/// The first alarm of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Time of the value that raised it, as it was given.
    pub at_ms: i64,
    /// Values are higher than they were; else lower.
    pub is_high: bool,
}

impl Anomaly {
    /// Watches a series; `alpha` is the probability of a false alarm over all of it, in `0..1`.
    pub fn new(alpha: f64) -> Self {
        Anomaly {
            alpha,
            values: Vec::new(),
            high: Wealth::new(&WEIGHTS, f64::INFINITY),
            low: Wealth::new(&WEIGHTS, f64::INFINITY),
            found: None,
        }
    }

    /// Takes the next value; one that is not finite is not counted. The first alarm stays.
    pub fn observe(&mut self, at_ms: i64, value: f64) -> Option<Found> {
        if self.found.is_some() || !value.is_finite() || self.values.len() >= MOST {
            return self.found;
        }
        let below = self.values.partition_point(|v| *v < value);
        let up_to = self.values.partition_point(|v| *v <= value);
        let n = self.values.len();
        self.values.insert(up_to, value);
        let all = n as f64 + 1.0;
        // How many are at least as extreme, itself included.
        bet(&mut self.high, (n - below) as f64 + 1.0, all);
        bet(&mut self.low, up_to as f64 + 1.0, all);
        // Either side has half of alpha.
        let level = (2.0 / self.alpha).ln();
        let is_high = self.high.log() >= level;
        if is_high || self.low.log() >= level {
            self.found = Some(Found { at_ms, is_high });
        }
        self.found
    }
}

/// Bets with a p-value of `rank / all`. It is never smaller than the randomized p-value, which is exactly uniform, and the
/// factor `ε p^(ε−1)` falls with p: so its expectation is at most 1.
fn bet(wealth: &mut Wealth, rank: f64, all: f64) {
    let log_p = (rank / all).ln();
    let mut factors = [0.0; WEIGHTS.len()];
    for (factor, power) in factors[1..].iter_mut().zip(POWERS) {
        *factor = power.ln() + (power - 1.0) * log_p;
    }
    wealth.bet(&factors, 1.0, Pace::of_values(SHARED));
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// When the first alarm is raised; values are uniform squares, higher by `shift` from `from` on.
    fn alarm(seed: u64, values: i64, from: i64, shift: f64) -> Option<Found> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut anomaly = Anomaly::new(0.05);
        (0..values).find_map(|at| {
            let value = rng.random::<f64>().powi(2) + if at >= from { shift } else { 0.0 };
            anomaly.observe(at, value)
        })
    }

    #[test]
    fn a_series_that_stays_what_it_is_raises_at_most_the_stated_rate_of_alarms() {
        let alarms = (0..300)
            .filter(|seed| alarm(*seed, 300, 300, 0.0).is_some())
            .count();
        // At most 15 of 300 are expected; 27 or more have a probability below 0.3 %.
        assert!(alarms < 27, "{alarms}");
    }

    #[test]
    fn a_series_that_changes_is_found_soon_and_with_its_direction() {
        for seed in 0..20 {
            let found = alarm(seed, 400, 200, 1.0).unwrap();
            assert!((200..215).contains(&found.at_ms) && found.is_high, "{found:?}");
            let found = alarm(seed, 400, 200, -1.0).unwrap();
            assert!((200..215).contains(&found.at_ms) && !found.is_high, "{found:?}");
        }
    }

    #[test]
    fn a_constant_series_and_values_that_are_no_numbers_are_no_anomaly() {
        let mut anomaly = Anomaly::new(0.05);
        for at in 0..1000 {
            assert_eq!(
                anomaly.observe(at, if at % 3 == 0 { f64::NAN } else { 7.0 }),
                None
            );
        }
    }
}
