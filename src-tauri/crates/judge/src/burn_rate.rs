//! Multiwindow, multi-burn-rate alerts on an error budget.
//!
//! Source: "The Site Reliability Workbook" (Google, 2018), chapter 5, section 6. An objective of 99.9 % leaves a budget of 0.1 % bad
//! requests; a burn rate of 1 uses it up in exactly its period of 30 days. An alert is raised when the budget burns too
//! fast over a long window (it matters) and over a short one (it still goes on), and it ends with the short one.
//! It knows nothing of chance beyond a least number of failures; it says what users get, whatever stable does.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Burn rate, long and short window in seconds: the workbook's recommended parameters.
const ALERTS: [(f64, f64, f64); 3] = [
    (14.4, 3_600.0, 300.0),
    (6.0, 21_600.0, 1_800.0),
    (1.0, 259_200.0, 21_600.0),
];

/// Failures that the short window must hold, so that one failed request of few is no alert.
const LEAST_FAILURES: f64 = 5.0;

/// Hysteresis: an alert ends when the short window's burn rate is below this part of the alert's.
const CLEARS_AT: f64 = 0.9;

/// Parts that a window is kept in.
const BINS: usize = 12;

/// A service level objective that is watched by its burn rates. For error ratios and for latencies (there a request is bad
/// that takes longer than the latency's objective).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Objective {
    /// Part of the requests that must be good, in `0..1`: 0.999.
    pub good: f64,
    /// What the workbook's windows are multiplied by. 1 is for a service that runs for weeks; releases last minutes, so that
    /// 1/12 (the first alert looks at 5 minutes and 25 seconds) is what a release is watched with as a rule.
    pub scale: f64,
}

impl Objective {
    /// An objective with windows that suit a release.
    pub fn for_release(good: f64) -> Self {
        Objective {
            good,
            scale: 1.0 / 12.0,
        }
    }

    /// Whether the numbers make sense.
    pub(crate) fn is_possible(&self) -> bool {
        self.good > 0.0 && self.good < 1.0 && self.scale > 0.0 && self.scale.is_finite()
    }

    /// Part of the requests that may be bad.
    pub(crate) fn budget(&self) -> f64 {
        1.0 - self.good
    }
}

/// An alert: the budget burns this fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Burning {
    /// Over the long window.
    pub(crate) rate: f64,
    /// What it may be.
    pub(crate) allowed: f64,
    /// The long window.
    pub(crate) seconds: f64,
}

/// The newest part of time, in bins.
#[derive(Debug, Clone, Default)]
struct Sliding {
    seconds: f64,
    /// Number of the bin, requests, bad ones.
    bins: Vec<(i64, f64, f64)>,
}

impl Sliding {
    fn new(seconds: f64) -> Self {
        Sliding {
            seconds,
            bins: Vec::new(),
        }
    }

    fn observe(&mut self, at_ms: i64, total: f64, bad: f64) {
        let bin = (at_ms as f64 / 1000.0 / self.seconds * BINS as f64).floor() as i64;
        self.bins.retain(|(number, _, _)| *number > bin - BINS as i64);
        match self.bins.last_mut() {
            Some(last) if last.0 == bin => (last.1, last.2) = (last.1 + total, last.2 + bad),
            _ => self.bins.push((bin, total, bad)),
        }
    }

    /// Requests and bad ones.
    fn sum(&self) -> (f64, f64) {
        self.bins
            .iter()
            .fold((0.0, 0.0), |sum, bin| (sum.0 + bin.1, sum.1 + bin.2))
    }
}

/// Follows the canary against an objective, in constant memory.
#[derive(Debug, Clone)]
pub(crate) struct BurnRates {
    objective: Objective,
    alerts: Vec<(f64, Sliding, Sliding, bool)>,
}

impl BurnRates {
    pub(crate) fn new(objective: Objective) -> Self {
        let alerts = ALERTS
            .iter()
            .map(|(rate, long, short)| {
                let window = |seconds: f64| Sliding::new(seconds * objective.scale);
                (*rate, window(*long), window(*short), false)
            })
            .collect();
        BurnRates { objective, alerts }
    }

    /// What the canary showed in the interval that ends at a look.
    pub(crate) fn observe(&mut self, at_ms: i64, total: f64, bad: f64) {
        let budget = self.objective.budget();
        for (allowed, long, short, is_raised) in &mut self.alerts {
            long.observe(at_ms, total, bad);
            short.observe(at_ms, total, bad);
            let rate = |(total, bad): (f64, f64)| if total > 0.0 { bad / total / budget } else { 0.0 };
            let (in_long, in_short) = (rate(long.sum()), rate(short.sum()));
            *is_raised = if *is_raised {
                in_short >= CLEARS_AT * *allowed
            } else {
                in_long >= *allowed && in_short >= *allowed && short.sum().1 >= LEAST_FAILURES
            };
        }
    }

    /// The alert of the highest burn rate that is raised.
    pub(crate) fn burning(&self) -> Option<Burning> {
        let raised = self.alerts.iter().find(|(_, _, _, is_raised)| *is_raised);
        raised.map(|(allowed, long, _, _)| {
            let (total, bad) = long.sum();
            Burning {
                rate: bad / total.max(1.0) / self.objective.budget(),
                allowed: *allowed,
                seconds: long.seconds,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks every 5 s with 100 requests each, of which `bad` fail.
    fn feed(rates: &mut BurnRates, from: i64, looks: i64, bad: f64) -> i64 {
        for look in 0..looks {
            rates.observe((from + look) * 5000, 100.0, bad);
        }
        from + looks
    }

    #[test]
    fn a_budget_that_burns_fifteen_times_too_fast_raises_the_fast_alert() {
        let mut rates = BurnRates::new(Objective::for_release(0.99));
        let at = feed(&mut rates, 0, 60, 0.0);
        assert_eq!(rates.burning(), None);
        feed(&mut rates, at, 60, 20.0);
        let burning = rates.burning().unwrap();
        assert_eq!((burning.allowed, burning.seconds), (14.4, 300.0));
        assert!(burning.rate > 14.4, "{burning:?}");
    }

    #[test]
    fn an_alert_ends_soon_after_the_failures_end_and_does_not_flicker_at_its_limit() {
        let mut rates = BurnRates::new(Objective::for_release(0.99));
        let at = feed(&mut rates, 0, 60, 16.0);
        assert!(rates.burning().is_some());
        let at = feed(&mut rates, at, 10, 14.0);
        assert_eq!(
            rates.burning().unwrap().allowed,
            14.4,
            "14 times is below 14.4, but not by enough"
        );
        feed(&mut rates, at, 6, 0.0);
        assert!(
            rates.burning().is_none_or(|burning| burning.allowed < 14.4),
            "{:?}",
            rates.burning()
        );
    }

    #[test]
    fn a_burst_that_is_over_and_a_few_failures_at_night_are_no_alert() {
        let mut rates = BurnRates::new(Objective::for_release(0.999));
        for look in 0..12 {
            rates.observe(look * 5000, 3.0, if look == 0 { 1.0 } else { 0.0 });
        }
        assert_eq!(rates.burning(), None, "one of thirty-six");
    }

    #[test]
    fn the_objective_kept_exactly_burns_once_and_twice_the_budget_is_found_by_the_slow_alert() {
        let mut rates = BurnRates::new(Objective::for_release(0.99));
        feed(&mut rates, 0, 360, 0.9);
        assert_eq!(rates.burning(), None);
        let mut rates = BurnRates::new(Objective::for_release(0.99));
        feed(&mut rates, 0, 360, 2.0);
        assert_eq!(rates.burning().unwrap().allowed, 1.0);
    }
}
