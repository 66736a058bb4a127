//! Overdispersion: how much more looks scatter than independent requests would.
//!
//! Retries, one bad node and batches make failures come together. Independent requests are the plain model of every bet
//! here, and bursts break it: the same number of failures is then less evidence. Pearson's statistic is measured from
//! look to look in two ways: of the canary's part of what happened (by its change from look to look, so that a
//! difference between the arms is not mistaken for scatter), over single looks and over blocks of 4 and 16, which see runs that last
//! longer than a look; and of stable alone around what it showed before, also while there is no canary yet. The logarithm of
//! each bet is divided by the result (quasi-likelihood, Wedderburn, 1974), and if the result grows, evidence that was
//! counted before is reduced to what it would be now. Both only ever make evidence smaller than the plain model's, so
//! where that holds the bound on false alarms does too. Where it does not, what comes out is no longer exact, and the
//! verdict says so by `overdispersion > 1`.

/// Looks per block at each scale.
const SCALES: [u32; 3] = [1, 4, 16];

/// Looks that the first guess is worth.
const GUESS_WEIGHT: f64 = 4.0;

/// How much of the memory of what was used is kept from look to look.
const USED_MEMORY: f64 = 0.98;

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

/// Measures scatter relative to the plain model.
#[derive(Debug, Clone)]
pub(crate) struct Dispersion {
    guess: f64,
    allowance: f64,
    difference: [Pearson; SCALES.len()],
    stable: Pearson,
    /// Mean of the factors that evidence was divided by when it was counted, and what the mean is over.
    used: (f64, f64),
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
            used: (0.0, 0.0),
        }
    }

    /// One look at both arms: the canary's number minus its expectation if the arms were equal, and an estimate of the
    /// variance of that under the plain model, whether or not they are equal.
    pub(crate) fn observe_difference(&mut self, excess: f64, variance: f64) {
        if excess.is_finite() && variance >= 0.0 && variance.is_finite() {
            for (scale, looks) in self.difference.iter_mut().zip(SCALES) {
                scale.observe(excess, variance, looks);
            }
        }
    }

    /// One look at stable: its number minus what its earlier looks let expect, and the variance of that.
    pub(crate) fn observe_stable(&mut self, excess: f64, variance: f64) {
        if excess.is_finite() && variance >= 0.0 && variance.is_finite() {
            self.stable.observe(excess, variance, 1);
        }
    }

    /// The factor for the next look, at least 1.
    pub(crate) fn factor(&self) -> f64 {
        let (difference, n_difference) = self.difference[0].statistic(true);
        let (stable, n_stable) = self.stable.statistic(false);
        let n = n_difference + n_stable;
        let together = (GUESS_WEIGHT * self.guess + difference + stable) / (GUESS_WEIGHT + n);
        let error = if n > 0.0 {
            let variance = n_difference * self.difference[0].square_variance()
                + n_stable * self.stable.square_variance();
            variance.sqrt() / n
        } else {
            0.0
        };
        // What chance explains is not corrected: otherwise every estimate that happens to be high costs time.
        let mut largest = 1.0_f64.max(together / (1.0 + self.allowance * error));
        for (scale, by_changes) in self
            .difference
            .iter()
            .map(|scale| (scale, true))
            .chain([(&self.stable, false)])
        {
            let (squares, n) = scale.statistic(by_changes);
            if n > 0.0 {
                let error = (scale.square_variance() / n).sqrt();
                largest = largest.max(squares / n / (1.0 + SINGLE_ALLOWANCE * error));
            }
        }
        largest
    }

    /// Notes that evidence was divided by this factor.
    pub(crate) fn use_factor(&mut self, factor: f64) {
        self.used = (
            USED_MEMORY * self.used.0 + factor,
            USED_MEMORY * self.used.1 + 1.0,
        );
    }

    /// The part of the evidence counted so far that is left at what is known now.
    pub(crate) fn left(&self) -> f64 {
        if self.used.1 <= 0.0 {
            1.0
        } else {
            (self.used.0 / self.used.1 / self.factor()).min(1.0)
        }
    }
}

/// Standard errors that are taken for chance in what only one statistic sees.
const SINGLE_ALLOWANCE: f64 = 3.0;
