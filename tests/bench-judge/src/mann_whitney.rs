//! The usual peer: a one-sided Mann–Whitney test of what each scrape showed, made again at every look.

use std::ops::Range;

/// All values so far of both arms, ascending, with what the test needs of them. A value costs two searches, so that the test can be
/// made again at every look of many releases.
#[derive(Debug, Clone, Default)]
pub struct MannWhitney {
    stable: Vec<f64>,
    canary: Vec<f64>,
    /// Pairs in which the canary's value is the larger one; ties count a half.
    u: f64,
    /// Sum of `t³ − t` over all values that t of them share.
    ties: f64,
}

/// Where this value stands, or would stand, among ascending ones.
fn places(values: &[f64], value: f64) -> Range<usize> {
    values.partition_point(|v| *v < value)..values.partition_point(|v| *v <= value)
}

impl MannWhitney {
    /// Adds what one look showed of either arm.
    pub fn observe(&mut self, stable: Option<f64>, canary: Option<f64>) {
        if let Some(value) = stable {
            let (own, other) = (places(&self.stable, value), places(&self.canary, value));
            self.u += (self.canary.len() - other.end) as f64 + 0.5 * other.len() as f64;
            self.tie(own.len() + other.len());
            self.stable.insert(own.end, value);
        }
        if let Some(value) = canary {
            let (own, other) = (places(&self.canary, value), places(&self.stable, value));
            self.u += other.start as f64 + 0.5 * other.len() as f64;
            self.tie(own.len() + other.len());
            self.canary.insert(own.end, value);
        }
    }

    /// One more value that so many have already.
    fn tie(&mut self, others: usize) {
        let t = others as f64;
        self.ties += 3.0 * t * (t + 1.0);
    }

    /// Looks with a value of stable.
    pub fn looks(&self) -> usize {
        self.stable.len()
    }

    /// z of "canary larger than stable", normal approximation with correction for ties and continuity.
    pub fn z(&self) -> f64 {
        let (n_stable, n_canary) = (self.stable.len() as f64, self.canary.len() as f64);
        let n = n_stable + n_canary;
        let variance = n_stable * n_canary / 12.0 * (n + 1.0 - self.ties / (n * (n - 1.0)).max(1.0));
        if variance <= 0.0 {
            0.0
        } else {
            (self.u - n_stable * n_canary / 2.0 - 0.5) / variance.sqrt()
        }
    }
}

/// One-sided 1 %.
pub const CRITICAL: f64 = 2.326;

#[cfg(test)]
mod tests {
    use super::MannWhitney;

    #[test]
    fn agrees_with_scipy_in_whatever_order_values_come() {
        // scipy.stats.mannwhitneyu(canary, stable, alternative="greater", method="asymptotic").pvalue = 0.0172268…
        let (stable, canary) = ([1.0, 2.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 5.0, 6.0]);
        for order in [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1]] {
            let mut test = MannWhitney::default();
            for n in order {
                test.observe(Some(stable[n]), Some(canary[4 - n]));
            }
            assert!((test.z() - 2.1147).abs() < 1e-3, "{}", test.z());
        }
    }
}
