//! Random counts: how many requests came, how many of them failed, into which bucket they fell.

/// A small generator for traffic: SplitMix64 (Steele, Lea and Flood, 2014). Traffic draws a great many numbers and needs no
/// more than this; everything else is drawn from ChaCha.
#[derive(Clone, Debug)]
pub struct Noise(u64);

impl Noise {
    /// A generator whose numbers depend on the seed alone.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A number from the standard normal distribution (Box–Muller).
pub fn normal(noise: &mut Noise) -> f64 {
    let radius = (-2.0 * (1.0 - noise.uniform()).ln()).sqrt();
    radius * (std::f64::consts::TAU * noise.uniform()).cos()
}

/// A count from the Poisson distribution: by inversion below a mean of 30, by its normal approximation above.
pub fn poisson(noise: &mut Noise, mean: f64) -> u64 {
    if mean <= 0.0 {
        return 0;
    }
    if mean > 30.0 {
        return (mean + mean.sqrt() * normal(noise)).round().max(0.0) as u64;
    }
    let mut left = noise.uniform();
    let mut chance = (-mean).exp();
    let mut count = 0_u64;
    while left > chance && count < 500 {
        left -= chance;
        count += 1;
        chance *= mean / count as f64;
    }
    count
}

/// How many of `trials` succeed with probability `p`: by inversion where the normal approximation would be bad.
pub fn binomial(noise: &mut Noise, trials: u64, p: f64) -> u64 {
    if trials == 0 || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return trials;
    }
    if p > 0.5 {
        return trials - binomial(noise, trials, 1.0 - p);
    }
    let mean = trials as f64 * p;
    if mean > 15.0 {
        let spread = (mean * (1.0 - p)).sqrt();
        return (mean + spread * normal(noise)).round().clamp(0.0, trials as f64) as u64;
    }
    let odds = p / (1.0 - p);
    let mut left = noise.uniform();
    let mut chance = (1.0 - p).powf(trials as f64);
    let mut count = 0_u64;
    while left > chance && count < trials {
        left -= chance;
        count += 1;
        chance *= odds * (trials - count + 1) as f64 / count as f64;
    }
    count
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

    #[test]
    fn counts_have_the_mean_and_the_spread_they_should_have() {
        let mut rng = Noise::new(3);
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
