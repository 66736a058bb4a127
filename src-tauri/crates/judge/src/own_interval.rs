//! Intervals for what the canary alone shows. Each is a confidence sequence: it holds at every look at once with
//! probability `1 − alpha`, if requests (events) are independent and their rate is steady.

use crate::histogram::Histogram;

/// A proportion: `bad` of `total`. The method of mixtures (Robbins, 1970) with a Beta(½, ½) prior: the proportions whose
/// likelihood ratio against the mixture has not reached `1/alpha`.
pub(crate) fn proportion(bad: f64, total: f64, alpha: f64) -> (f64, f64) {
    let log_beta = |a: f64, b: f64| libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let mixture = log_beta(bad + 0.5, total - bad + 0.5) - log_beta(0.5, 0.5);
    let times = |n: f64, log: f64| if n > 0.0 { n * log } else { 0.0 };
    let evidence = |p: f64| mixture - times(bad, p.ln()) - times(total - bad, (1.0 - p).ln());
    let level = -alpha.ln();
    let centre = bad / total;
    (
        boundary(0.0, centre, &|p| evidence(p) >= level),
        boundary(1.0, centre, &|p| evidence(p) >= level),
    )
}

/// A Poisson rate: `events` over an exposure. The method of mixtures with a Gamma(½) prior whose mean is the rate of half an
/// event per exposure so far would be cheating; its scale is one event per `unit` of exposure, fixed beforehand.
pub(crate) fn rate(events: f64, exposure: f64, unit: f64, alpha: f64) -> (f64, f64) {
    const SHAPE: f64 = 0.5;
    let scale = SHAPE * unit;
    let mixture = SHAPE * scale.ln() + libm::lgamma(events + SHAPE)
        - libm::lgamma(SHAPE)
        - (events + SHAPE) * (scale + exposure).ln();
    let log = |rate: f64| if events > 0.0 { events * rate.ln() } else { 0.0 };
    let evidence = |rate: f64| mixture - log(rate) + rate * exposure;
    let level = -alpha.ln();
    let centre = events / exposure;
    let far = (events + 10.0 * level + 10.0) * 4.0 / exposure;
    (
        boundary(0.0, centre, &|rate| evidence(rate) >= level),
        boundary(far, centre, &|rate| evidence(rate) >= level),
    )
}

/// The last value that is excluded on the way from `out` to `inside`, by halving.
fn boundary(out: f64, inside: f64, is_excluded: &dyn Fn(f64) -> bool) -> f64 {
    let (mut out, mut inside) = (out, inside);
    for _ in 0..26 {
        let middle = 0.5 * (out + inside);
        if is_excluded(middle) {
            out = middle
        } else {
            inside = middle
        }
    }
    out
}

/// A quantile, from buckets: the quantiles at ranks that are a time-uniform margin apart (Howard and Ramdas, "Sequential
/// estimation of quantiles with applications to A/B testing and best-arm identification", 2022, equation 4), rounded
/// outwards to the bounds of their buckets. The upper end is infinite (none) where the margin reaches the last bucket.
pub(crate) fn quantile(histogram: &Histogram, quantile: f64, alpha: f64) -> Option<(f64, Option<f64>)> {
    let n = histogram.total();
    if n < 1.0 {
        return None;
    }
    let steps = (1.4 * (2.1 * n).ln().max(1.0).ln() + (10.0 / alpha).ln()) / n;
    let margin = 1.5 * (quantile * (1.0 - quantile) * steps).sqrt() + 0.8 * steps;
    let bounds = histogram.bounds();
    let bucket_of = |part: f64| {
        let mut below = 0.0;
        let found = histogram.counts().iter().position(|count| {
            below += count;
            below >= part * n
        });
        found.unwrap_or(bounds.len())
    };
    let low = if quantile <= margin {
        0.0
    } else {
        match bucket_of(quantile - margin) {
            0 => 0.0,
            bucket => *bounds.get(bucket - 1)?,
        }
    };
    let high = if quantile + margin >= 1.0 {
        None
    } else {
        bounds.get(bucket_of(quantile + margin)).copied()
    };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// In how many of 200 runs of 100 looks the truth is ever outside.
    fn misses(mut run: impl FnMut(&mut ChaCha8Rng) -> bool) -> usize {
        (0..200)
            .filter(|seed| run(&mut ChaCha8Rng::seed_from_u64(*seed)))
            .count()
    }

    #[test]
    fn a_proportions_interval_holds_at_all_looks_at_once_and_narrows() {
        let found = misses(|rng| {
            let (mut bad, mut total) = (0.0, 0.0);
            (0..100).any(|_| {
                total += 50.0;
                bad += (0..50).filter(|_| rng.random::<f64>() < 0.02).count() as f64;
                let (low, high) = proportion(bad, total, 0.05);
                low > 0.02 || high < 0.02
            })
        });
        // At most 10 of 200 are expected.
        assert!(found <= 18, "{found}");
        let (low, high) = proportion(200.0, 10_000.0, 0.05);
        assert!(low > 0.014 && high < 0.027, "{low} {high}");
        assert!(proportion(0.0, 100.0, 0.05).0 < 1e-9);
    }

    #[test]
    fn a_rates_interval_holds_at_all_looks_at_once_and_has_no_events_as_zero() {
        let found = misses(|rng| {
            let mut events = 0.0;
            (1..=100).any(|look| {
                // Ten chances of a twentieth each, about Poisson with mean a half.
                events += (0..10).filter(|_| rng.random::<f64>() < 0.05).count() as f64;
                let (low, high) = rate(events, f64::from(look), 1.0, 0.05);
                low > 0.5 || high < 0.5
            })
        });
        assert!(found <= 18, "{found}");
        let (low, high) = rate(0.0, 100.0, 1.0, 0.05);
        assert!(low < 1e-9 && high > 0.03 && high < 0.2, "{low} {high}");
    }

    #[test]
    fn a_quantiles_interval_has_the_quantile_in_it_at_all_looks_at_once() {
        let bounds: Vec<f64> = (1..20).map(|n| f64::from(n) * 0.05).collect();
        let found = misses(|rng| {
            let mut counts = vec![0.0; bounds.len() + 1];
            (0..100).any(|_| {
                for _ in 0..20 {
                    let value = rng.random::<f64>();
                    counts[bounds.partition_point(|bound| *bound < value)] += 1.0;
                }
                let (low, high) = quantile(&Histogram::new(&bounds, &counts), 0.9, 0.05).unwrap();
                low > 0.9 || high.is_some_and(|high| high < 0.9)
            })
        });
        assert!(found <= 18, "{found}");
        assert_eq!(quantile(&Histogram::new(&[0.1], &[0.0, 0.0]), 0.9, 0.05), None);
    }
}
