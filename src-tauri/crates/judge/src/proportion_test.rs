use crate::bet::{self, Null, Sample};
use crate::difference_interval::DifferenceInterval;
use crate::dispersion::Dispersion;
use crate::levels::{Levels, Standing};
use crate::pace::Pace;
use crate::signal::Effect;
use crate::verdict::Verdict;
use crate::wealth::Wealth;

/// Ratios that the conditional bets are made on.
const RATIOS: [f64; 4] = [2.0, 4.0, 10.0, 50.0];

/// First weights: cash, the ratios, once and twice the effect, and what the canary showed so far.
const DEGRADED_WEIGHTS: [f64; 8] = [0.05, 0.20, 0.10, 0.15, 0.10, 0.15, 0.10, 0.15];

/// First weights: cash, no difference, half the effect, and what the canary showed so far.
const HEALTHY_WEIGHTS: [f64; 4] = [0.1, 0.5, 0.2, 0.2];

/// Two proportions, looked at again and again.
///
/// Against "no worse" it bets with conditional likelihood ratios (they work from the first look, without knowing stable's
/// rate) and with the e-variables of Turner, Ly and Grünwald at estimates from earlier looks; against "worse by the
/// effect" with the latter only. Assumes what [`bet::proportions`] assumes; where requests come in bursts the evidence is divided
/// by the measured overdispersion and is no longer exact.
#[derive(Debug, Clone)]
pub(crate) struct ProportionTest {
    effect: Effect,
    levels: Levels,
    degraded: Wealth,
    healthy: Wealth,
    interval: DifferenceInterval,
    dispersion: Dispersion,
    stable: Sample,
    canary: Sample,
    rejected: bool,
}

impl ProportionTest {
    pub(crate) fn new(effect: Effect, levels: Levels) -> Self {
        ProportionTest {
            effect,
            levels,
            degraded: Wealth::new(&DEGRADED_WEIGHTS, f64::INFINITY),
            healthy: Wealth::new(&HEALTHY_WEIGHTS, levels.healthy_cap()),
            interval: DifferenceInterval::new(levels),
            dispersion: Dispersion::new(1.0, 3.0),
            stable: Sample::default(),
            canary: Sample::default(),
            rejected: false,
        }
    }

    /// Evidence against "no worse" is carried on: the null is the same, and alpha is for the whole release. What
    /// speaks for health starts anew.
    pub(crate) fn new_phase(&mut self) {
        self.healthy = Wealth::new(&HEALTHY_WEIGHTS, self.levels.healthy_cap());
        self.interval = DifferenceInterval::new(self.levels);
    }

    /// Stable's proportion as known so far, and the canary's, pulled towards stable's while it has few requests.
    fn estimate(&self) -> Option<(f64, f64)> {
        if self.stable.total < 1.0 {
            return None;
        }
        let stable = (self.stable.bad + 0.5) / (self.stable.total + 1.0);
        const PULL: f64 = 20.0;
        let canary = (self.canary.bad + PULL * stable) / (self.canary.total + PULL);
        Some((stable, canary))
    }

    /// Calls the canary worse, if what was seen recently is worth stopping for.
    pub(crate) fn reject(&mut self) {
        self.rejected |= self.is_worth_stopping();
    }

    /// The logarithm of the evidence against "no worse" under the plain model: no smaller than what is left of it.
    pub(crate) fn degraded_log(&self) -> f64 {
        self.degraded.log_plain()
    }

    /// What is left of the evidence against "no worse" at what is known of the scatter by now.
    pub(crate) fn degraded_evidence(&self) -> f64 {
        self.dispersion.evidence(self.degraded.log_plain())
    }

    /// Adds to what is known without betting: stable alone, before there is a canary, teaches its rate and its scatter.
    pub(crate) fn learn(&mut self, pace: Pace, stable: Sample, canary: Sample) {
        if let Some((rate, _)) = self.estimate()
            && stable.total > 0.0
        {
            let own = stable.total * rate * (1.0 - rate);
            self.dispersion.observe_stable(
                stable.bad - stable.total * rate,
                own * (1.0 + stable.total / self.stable.total),
                pace.part,
            );
        }
        let add = |memory: &mut Sample, look: Sample| {
            memory.total = pace.memory * memory.total + look.total;
            memory.bad = pace.memory * memory.bad + look.bad;
        };
        add(&mut self.stable, stable);
        add(&mut self.canary, canary);
    }

    pub(crate) fn observe(&mut self, pace: Pace, stable: Sample, canary: Sample) {
        if stable.total > 0.0 && canary.total > 0.0 {
            self.bet(pace, stable, canary);
            let (all, bad) = (stable.total + canary.total, stable.bad + canary.bad);
            let share = canary.total / all;
            // Each arm's own variance: what the pooled one has too little of, in an arm that is much worse, would look like
            // scatter.
            let own = |arm: Sample| arm.bad * (arm.total - arm.bad) / (arm.total - 1.0).max(1.0);
            let variance = (1.0 - share).powi(2) * own(canary) + share.powi(2) * own(stable);
            self.dispersion
                .observe_difference(canary.bad - bad * share, variance, pace.part);
        }
        self.learn(pace, stable, canary);
        if self.degraded_evidence() >= self.levels.degraded {
            self.reject();
        }
    }

    fn bet(&mut self, pace: Pace, stable: Sample, canary: Sample) {
        let overdispersion = self.dispersion.factor();
        let share = canary.total / (stable.total + canary.total);
        let bad = stable.bad + canary.bad;
        let mut degraded = [0.0; DEGRADED_WEIGHTS.len()];
        for (slot, ratio) in degraded[1..].iter_mut().zip(RATIOS) {
            *slot = bet::conditional(ratio, 1.0, canary.bad, bad, share);
        }
        let mut healthy = [0.0; HEALTHY_WEIGHTS.len()];
        if let Some((base, seen)) = self.estimate() {
            let effect = self.effect.at(base);
            let worse = [base + effect, base + 2.0 * effect, seen.max(base + 0.5 * effect)];
            for (slot, rate) in degraded[1 + RATIOS.len()..].iter_mut().zip(worse) {
                let alternative = (base, rate.min(0.999));
                *slot = bet::proportions(Null::NO_WORSE, 1.0, alternative, stable, canary);
            }
            let null = null_of(&self.effect, base);
            let fine = [base, base + 0.5 * effect, seen];
            for (slot, rate) in healthy[1..].iter_mut().zip(fine) {
                *slot = bet::proportions(null, -1.0, (base, rate), stable, canary);
            }
            self.interval
                .observe((base, seen), stable, canary, overdispersion, pace);
        }
        self.degraded.bet(&degraded, overdispersion, pace);
        self.healthy.bet(&healthy, overdispersion, pace);
    }

    /// Whether what was seen recently is at least half of the smallest effect worth stopping for. A difference that is real
    /// but too small waits until it is known to be too small.
    fn is_worth_stopping(&self) -> bool {
        if self.stable.total <= 0.0 || self.canary.total <= 0.0 {
            return false;
        }
        let (stable, canary) = (
            self.stable.bad / self.stable.total,
            self.canary.bad / self.canary.total,
        );
        canary - stable >= 0.5 * self.effect.at(stable)
    }

    /// The interval, with what the verdicts exclude taken out.
    fn bounds(&self) -> (f64, f64) {
        let (low, high) = self.interval.bounds(self.levels);
        let base = self.estimate().map_or(0.0, |(base, _)| base);
        let effect = self.effect.at(base);
        if self.rejected {
            (low.max(0.0), high.max(1e-4))
        } else if self.healthy.log() >= self.levels.healthy && low < effect {
            (low, high.min(effect))
        } else {
            (low, high)
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        let degraded = self.degraded_evidence();
        let towards = if self.is_worth_stopping() {
            Verdict::Degraded
        } else {
            Verdict::Healthy
        };
        Standing {
            degraded,
            healthy: self.healthy.log(),
            rejected: self.rejected,
            towards: Some(towards),
            degraded_in: self.degraded.looks_until(self.levels.degraded - degraded),
            healthy_in: self.healthy.looks_until(self.levels.healthy - self.healthy.log()),
            interval: Some(self.bounds()),
            overdispersion: self.dispersion.factor(),
            edge: None,
        }
    }
}

/// The null "worse by the effect": its larger part at this rate of stable.
fn null_of(effect: &Effect, base: f64) -> Null {
    let absolute = effect.absolute.unwrap_or(0.0);
    let relative = effect.relative.unwrap_or(0.0);
    if absolute >= relative * base {
        Null {
            offset: absolute,
            slope: 1.0,
        }
    } else {
        Null {
            offset: 0.0,
            slope: 1.0 + relative,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binomial(n: u32, p: f64) -> Vec<f64> {
        let mut law = vec![0.0; n as usize + 1];
        law[0] = 1.0;
        for _ in 0..n {
            for k in (0..law.len()).rev() {
                law[k] = law[k] * (1.0 - p) + if k > 0 { law[k - 1] * p } else { 0.0 };
            }
        }
        law
    }

    /// Expectation of the wealth after two looks of 10 and 5 requests, over all that can happen.
    fn expectation(stable: f64, canary: f64, wealth: impl Fn(&ProportionTest) -> f64) -> f64 {
        let levels = Levels {
            degraded: 4.6,
            healthy: 3.0,
        };
        let (stable, canary) = (binomial(10, stable), binomial(5, canary));
        let looks: Vec<(f64, Sample, Sample)> = stable
            .iter()
            .enumerate()
            .flat_map(|(x, p)| {
                canary
                    .iter()
                    .enumerate()
                    .map(move |(y, q)| (p * q, Sample::new(10.0, x as f64), Sample::new(5.0, y as f64)))
            })
            .collect();
        let pace = Pace::after(5.0, 5.0);
        let mut sum = 0.0;
        for (p, stable, canary) in &looks {
            let mut test = ProportionTest::new(Effect::absolute(0.1), levels);
            test.observe(pace, *stable, *canary);
            for (q, stable, canary) in &looks {
                let mut test = test.clone();
                test.observe(pace, *stable, *canary);
                sum += p * q * wealth(&test).exp();
            }
        }
        sum
    }

    #[test]
    fn two_looks_at_a_canary_that_is_no_worse_are_not_expected_to_be_evidence_against_it() {
        for (stable, canary) in [(0.05, 0.05), (0.3, 0.3), (0.3, 0.1)] {
            let found = expectation(stable, canary, ProportionTest::degraded_evidence);
            assert!(found <= 1.0 + 1e-9, "{stable} {canary}: {found}");
        }
    }

    #[test]
    fn two_looks_at_a_canary_that_is_worse_by_the_effect_are_not_expected_to_be_evidence_of_health() {
        for (stable, canary) in [(0.05, 0.15), (0.3, 0.4), (0.3, 0.5)] {
            let found = expectation(stable, canary, |test| test.healthy.log());
            assert!(found <= 1.0 + 1e-9, "{stable} {canary}: {found}");
        }
    }
}
