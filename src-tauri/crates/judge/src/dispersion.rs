//! Overdispersion: how much more looks scatter than independent requests would.
//!
//! Retries, one bad node and batches make failures come together. Independent requests are the plain model of every bet
//! here, and bursts break it: the same number of failures is then less evidence. Pearson's statistic is measured from
//! look to look in two ways: of the canary's part of what happened (by its change from look to look, so that a
//! difference between the arms is not mistaken for scatter), over single looks and over blocks of 4 and 16, which see runs that last
//! longer than a look; and of stable alone around what it showed before, also while there is no canary yet. The logarithm of
//! each bet is divided by the result (quasi-likelihood, Wedderburn, 1974), and evidence that was counted before is always taken
//! at what is known now: at first too little may have been divided by, or too much. Neither ever makes evidence larger than the
//! plain model's ([`crate::wealth::Wealth::log_plain`]), so where that holds the bound on false alarms does too. Where it does not,
//! what comes out is no longer exact, and the verdict says so by `overdispersion > 1`.
//!
//! Where scatter is the rule, as with latencies, a few looks do not tell it well enough to divide by it. What is not known of a
//! variance makes tails long (Student, 1908): evidence that is `E` at a known scatter is only
//! `(n + 1) / 2 · ln(1 + 2 E / n)` at one that n looks have told, the Bayes factor of a normal mean whose variance is not known
//! (Jeffreys, "Theory of Probability", 1961). It is never more than E and nears it as n grows. This assumes that the sums of looks
//! are about normal and that the scatter stays what it is.
//!
//! "A look" here is one of usual length ([`crate::pace`]): finer ones are put together first. Retries and queues last for a
//! second or two, and looks as short as that would each see a part of them and take it for chance. What has not come to a whole
//! look yet counts as a look for the scatter, so that a burst is in it as soon as it is in the evidence, but as a part of one for
//! how well the scatter is known.

use crate::pace::Parts;

/// Looks per block at each scale.
const SCALES: [u32; 3] = [1, 4, 16];

/// Looks that the first guess is worth.
const GUESS_WEIGHT: f64 = 4.0;

/// Pearson's statistic over looks or blocks of looks: squares over variances, each summed first.
#[derive(Debug, Clone, Default)]
struct Pearson {
    filled: u32,
    excess: f64,
    blocks: f64,
    /// Of the excess.
    squares: f64,
    /// Of the change of the excess from block to block, halved.
    changes: f64,
    last: f64,
    sum_variance: f64,
}

impl Pearson {
    fn observe(&mut self, excess: f64, variance: f64, looks: u32) {
        self.excess += excess;
        self.sum_variance += variance;
        self.filled += 1;
        if self.filled < looks {
            return;
        }
        self.blocks += 1.0;
        self.squares += self.excess * self.excess;
        if self.blocks > 1.0 {
            self.changes += 0.5 * (self.excess - self.last).powi(2);
        }
        (self.filled, self.last, self.excess) = (0, self.excess, 0.0);
    }

    /// The statistic times what it is over, and that. By changes from block to block (von Neumann, 1941) a difference
    /// that is there all the time, or begins at some time, does not look like scatter.
    fn statistic(&self, by_changes: bool) -> (f64, f64) {
        if self.blocks < 2.0 || self.sum_variance <= 0.0 {
            return (0.0, 0.0);
        }
        let relative = self.blocks / self.sum_variance;
        if by_changes {
            (self.changes * relative, self.blocks - 1.0)
        } else {
            (self.squares * relative, self.blocks)
        }
    }

    /// Variance of one square under the plain model: 2, and more where few events are expected.
    fn square_variance(&self) -> f64 {
        2.0 + if self.sum_variance > 0.0 {
            self.blocks / self.sum_variance
        } else {
            0.0
        }
    }
}

/// Finer looks on their way to a whole one.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    excess: f64,
    variance: f64,
    parts: Parts,
}

impl Open {
    /// Adds a part; the whole look, once it is one.
    fn add(&mut self, excess: f64, variance: f64, part: f64) -> Option<(f64, f64)> {
        if !excess.is_finite() || !variance.is_finite() || variance < 0.0 {
            return None;
        }
        self.excess += excess;
        self.variance += variance;
        self.parts.complete(part).then(|| {
            let whole = std::mem::take(self);
            (whole.excess, whole.variance)
        })
    }

    /// A statistic with what is open as one more look.
    fn closed(&self, before: &Pearson, looks: u32) -> Pearson {
        let mut after = before.clone();
        if self.parts.missing().is_some() {
            after.observe(self.excess, self.variance, looks);
        }
        after
    }

    /// What is missing of a whole look, if one is open.
    fn missing(&self) -> f64 {
        self.parts.missing().unwrap_or(0.0)
    }
}

/// Measures scatter relative to the plain model.
#[derive(Debug, Clone)]
pub(crate) struct Dispersion {
    guess: f64,
    allowance: f64,
    difference: [Pearson; SCALES.len()],
    stable: Pearson,
    /// Of what else is seen of a distribution: by difference and of stable alone.
    spread: [Pearson; 2],
    /// Of the difference, of stable and of both spreads, in the same order.
    open: [Open; 4],
}

/// What is known of the scatter at one moment, with what is open.
struct Known {
    difference: [Pearson; SCALES.len()],
    stable: Pearson,
}

impl Known {
    /// No less than 1, nor than what any statistic says by itself, where chance does not explain it.
    fn with_single_statistics(&self, together: f64) -> f64 {
        let of_differences = self.difference.iter().map(|scale| (scale, true));
        let mut largest = together.max(1.0);
        for (scale, by_changes) in of_differences.chain([(&self.stable, false)]) {
            let (squares, n) = scale.statistic(by_changes);
            if n > 0.0 {
                let error = (scale.square_variance() / n).sqrt();
                largest = largest.max(squares / n / (1.0 + SINGLE_ALLOWANCE * error));
            }
        }
        largest
    }
}

impl Dispersion {
    /// `guess` is the scatter taken for granted until looks say otherwise, `allowance` how many standard errors of what
    /// they say are taken for chance: many where independent requests are the rule, few where they are not.
    pub(crate) fn new(guess: f64, allowance: f64) -> Self {
        Dispersion {
            guess,
            allowance,
            difference: Default::default(),
            stable: Pearson::default(),
            spread: Default::default(),
            open: Default::default(),
        }
    }

    fn known(&self) -> Known {
        let [difference, stable, ..] = &self.open;
        let mut scales = self.difference.clone();
        for (scale, looks) in scales.iter_mut().zip(SCALES) {
            *scale = difference.closed(scale, looks);
        }
        Known {
            difference: scales,
            stable: stable.closed(&self.stable, 1),
        }
    }

    /// One look at both arms: the canary's number minus its expectation if the arms were equal, and an estimate of the
    /// variance of that under the plain model, whether or not they are equal. `part`: of a usual look.
    pub(crate) fn observe_difference(&mut self, excess: f64, variance: f64, part: f64) {
        if let Some((excess, variance)) = self.open[0].add(excess, variance, part) {
            for (scale, looks) in self.difference.iter_mut().zip(SCALES) {
                scale.observe(excess, variance, looks);
            }
        }
    }

    /// The same for the spread of a distribution instead of its middle.
    pub(crate) fn observe_difference_of_spread(&mut self, excess: f64, variance: f64, part: f64) {
        if let Some((excess, variance)) = self.open[2].add(excess, variance, part) {
            self.spread[0].observe(excess, variance, 1);
        }
    }

    /// One look at stable: its number minus what its earlier looks let expect, and the variance of that.
    pub(crate) fn observe_stable(&mut self, excess: f64, variance: f64, part: f64) {
        if let Some((excess, variance)) = self.open[1].add(excess, variance, part) {
            self.stable.observe(excess, variance, 1);
        }
    }

    /// The same for the spread of its distribution.
    pub(crate) fn observe_spread_of_stable(&mut self, excess: f64, variance: f64, part: f64) {
        if let Some((excess, variance)) = self.open[3].add(excess, variance, part) {
            self.spread[1].observe(excess, variance, 1);
        }
    }

    /// The factor for the next look, at least 1.
    pub(crate) fn factor(&self) -> f64 {
        self.factor_from(self.guess, self.allowance)
    }

    /// The same from no guess, for bets whose evidence is taken at what is known of the scatter later.
    pub(crate) fn factor_for_now(&self) -> f64 {
        self.factor_from(1.0, 0.0)
    }

    fn factor_from(&self, guess: f64, allowance: f64) -> f64 {
        let known = self.known();
        let (difference, n_difference) = known.difference[0].statistic(true);
        let (stable, n_stable) = known.stable.statistic(false);
        let n = n_difference + n_stable;
        let together = (GUESS_WEIGHT * guess + difference + stable) / (GUESS_WEIGHT + n);
        let error = if n > 0.0 {
            let variance = n_difference * known.difference[0].square_variance()
                + n_stable * known.stable.square_variance();
            variance.sqrt() / n
        } else {
            0.0
        };
        // What chance explains is not corrected: otherwise every estimate that happens to be high costs time.
        known.with_single_statistics(together / (1.0 + allowance * error))
    }

    /// What is left of evidence under the plain model (its logarithm) at what is known of the scatter by now.
    pub(crate) fn evidence(&self, plain: f64) -> f64 {
        plain / self.factor()
    }

    /// The same where scatter is the rule: as much as is left if it is not known better than the looks so far tell.
    pub(crate) fn unsure_evidence(&self, plain: f64) -> f64 {
        let (scatter, looks) = self.told();
        let known = plain / scatter;
        if known > 0.0 {
            known.min(0.5 * (looks + 1.0) * (2.0 * known / looks).ln_1p())
        } else {
            known
        }
    }

    /// The scatter as the looks tell it, and how many tell it.
    fn told(&self) -> (f64, f64) {
        let known = self.known();
        let (difference, n_difference) = known.difference[0].statistic(true);
        let (stable, n_stable) = known.stable.statistic(false);
        let [open_difference, open_stable, open_spread, open_spread_of_stable] = &self.open;
        let spreads = [
            open_spread.closed(&self.spread[0], 1).statistic(true),
            open_spread_of_stable.closed(&self.spread[1], 1).statistic(false),
        ];
        let n_seen = spreads[0].1 + spreads[1].1;
        let n_spread = n_seen.min(MOST_OF_SPREAD);
        let spread = if n_seen > 0.0 {
            LESS_OF_SPREAD * (spreads[0].0 + spreads[1].0) * n_spread / n_seen
        } else {
            0.0
        };
        let (usual, worth) = USUAL;
        let squares = worth * usual + difference + stable + spread;
        let scatter = squares / (worth + n_difference + n_stable + n_spread);
        let missing = open_stable.missing() + OF_CHANGES * open_difference.missing();
        let looks = worth + n_stable + OF_CHANGES * (n_difference + n_spread) - missing;
        (known.with_single_statistics(scatter), looks.max(worth))
    }
}

/// The scatter that is usual where it is the rule, and how many looks that is worth: queues make requests slow together.
const USUAL: (f64, f64) = (8.0, 1.0);

/// A variance that is told by changes from look to look is known as well as by this part of as many looks (von Neumann, 1941).
const OF_CHANGES: f64 = 2.0 / 3.0;

/// The spread of a distribution scatters less than its middle, because the correlation of squares is the square of the
/// correlation: half as much with AR(1), rounded up.
const LESS_OF_SPREAD: f64 = 2.5;

/// Looks that the spread stands for at most: it helps at first, later the middle speaks for itself.
const MOST_OF_SPREAD: f64 = 12.0;

/// Standard errors that are taken for chance in what only one statistic sees.
const SINGLE_ALLOWANCE: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks whose excess is this many plain standard deviations, in turn.
    fn scattered(excesses: &[f64]) -> Dispersion {
        let mut dispersion = Dispersion::new(4.0, 0.5);
        for excess in excesses {
            dispersion.observe_difference(*excess, 1.0, 1.0);
            dispersion.observe_stable(*excess, 1.0, 1.0);
        }
        dispersion
    }

    #[test]
    fn what_is_left_of_evidence_is_never_more_than_the_plain_models() {
        for scatter in [0.0, 0.3, 1.0, 5.0] {
            for looks in [0, 1, 2, 5, 50] {
                let turns: Vec<f64> = (0..looks)
                    .map(|n| if n % 3 == 0 { scatter } else { -scatter })
                    .collect();
                let dispersion = scattered(&turns);
                for plain in [-3.0, 0.0, 0.5, 5.0, 50.0, 5000.0] {
                    for left in [dispersion.evidence(plain), dispersion.unsure_evidence(plain)] {
                        assert!(left <= plain.max(0.0), "{scatter} {looks} {plain}: {left}");
                    }
                }
            }
        }
    }

    #[test]
    fn finer_looks_tell_the_same_scatter_and_a_burst_counts_before_its_look_is_whole() {
        let excesses = [3.0, -2.0, 4.0, 0.0, -5.0, 1.0];
        let whole = scattered(&excesses);
        let mut fine = Dispersion::new(4.0, 0.5);
        for excess in excesses {
            for _ in 0..5 {
                fine.observe_difference(excess / 5.0, 0.2, 0.2);
                fine.observe_stable(excess / 5.0, 0.2, 0.2);
            }
        }
        assert!((fine.factor() - whole.factor()).abs() < 1e-9);
        assert!((fine.unsure_evidence(9.0) - whole.unsure_evidence(9.0)).abs() < 1e-9);
        let before = fine.factor();
        fine.observe_difference(9.0, 0.2, 0.2);
        assert!(fine.factor() > 1.2 * before, "{} {before}", fine.factor());
    }

    #[test]
    fn no_single_look_is_enough_where_scatter_is_the_rule_and_what_was_withheld_comes_back() {
        let enough = 100_f64.ln();
        assert!(scattered(&[]).unsure_evidence(100.0) < enough);
        let quiet = scattered(&[1.0, -1.0, 1.0, -1.0, 1.0, -1.0]);
        assert!(quiet.unsure_evidence(20.0) > enough);
        let wild = scattered(&[4.0, -4.0, 4.0, -4.0, 4.0, -4.0]);
        assert!(wild.unsure_evidence(20.0) < 0.5 * enough);
    }
}
