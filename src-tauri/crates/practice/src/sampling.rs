//! Random counts: how many requests came, how many of them failed, into which bucket they fell.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A number from the standard normal distribution (Box–Muller).
pub fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

/// A count from the Poisson distribution: exact below a mean of 30, by its normal approximation above.
pub fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> u64 {
    if mean <= 0.0 {
        return 0;
    }
    if mean > 30.0 {
        return (mean + mean.sqrt() * normal(rng)).round().max(0.0) as u64;
    }
    let limit = (-mean).exp();
    let (mut count, mut product) = (0, rng.random::<f64>());
    while product > limit {
        count += 1;
        product *= rng.random::<f64>();
    }
    count
}

/// How many of `trials` succeed with probability `p`: exact where the normal approximation would be bad.
pub fn binomial(rng: &mut ChaCha8Rng, trials: u64, p: f64) -> u64 {
    if trials == 0 || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return trials;
    }
    let mean = trials as f64 * p;
    if trials > 60 && mean.min(trials as f64 - mean) > 12.0 {
        let spread = (mean * (1.0 - p)).sqrt();
        return (mean + spread * normal(rng)).round().clamp(0.0, trials as f64) as u64;
    }
    if trials > 60 {
        // Rare successes (or rare failures): Poisson.
        return if p < 0.5 {
            poisson(rng, mean).min(trials)
        } else {
            trials - poisson(rng, trials as f64 - mean).min(trials)
        };
    }
    (0..trials).filter(|_| rng.random::<f64>() < p).count() as u64
}

/// The distribution function of the standard normal distribution, to 1.5e-7 (Abramowitz and Stegun, 7.1.26).
pub fn normal_cdf(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series =
        ((((1.061_405_429 * t - 1.453_152_027) * t) + 1.421_413_741) * t - 0.284_496_736) * t + 0.254_829_592;
    let erf = 1.0 - series * t * (-z * z).exp();
    if x >= 0.0 {
        0.5 * (1.0 + erf)
    } else {
        0.5 * (1.0 - erf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn counts_have_the_mean_and_the_spread_they_should_have() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for mean in [0.4, 5.0, 80.0] {
            let draws: Vec<f64> = (0..20_000).map(|_| poisson(&mut rng, mean) as f64).collect();
            let average = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance =
                draws.iter().map(|draw| (draw - average).powi(2)).sum::<f64>() / draws.len() as f64;
            assert!((average / mean - 1.0).abs() < 0.05, "mean {average} of {mean}");
            assert!(
                (variance / mean - 1.0).abs() < 0.07,
                "variance {variance} of {mean}"
            );
        }
        for (trials, p) in [(20, 0.3), (1000, 0.001), (1000, 0.5), (1000, 0.999)] {
            let average = (0..20_000)
                .map(|_| binomial(&mut rng, trials, p) as f64)
                .sum::<f64>()
                / 20_000.0;
            assert!(
                (average - trials as f64 * p).abs() < 0.03 * (trials as f64 * p).max(1.0),
                "{trials} {p} {average}"
            );
        }
    }

    #[test]
    fn the_normal_distribution_function_has_its_known_values() {
        for (x, p) in [
            (0.0, 0.5),
            (1.0, 0.841_344_7),
            (-1.96, 0.024_997_9),
            (1.644_854, 0.95),
        ] {
            assert!((normal_cdf(x) - p).abs() < 1e-6, "{x}");
        }
    }
}
