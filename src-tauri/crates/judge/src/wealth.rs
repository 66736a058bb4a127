//! Evidence against a null hypothesis, as the wealth of a gambler who bets against it.
//!
//! A bet is a factor whose expectation under the null, given everything before the look, is at most 1. Wealth that
//! starts at 1 and is multiplied by such factors is an e-process: under the null it ever reaches `1/alpha` with
//! probability at most `alpha` (Ville's inequality), however often and whenever one looks.
//!
//! Several bettors share the wealth because nobody knows beforehand which alternative is the true one. After each look a
//! small part of everybody's wealth is shared out again by the first weights (fixed share, Herbster and Warmuth, 1998).
//! One bettor keeps cash. So a canary that is healthy for an hour and then turns bad is found almost as fast as one that is bad from
//! the start: what the others lost in that hour is not owed. Sharing only moves wealth, so the sum stays an e-process.

use crate::pace::Pace;

/// Wealth of several bettors against one null hypothesis.
#[derive(Debug, Clone)]
pub(crate) struct Wealth {
    log_total: f64,
    /// The same with each change multiplied by what its bets were divided by.
    log_plain: f64,
    weights: Vec<f64>,
    parts: Vec<f64>,
    log_cap: f64,
    /// Mean change of the logarithm per look, recent looks counting more, and what the mean is over.
    growth: (f64, f64),
}

/// How much of the growth's memory is kept from one usual look to the next.
const GROWTH_MEMORY: f64 = 0.9;

impl Wealth {
    /// Weights of the bettors; they are scaled to a sum of 1. Wealth above `log_cap` is thrown away (which keeps the
    /// bound): evidence that is capped falls soon when the looks turn against it.
    pub(crate) fn new(weights: &[f64], log_cap: f64) -> Self {
        let sum: f64 = weights.iter().sum();
        let weights: Vec<f64> = weights.iter().map(|w| w / sum).collect();
        Wealth {
            log_total: 0.0,
            log_plain: 0.0,
            parts: weights.clone(),
            weights,
            log_cap,
            growth: (0.0, 0.0),
        }
    }

    /// Takes the logarithm of each bettor's factor, in the order of the weights; each is divided by `overdispersion`, at least
    /// 1 and known before the look. A factor that is missing or is not a number counts as cash. `pace` tells
    /// what part of the wealth is shared out again.
    pub(crate) fn bet(&mut self, log_factors: &[f64], overdispersion: f64, pace: Pace) {
        let factor = |index: usize| {
            let log = log_factors.get(index).copied().unwrap_or(0.0) / overdispersion;
            if log.is_nan() {
                0.0
            } else {
                log.clamp(-700.0, 700.0)
            }
        };
        let highest = (0..self.parts.len())
            .map(factor)
            .fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for (index, part) in self.parts.iter_mut().enumerate() {
            *part *= (factor(index) - highest).exp();
            sum += *part;
        }
        if sum <= 0.0 {
            return;
        }
        let change = highest + sum.ln();
        self.log_total = (self.log_total + change).min(self.log_cap);
        self.log_plain += overdispersion * change;
        let memory = GROWTH_MEMORY.powf(pace.part);
        self.growth = (memory * self.growth.0 + change, memory * self.growth.1 + 1.0);
        for (part, weight) in self.parts.iter_mut().zip(&self.weights) {
            *part = (1.0 - pace.shared) * *part / sum + pace.shared * weight;
        }
    }

    /// Looks until what is `missing` of the logarithm is there, if it goes on growing as in the recent looks.
    pub(crate) fn looks_until(&self, missing: f64) -> Option<f64> {
        let rate = self.growth.0 / self.growth.1;
        (rate > 1e-6 && missing > 0.0).then(|| missing / rate)
    }

    /// Natural logarithm of the wealth: `ln(1/alpha)` rejects the null at level `alpha`.
    pub(crate) fn log(&self) -> f64 {
        self.log_total
    }

    /// What the logarithm would be if the division were taken back. If the bets are valid without it, so is this: with
    /// `g = f^(1/u)` the power u of the mean of all g is at most the mean of all f (Jensen), look by look. So what is counted with a
    /// scatter that was only guessed can be given back once the scatter is measured.
    pub(crate) fn log_plain(&self) -> f64 {
        self.log_plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cash_alone_neither_wins_nor_loses() {
        let mut wealth = Wealth::new(&[1.0], f64::INFINITY);
        for _ in 0..1000 {
            wealth.bet(&[0.0], 1.0, Pace::of_values(0.004));
        }
        assert!(wealth.log().abs() < 1e-9);
    }

    #[test]
    fn what_a_division_withheld_can_be_given_back_without_more_being_expected_than_was_staked() {
        // Fair coins, three bettors, divisors that change from look to look: over all that three looks can show.
        let bets = [[1.0, 1.0], [0.5, 1.5], [1.8, 0.2]].map(|factors| factors.map(f64::ln));
        let divisors = [4.0, 1.0, 2.5];
        for (weights, least) in [([0.2, 0.4, 0.4], 0.5), ([0.0, 0.0, 1.0], 0.99)] {
            let mut expectation = 0.0;
            for seen in 0..8_usize {
                let mut wealth = Wealth::new(&weights, f64::INFINITY);
                for (look, divisor) in divisors.iter().enumerate() {
                    let side = seen >> look & 1;
                    wealth.bet(&bets.map(|bet| bet[side]), *divisor, Pace::of_values(0.004));
                }
                expectation += wealth.log_plain().exp() / 8.0;
            }
            assert!(expectation <= 1.0 + 1e-12, "{expectation}");
            assert!(expectation > least, "{expectation}");
        }
    }

    #[test]
    fn an_hour_of_losing_bets_costs_a_late_winner_only_the_restart() {
        let mut wealth = Wealth::new(&[0.2, 0.8], f64::INFINITY);
        for _ in 0..720 {
            wealth.bet(&[0.0, -5.0], 1.0, Pace::of_values(0.004));
        }
        assert!(wealth.log() > -5.0, "{}", wealth.log());
        for _ in 0..10 {
            wealth.bet(&[0.0, 2.0], 1.0, Pace::of_values(0.004));
        }
        assert!(wealth.log() > 20.0 - 5.0 - 6.5, "{}", wealth.log());
    }

    #[test]
    fn wealth_is_never_above_what_the_best_bettor_makes_and_never_above_its_cap() {
        let mut wealth = Wealth::new(&[0.5, 0.5], 3.0);
        for _ in 0..10 {
            wealth.bet(&[0.0, 0.2], 1.0, Pace::of_values(0.004));
            assert!(wealth.log() <= 0.2 * 10.0 && wealth.log() <= 3.0);
        }
        wealth.bet(&[f64::NAN, 800.0], 1.0, Pace::of_values(0.004));
        assert_eq!(wealth.log(), 3.0);
    }
}
