use crate::bet::{self, Null};
use crate::dispersion::Dispersion;
use crate::levels::{Levels, Standing};
use crate::pace::Pace;
use crate::signal::Effect;
use crate::verdict::Verdict;
use crate::wealth::Wealth;

/// Ratios of the rates that are bet on.
const RATIOS: [f64; 5] = [1.5, 2.0, 4.0, 10.0, 50.0];

/// First weights: cash and the ratios.
const DEGRADED_WEIGHTS: [f64; 6] = [0.05, 0.15, 0.25, 0.2, 0.2, 0.15];

/// First weights: cash, no difference, half the effect.
const HEALTHY_WEIGHTS: [f64; 3] = [0.1, 0.65, 0.25];

/// Events and the exposure they happened in.
pub(crate) type Events = (f64, f64);

/// Two Poisson rates under any exposure, looked at again and again: given the sum of both arms, the canary's events are
/// binomial with its share of the exposure (Przyborowski and Wilenski, 1940).
///
/// Assumes: events are independent given the rate, which may change with time in both arms alike.
#[derive(Debug, Clone)]
pub(crate) struct CountTest {
    effect: Effect,
    levels: Levels,
    degraded: Wealth,
    healthy: Wealth,
    dispersion: Dispersion,
    stable: Events,
    canary: Events,
    rejected: bool,
}

impl CountTest {
    pub(crate) fn new(effect: Effect, levels: Levels) -> Self {
        CountTest {
            effect,
            levels,
            degraded: Wealth::new(&DEGRADED_WEIGHTS, f64::INFINITY),
            healthy: Wealth::new(&HEALTHY_WEIGHTS, levels.healthy_cap()),
            dispersion: Dispersion::new(1.0, 3.0),
            stable: (0.0, 0.0),
            canary: (0.0, 0.0),
            rejected: false,
        }
    }

    pub(crate) fn new_phase(&mut self) {
        self.healthy = Wealth::new(&HEALTHY_WEIGHTS, self.levels.healthy_cap());
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

    /// Adds to what is known without betting.
    pub(crate) fn learn(&mut self, pace: Pace, stable: Events, canary: Events) {
        if self.stable.1 > 0.0 && stable.1 > 0.0 {
            let expected = (self.stable.0 + 0.5) / self.stable.1 * stable.1;
            let variance = expected * (1.0 + stable.1 / self.stable.1);
            self.dispersion
                .observe_stable(stable.0 - expected, variance, pace.part);
        }
        let add = |memory: &mut Events, look: Events| {
            *memory = (pace.memory * memory.0 + look.0, pace.memory * memory.1 + look.1);
        };
        add(&mut self.stable, stable);
        add(&mut self.canary, canary);
    }

    pub(crate) fn observe(&mut self, pace: Pace, stable: Events, canary: Events) {
        if stable.1 > 0.0 && canary.1 > 0.0 {
            self.bet(pace, stable, canary);
            let share = canary.1 / (stable.1 + canary.1);
            let excess = canary.0 - (stable.0 + canary.0) * share;
            let variance = (1.0 - share).powi(2) * canary.0 + share.powi(2) * stable.0;
            self.dispersion.observe_difference(excess, variance, pace.part);
        }
        self.learn(pace, stable, canary);
        if self.degraded_evidence() >= self.levels.degraded {
            self.reject();
        }
    }

    fn bet(&mut self, pace: Pace, stable: Events, canary: Events) {
        let overdispersion = self.dispersion.factor();
        let share = canary.1 / (stable.1 + canary.1);
        let events = stable.0 + canary.0;
        let mut degraded = [0.0; DEGRADED_WEIGHTS.len()];
        for (slot, ratio) in degraded[1..].iter_mut().zip(RATIOS) {
            *slot = bet::conditional(ratio, 1.0, canary.0, events, share);
        }
        self.degraded.bet(&degraded, overdispersion, pace);
        let mut healthy = [0.0; HEALTHY_WEIGHTS.len()];
        if self.stable.1 > 0.0 {
            // Half an event over all that was seen, so that a rate is never zero.
            let base = (self.stable.0 + 0.5) / self.stable.1;
            let effect = self.effect.at(base);
            let absolute = self.effect.absolute.unwrap_or(0.0);
            let null = if absolute >= effect {
                Null {
                    offset: absolute,
                    slope: 1.0,
                }
            } else {
                Null {
                    offset: 0.0,
                    slope: 1.0 + self.effect.relative.unwrap_or(0.0),
                }
            };
            for (slot, rate) in healthy[1..].iter_mut().zip([base, base + 0.5 * effect]) {
                *slot = bet::rates(null, -1.0, (base, rate), stable, canary);
            }
        }
        self.healthy.bet(&healthy, overdispersion, pace);
    }

    fn is_worth_stopping(&self) -> bool {
        if self.stable.1 <= 0.0 || self.canary.1 <= 0.0 {
            return false;
        }
        let (stable, canary) = (self.stable.0 / self.stable.1, self.canary.0 / self.canary.1);
        canary - stable >= 0.5 * self.effect.at(stable)
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
            interval: None,
            overdispersion: self.dispersion.factor(),
            edge: None,
        }
    }
}
