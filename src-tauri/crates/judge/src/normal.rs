//! The standard normal distribution.

/// Probability of a value above `z`. Relative error about 1e-15, also far out in the tail.
pub(crate) fn above(z: f64) -> f64 {
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The value that is exceeded with this probability, by halving: exact to 1e-12 for probabilities down to 1e-300.
pub(crate) fn exceeded_with(probability: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..90 {
        let middle = 0.5 * (low + high);
        if above(middle) > probability {
            low = middle
        } else {
            high = middle
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_and_quantiles_agree_with_published_tables() {
        for (z, tail) in [
            (0.0, 0.5),
            (1.0, 0.158_655_253_931_457_05),
            (-2.0, 0.977_249_868_051_820_8),
        ] {
            assert!((above(z) - tail).abs() < 1e-14, "{z}");
        }
        assert!((exceeded_with(0.01) - 2.326_347_874_040_841).abs() < 1e-11);
        assert!((exceeded_with(0.975) + 1.959_963_984_540_054).abs() < 1e-11);
    }
}
