//! Bets against hypotheses about two arms of different size: factors with an expectation of at most 1 under the null.

use crate::projection::project;

/// The conditional bet for events that are rare or have no total. Given `events` in both arms, of which the canary had
/// `canary`, and `share` of the exposure, the canary's number is binomial with probability `share` if the rates are
/// equal, and with a larger one if the canary's rate is `ratio` times stable's. The likelihood ratio needs no estimate of
/// the rate itself, so it works from the first look on.
///
/// Assumes: events are independent. Exact for Poisson counts (Przyborowski and Wilenski, 1940). For bad requests of a
/// known total the true law is hypergeometric, whose moment generating function is at most the binomial's
/// (Hoeffding, 1963): still a valid bet, timid when a large part of all requests is bad. `ratio > 1` bets against
/// "canary ≤ stable".
///
/// `null_ratio` is the ratio of the rates (canary / stable) at the border of the null; 1 for "no worse".
pub(crate) fn conditional(ratio: f64, null_ratio: f64, canary: f64, events: f64, share: f64) -> f64 {
    if !(share > 0.0 && share < 1.0) {
        return 0.0;
    }
    let odds = share / (1.0 - share);
    let at = |ratio: f64| odds * ratio / (1.0 + odds * ratio);
    let (alternative, null) = (at(ratio), at(null_ratio));
    canary * (alternative / null).ln() + (events - canary) * ((1.0 - alternative) / (1.0 - null)).ln()
}

/// A null hypothesis `canary ≤ offset + slope × stable` about two proportions, or the opposite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Null {
    pub(crate) offset: f64,
    pub(crate) slope: f64,
}

impl Null {
    pub(crate) const NO_WORSE: Null = Null {
        offset: 0.0,
        slope: 1.0,
    };

    /// The canary's proportion on the border at this one of stable.
    pub(crate) fn canary(self, stable: f64) -> f64 {
        self.offset + self.slope * stable
    }
}

/// Requests of one arm and the bad ones of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sample {
    pub(crate) total: f64,
    pub(crate) bad: f64,
}

impl Sample {
    pub(crate) fn new(total: f64, bad: f64) -> Self {
        Sample { total, bad }
    }
}

/// The bet for two proportions of Turner, Ly and Grünwald ("Generic E-variables for exact sequential k-sample tests that
/// allow for optional stopping", 2024) for a look with any number of requests in either arm, against a half-plane.
///
/// The alternative `(stable, canary)` is projected onto the border of the null (the point that is nearest in
/// Kullback–Leibler divergence, weighted by the numbers of requests); the factor is the likelihood ratio of the two.
/// Written as linear bets `1 + c (y − m)` per request with `n_canary c_canary = L` and `n_stable c_stable = −slope L`, its
/// expectation is at most `exp(L (θ_canary − offset − slope θ_stable))`, which is at most 1 under the null for *any*
/// `m`: an inexact projection costs power, never validity.
///
/// Assumes: given the past, the requests of a look are independent and the numbers of requests do not depend on their
/// outcome. The proportions may change from look to look, so a day's rhythm does no harm. Returns the logarithm.
///
/// The alternative decides the direction: on the far side of the border it bets against `canary ≤ …`, on the near side
/// against `canary ≥ …`. `towards` is the side that may be bet on (+1 larger, −1 smaller); an alternative on the other
/// side bets nothing.
pub(crate) fn proportions(
    null: Null,
    towards: f64,
    alternative: (f64, f64),
    stable: Sample,
    canary: Sample,
) -> f64 {
    if stable.total <= 0.0 || canary.total <= 0.0 || null.slope <= 0.0 {
        return 0.0;
    }
    let (theta_stable, theta_canary) = alternative;
    if (theta_canary - null.canary(theta_stable)) * towards <= 0.0 {
        return 0.0;
    }
    let Some(m_stable) = project(null, alternative, stable.total, canary.total) else {
        return 0.0;
    };
    let m_canary = null.canary(m_stable);
    let mut c_canary = (theta_canary - m_canary) / (m_canary * (1.0 - m_canary));
    let mut c_stable = -null.slope * canary.total * c_canary / stable.total;
    // Every factor stays positive whatever is seen.
    let largest = [c_canary, c_stable]
        .iter()
        .zip([m_canary, m_stable])
        .map(|(c, m)| (-c * (1.0 - m)).max(c * m))
        .fold(0.0, f64::max);
    if largest > 0.99 {
        c_canary *= 0.99 / largest;
        c_stable *= 0.99 / largest;
    }
    let log = |c: f64, m: f64, sample: Sample| {
        sample.bad * (c * (1.0 - m)).ln_1p() + (sample.total - sample.bad) * (-c * m).ln_1p()
    };
    log(c_canary, m_canary, canary) + log(c_stable, m_stable, stable)
}

/// The same for scores in `0..=1` instead of bad or not: `scores` gives each bucket its score, one for each arm, and
/// `counts` how many requests fell into it. Bets on a canary whose mean score is `rise` above stable's (below: negative).
///
/// `mean` (of stable's scores) and `variance` are what is known before the look. Valid for the null "the canary's mean
/// score is at most (rise < 0: at least) stable's" for any of them, by the same inequality.
pub(crate) fn scores(
    rise: f64,
    mean: f64,
    variance: f64,
    stable: (&[f64], &[f64]),
    canary: (&[f64], &[f64]),
) -> f64 {
    let size = |counts: &[f64]| counts.iter().sum::<f64>();
    let (n_stable, n_canary) = (size(stable.1), size(canary.1));
    if n_stable <= 0.0 || n_canary <= 0.0 || variance <= 1e-12 {
        return 0.0;
    }
    // The canary's distance from the pooled mean, if it is `rise` above stable.
    let part = n_stable / (n_stable + n_canary);
    let mean = mean + rise * (1.0 - part);
    let mut c_canary = rise * part / variance;
    let mut c_stable = -n_canary * c_canary / n_stable;
    let largest = [(c_canary, canary.0), (c_stable, stable.0)]
        .iter()
        .flat_map(|(c, scores)| scores.iter().map(move |score| -c * (score - mean)))
        .fold(0.0, f64::max);
    if largest > 0.9 {
        c_canary *= 0.9 / largest;
        c_stable *= 0.9 / largest;
    }
    let log = |c: f64, (scores, counts): (&[f64], &[f64])| {
        scores
            .iter()
            .zip(counts)
            .filter(|(_, count)| **count > 0.0)
            .map(|(score, count)| count * (c * (score - mean)).ln_1p())
            .sum::<f64>()
    };
    log(c_canary, canary) + log(c_stable, stable)
}

/// The same for Poisson counts: events `(count, exposure)` of each arm, against a canary's rate of
/// `offset + slope × stable's`. `alternative` are the two rates that are bet on.
///
/// Its expectation is `exp(L (λ_canary − offset − slope λ_stable))` for the same reason as with proportions.
pub(crate) fn rates(
    null: Null,
    towards: f64,
    alternative: (f64, f64),
    stable: (f64, f64),
    canary: (f64, f64),
) -> f64 {
    let (rate_stable, rate_canary) = alternative;
    if stable.1 <= 0.0 || canary.1 <= 0.0 || (rate_canary - null.canary(rate_stable)) * towards <= 0.0 {
        return 0.0;
    }
    let smallest = 1e-12_f64.max((1e-12 - null.offset) / null.slope);
    let here = rate_stable.max(smallest);
    let there = ((rate_canary - null.offset) / null.slope).max(smallest);
    let (mut low, mut high) = (here.min(there), here.max(there));
    for _ in 0..40 {
        let m = 0.5 * (low + high);
        let derivative =
            stable.1 * (1.0 - rate_stable / m) + null.slope * canary.1 * (1.0 - rate_canary / null.canary(m));
        if derivative > 0.0 { high = m } else { low = m }
    }
    let m_stable = 0.5 * (low + high);
    let m_canary = null.canary(m_stable);
    let mut c_canary = rate_canary / m_canary - 1.0;
    let mut c_stable = -null.slope * canary.1 * c_canary / stable.1;
    let largest = (-c_canary).max(-c_stable);
    if largest > 0.99 {
        c_canary *= 0.99 / largest;
        c_stable *= 0.99 / largest;
    }
    let log = |c: f64, m: f64, (events, exposure): (f64, f64)| events * c.ln_1p() - c * exposure * m;
    log(c_canary, m_canary, canary) + log(c_stable, m_stable, stable)
}

/// A bet on the mean of scores in `0..=1` being on the side of `c` from `mean`: a product of `1 + c (score − mean)`, with an
/// expectation of at most 1 if the true mean is at most `mean` (`c` negative: at least). `counts` are the requests with
/// each score.
pub(crate) fn mean(c: f64, mean: f64, scores: &[f64], counts: &[f64]) -> f64 {
    let largest = scores.iter().map(|score| -c * (score - mean)).fold(0.0, f64::max);
    let c = if largest > 0.99 { c * 0.99 / largest } else { c };
    let used = scores.iter().zip(counts).filter(|(_, count)| **count > 0.0);
    used.map(|(score, count)| count * (c * (score - mean)).ln_1p())
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Written by `tests/references/bets.py` with scipy.
    const REFERENCES: &str = include_str!("../tests/references/bets.json");

    fn cases(kind: &str) -> Vec<Value> {
        let table: Value = serde_json::from_str(REFERENCES).unwrap();
        table[kind].as_array().unwrap().clone()
    }

    fn number(case: &Value, field: &str) -> f64 {
        case[field].as_f64().unwrap()
    }

    fn pair(case: &Value, field: &str) -> (f64, f64) {
        (case[field][0].as_f64().unwrap(), case[field][1].as_f64().unwrap())
    }

    fn null(case: &Value) -> Null {
        Null {
            offset: number(case, "offset"),
            slope: number(case, "slope"),
        }
    }

    #[test]
    fn conditional_bets_agree_with_scipys_binomial() {
        for case in cases("conditional") {
            let n = |field| number(&case, field);
            let found = conditional(n("ratio"), n("null"), n("canary"), n("events"), n("share"));
            assert!((found - n("log")).abs() < 1e-9, "{found}: {case}");
        }
    }

    #[test]
    fn bets_on_proportions_are_the_likelihood_ratio_of_scipys_projection() {
        for case in cases("proportions") {
            let sample = |field| Sample::new(pair(&case, field).0, pair(&case, field).1);
            let found = proportions(
                null(&case),
                number(&case, "towards"),
                pair(&case, "alternative"),
                sample("stable"),
                sample("canary"),
            );
            assert!((found - number(&case, "log")).abs() < 1e-4, "{found}: {case}");
        }
    }

    #[test]
    fn bets_on_rates_are_the_likelihood_ratio_of_scipys_projection() {
        for case in cases("rates") {
            let found = rates(
                null(&case),
                number(&case, "towards"),
                pair(&case, "alternative"),
                pair(&case, "stable"),
                pair(&case, "canary"),
            );
            assert!((found - number(&case, "log")).abs() < 1e-4, "{found}: {case}");
        }
    }

    /// Probabilities of 0 to n successes.
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

    /// Expectation of a bet under these proportions, over all outcomes.
    fn expectation(n: (u32, u32), theta: (f64, f64), log_factor: impl Fn(Sample, Sample) -> f64) -> f64 {
        let (stable, canary) = (binomial(n.0, theta.0), binomial(n.1, theta.1));
        let mut sum = 0.0;
        for (x, p) in stable.iter().enumerate() {
            for (y, q) in canary.iter().enumerate() {
                let stable = Sample::new(f64::from(n.0), x as f64);
                sum += p * q * log_factor(stable, Sample::new(f64::from(n.1), y as f64)).exp();
            }
        }
        sum
    }

    const SIZES: [(u32, u32); 3] = [(40, 10), (10, 40), (25, 25)];

    #[test]
    fn no_bet_is_expected_to_win_if_the_canary_is_no_worse() {
        for n in SIZES {
            for (stable, canary) in [
                (0.1, 0.1),
                (0.3, 0.3),
                (0.5, 0.5),
                (0.9, 0.9),
                (0.4, 0.2),
                (0.02, 0.02),
            ] {
                for alternative in [(0.1, 0.2), (0.01, 0.5), (0.5, 0.6), (0.3, 0.31)] {
                    let found = expectation(n, (stable, canary), |stable, canary| {
                        proportions(Null::NO_WORSE, 1.0, alternative, stable, canary)
                    });
                    assert!(
                        found <= 1.0 + 1e-9,
                        "{n:?} {stable} {canary} {alternative:?}: {found}"
                    );
                }
                for ratio in [2.0, 10.0, 50.0] {
                    let share = f64::from(n.1) / f64::from(n.0 + n.1);
                    let found = expectation(n, (stable, canary), |stable, canary| {
                        conditional(ratio, 1.0, canary.bad, stable.bad + canary.bad, share)
                    });
                    assert!(
                        found <= 1.0 + 1e-9,
                        "{n:?} {stable} {canary} ratio {ratio}: {found}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_bet_is_expected_to_win_if_the_canary_is_worse_and_that_was_bet_on() {
        let found = expectation((40, 10), (0.1, 0.4), |stable, canary| {
            proportions(Null::NO_WORSE, 1.0, (0.1, 0.4), stable, canary)
        });
        assert!(found > 5.0, "{found}");
    }

    #[test]
    fn no_bet_on_health_is_expected_to_win_if_the_canary_is_worse_by_the_effect_or_more() {
        for n in SIZES {
            for slope in [1.0, 1.2] {
                let null = Null { offset: 0.1, slope };
                for (stable, beyond) in [(0.1, 0.0), (0.3, 0.0), (0.5, 0.1), (0.02, 0.3)] {
                    let theta = (stable, null.canary(stable) + beyond);
                    for alternative in [(stable, stable), (0.2, 0.22), (0.05, 0.01), (0.6, 0.3)] {
                        let found = expectation(n, theta, |stable, canary| {
                            proportions(null, -1.0, alternative, stable, canary)
                        });
                        assert!(found <= 1.0 + 1e-9, "{n:?} {theta:?} {alternative:?}: {found}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_bet_on_scores_is_expected_to_win_if_the_distributions_are_equal() {
        // With two buckets the number in the upper one is binomial.
        let scores_of = [0.2, 0.9];
        for n in SIZES {
            for theta in [0.1, 0.5, 0.8] {
                for (rise, mean, variance) in [(0.05, 0.5, 0.08), (0.3, 0.3, 0.01), (-0.2, 0.6, 0.1)] {
                    let found = expectation(n, (theta, theta), |stable, canary| {
                        let counts = |sample: Sample| [sample.total - sample.bad, sample.bad];
                        let (stable, canary) = (counts(stable), counts(canary));
                        scores(rise, mean, variance, (&scores_of, &stable), (&scores_of, &canary))
                    });
                    assert!(found <= 1.0 + 1e-9, "{n:?} {theta} {rise}: {found}");
                }
            }
        }
    }

    #[test]
    fn the_conditional_bet_is_valid_under_the_hypergeometric_law_of_bad_requests() {
        for case in cases("hypergeometric") {
            assert!(number(&case, "expectation") <= 1.0, "{case}");
        }
    }

    #[test]
    fn no_bet_on_rates_is_expected_to_win_at_the_border_of_its_null() {
        let poisson = |mean: f64| {
            let mut p = (-mean).exp();
            (0..80)
                .map(|k| {
                    let now = p;
                    p *= mean / f64::from(k + 1);
                    now
                })
                .collect::<Vec<f64>>()
        };
        for (null, stable) in [
            (
                Null {
                    offset: 0.02,
                    slope: 1.0,
                },
                0.05,
            ),
            (
                Null {
                    offset: 0.0,
                    slope: 1.5,
                },
                0.1,
            ),
            (
                Null {
                    offset: 0.0,
                    slope: 1.5,
                },
                0.01,
            ),
        ] {
            let (e_stable, e_canary) = (100.0, 30.0);
            let (laws, alternative) = (
                (
                    poisson(stable * e_stable),
                    poisson(null.canary(stable) * e_canary),
                ),
                (0.06, 0.06),
            );
            let mut sum = 0.0;
            for (x, p) in laws.0.iter().enumerate() {
                for (y, q) in laws.1.iter().enumerate() {
                    let log = rates(
                        null,
                        -1.0,
                        alternative,
                        (x as f64, e_stable),
                        (y as f64, e_canary),
                    );
                    sum += p * q * log.exp();
                }
            }
            assert!(sum <= 1.0 + 1e-9, "{null:?}: {sum}");
        }
    }
}
