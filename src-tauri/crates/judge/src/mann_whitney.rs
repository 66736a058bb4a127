use crate::normal;

/// A two-sample Mann–Whitney (Wilcoxon rank-sum) test with the confidence interval for a shift of location, by the normal
/// approximation with corrections for ties and continuity: what R's `wilcox.test(canary, stable, exact = FALSE, conf.int =
/// TRUE)` does, and Kayenta after it.
///
/// Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other", 1947;
/// Hodges and Lehmann, "Estimates of location based on rank tests", 1963.
///
/// Assumes independent values, and for the interval that the two distributions differ by a shift only. It is a
/// fixed-sample test: its error rates hold for *one* look whose time was fixed beforehand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// Two-sided p-value of "no shift".
    pub p_value: f64,
    /// The Hodges–Lehmann estimate of canary − stable.
    pub estimate: f64,
    /// Confidence interval of that shift.
    pub interval: (f64, f64),
    /// Common language effect size: how often a value of the canary is larger than one of stable, ties counting half
    /// (McGraw and Wong, 1992; Vargha and Delaney's A).
    pub cles: f64,
}

/// Two sorted samples.
struct Samples {
    canary: Vec<f64>,
    stable: Vec<f64>,
}

/// Values without those that are not numbers, ascending.
fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values
}

impl MannWhitney {
    /// Tests `canary` against `stable`; values that are not finite are left out. `confidence` of the interval, in `0..1`.
    /// None if one sample is empty or all values of both are the same, where nothing can be ranked.
    pub fn test(stable: &[f64], canary: &[f64], confidence: f64) -> Option<Self> {
        let samples = Samples {
            canary: sorted(canary),
            stable: sorted(stable),
        };
        let (canary, stable) = (&samples.canary, &samples.stable);
        let lowest = canary.first()? - stable.last()?;
        let highest = canary.last()? - stable.first()?;
        let (u, deviation) = samples.at_shift(0.0);
        if deviation <= 0.0 {
            return None;
        }
        let pairs = canary.len() as f64 * stable.len() as f64;
        let excess = u - 0.5 * pairs;
        let z = ((excess.abs() - 0.5) / deviation).max(0.0);
        let critical = normal::exceeded_with(0.5 * (1.0 - confidence));
        let crossing = |level: f64| samples.crossing(level, lowest, highest);
        Some(MannWhitney {
            p_value: (2.0 * normal::above(z)).min(1.0),
            estimate: crossing(0.0),
            interval: (crossing(critical), crossing(-critical)),
            cles: u / pairs,
        })
    }
}

impl Samples {
    /// The statistic U of the canary and its standard deviation, were the canary's values lower by `shift`.
    fn at_shift(&self, shift: f64) -> (f64, f64) {
        let (n, m) = (self.canary.len(), self.stable.len());
        let (mut i, mut j) = (0, 0);
        let (mut u, mut ties) = (0.0, 0.0);
        while i < n || j < m {
            let value = match (self.canary.get(i), self.stable.get(j)) {
                (Some(x), Some(y)) => (x - shift).min(*y),
                (Some(x), None) => x - shift,
                (None, Some(y)) => *y,
                (None, None) => break,
            };
            let xs = self.canary[i..]
                .iter()
                .take_while(|x| **x - shift <= value)
                .count();
            let ys = self.stable[j..].iter().take_while(|y| **y <= value).count();
            u += xs as f64 * (j as f64 + 0.5 * ys as f64);
            let tied = (xs + ys) as f64;
            ties += tied * (tied * tied - 1.0);
            (i, j) = (i + xs, j + ys);
        }
        let (n, m) = (n as f64, m as f64);
        let all = n + m;
        let variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)).max(1.0));
        (u, variance.max(0.0).sqrt())
    }

    /// Where the standardized statistic, which falls with the shift, passes `level`.
    fn crossing(&self, level: f64, lowest: f64, highest: f64) -> f64 {
        let pairs = self.canary.len() as f64 * self.stable.len() as f64;
        let above = |shift: f64| {
            let (u, deviation) = self.at_shift(shift);
            let excess = u - 0.5 * pairs;
            let correction = if excess == 0.0 { 0.0 } else { 0.5 * excess.signum() };
            if deviation > 0.0 {
                (excess - correction) / deviation - level
            } else {
                -level
            }
        };
        if above(lowest) <= 0.0 {
            return lowest;
        }
        if above(highest) >= 0.0 {
            return highest;
        }
        // The statistic falls in steps. Where one of them lies on the level itself, its middle is the answer.
        let last = |is_before: &dyn Fn(f64) -> bool| {
            let (mut low, mut high) = (lowest, highest);
            for _ in 0..52 {
                let middle = 0.5 * (low + high);
                if is_before(above(middle)) {
                    low = middle
                } else {
                    high = middle
                }
            }
            0.5 * (low + high)
        };
        let begins = last(&|found| found > 0.0);
        let found = if level == 0.0 {
            0.5 * (begins + last(&|found| found >= 0.0))
        } else {
            begins
        };
        // Samples that are mostly the same value (no failures) pass every level at no shift. What halving leaves there is not
        // a shift.
        if found.abs() <= 1e-9 * (highest - lowest) {
            0.0
        } else {
            found
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Written by `tests/references/mann_whitney.py` with scipy.
    const REFERENCES: &str = include_str!("../tests/references/mann_whitney.json");

    fn numbers(value: &Value) -> Vec<f64> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_f64().unwrap())
            .collect()
    }

    #[test]
    fn p_values_intervals_and_effect_sizes_agree_with_scipy() {
        let table: Value = serde_json::from_str(REFERENCES).unwrap();
        for case in table["cases"].as_array().unwrap() {
            let (stable, canary) = (numbers(&case["stable"]), numbers(&case["canary"]));
            let found = MannWhitney::test(&stable, &canary, case["confidence"].as_f64().unwrap()).unwrap();
            let name = &case["name"];
            for (what, found, expected) in [
                ("p", found.p_value, &case["p"]),
                ("cles", found.cles, &case["cles"]),
                ("estimate", found.estimate, &case["estimate"]),
                ("low", found.interval.0, &case["low"]),
                ("high", found.interval.1, &case["high"]),
            ] {
                let expected = expected.as_f64().unwrap();
                assert!(
                    (found - expected).abs() <= 1e-7 * expected.abs().max(1.0),
                    "{name} {what}: {found}, expected {expected}"
                );
            }
        }
    }

    #[test]
    fn the_example_of_rs_documentation_has_its_published_p_value() {
        // wilcox.test(Ozone ~ Month, data = airquality, subset = Month %in% c(5, 8)): W = 127.5, p-value = 0.0001208.
        let may = [
            41.0, 36.0, 12.0, 18.0, 28.0, 23.0, 19.0, 8.0, 7.0, 16.0, 11.0, 14.0, 18.0, 14.0, 34.0, 6.0,
            30.0, 11.0, 1.0, 11.0, 4.0, 32.0, 23.0, 45.0, 115.0, 37.0,
        ];
        let august = [
            39.0, 9.0, 16.0, 78.0, 35.0, 66.0, 122.0, 89.0, 110.0, 44.0, 28.0, 65.0, 22.0, 59.0, 23.0, 31.0,
            44.0, 21.0, 9.0, 45.0, 168.0, 73.0, 76.0, 118.0, 84.0, 85.0,
        ];
        let found = MannWhitney::test(&august, &may, 0.98).unwrap();
        assert!((found.p_value - 0.000_120_8).abs() < 5e-8, "{found:?}");
        assert!((found.cles * 26.0 * 26.0 - 127.5).abs() < 1e-9);
    }

    #[test]
    fn two_samples_that_are_mostly_zero_are_not_shifted_by_rounding() {
        let stable: Vec<f64> = (0..60)
            .map(|n| {
                if n % 3 == 0 {
                    0.002 + f64::from(n) * 1e-6
                } else {
                    0.0
                }
            })
            .collect();
        let canary: Vec<f64> = (0..60)
            .map(|n| {
                if n % 3 == 1 {
                    0.002 + f64::from(n) * 1e-6
                } else {
                    0.0
                }
            })
            .collect();
        let found = MannWhitney::test(&stable, &canary, 0.98).unwrap();
        assert_eq!((found.estimate, found.interval), (0.0, (0.0, 0.0)));
    }

    #[test]
    fn where_nothing_can_be_ranked_nothing_is_tested() {
        assert_eq!(MannWhitney::test(&[], &[1.0], 0.98), None);
        assert_eq!(MannWhitney::test(&[1.0, f64::NAN], &[f64::INFINITY], 0.98), None);
        assert_eq!(MannWhitney::test(&[2.0, 2.0], &[2.0], 0.98), None);
    }
}
