//! Bets against hypotheses about two arms of different size: factors with an expectation of at most 1 under the null.

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

    fn canary(self, stable: f64) -> f64 {
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

/// Stable's coordinate of the point on the border that is nearest to the alternative.
fn project(null: Null, (stable, canary): (f64, f64), n_stable: f64, n_canary: f64) -> Option<f64> {
    if null == Null::NO_WORSE {
        let pooled = (n_stable * stable + n_canary * canary) / (n_stable + n_canary);
        return (pooled > 0.0 && pooled < 1.0).then_some(pooled);
    }
    const EDGE: f64 = 1e-9;
    let lowest = EDGE.max((EDGE - null.offset) / null.slope);
    let highest = (1.0 - EDGE).min((1.0 - EDGE - null.offset) / null.slope);
    if lowest >= highest {
        return None;
    }
    let here = stable.clamp(lowest, highest);
    let there = ((canary - null.offset) / null.slope).clamp(lowest, highest);
    let (mut low, mut high) = (here.min(there), here.max(there));
    // The derivative of the divergence rises from the one to the other.
    for _ in 0..24 {
        let m = 0.5 * (low + high);
        let m_canary = null.canary(m);
        let derivative = n_stable * (m - stable) / (m * (1.0 - m))
            + null.slope * n_canary * (m_canary - canary) / (m_canary * (1.0 - m_canary));
        if derivative > 0.0 { high = m } else { low = m }
    }
    Some(0.5 * (low + high))
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
