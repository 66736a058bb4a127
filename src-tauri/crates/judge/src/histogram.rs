/// Observations by bucket: one count per upper bound and a last one up to infinity.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Histogram {
    bounds: Vec<f64>,
    counts: Vec<f64>,
}

impl Histogram {
    pub(crate) fn new(bounds: &[f64], counts: &[f64]) -> Self {
        Histogram {
            bounds: bounds.to_vec(),
            counts: counts.to_vec(),
        }
    }

    pub(crate) fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    pub(crate) fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// Multiplies every count.
    pub(crate) fn scale(&mut self, by: f64) {
        for count in &mut self.counts {
            *count *= by;
        }
    }

    pub(crate) fn total(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// Adds another one. Where the bounds differ (a version brought new buckets) both are reduced to the bounds that
    /// they share, because a count cannot be divided among buckets it was never counted in.
    pub(crate) fn add(&mut self, other: &Histogram) {
        if self.counts.is_empty() {
            *self = other.clone();
            return;
        }
        if self.bounds == other.bounds {
            for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
                *mine += theirs;
            }
            return;
        }
        let shared: Vec<f64> = self
            .bounds
            .iter()
            .copied()
            .filter(|bound| other.bounds.contains(bound))
            .collect();
        let counts = {
            let mine = self.reduced(&shared);
            let theirs = other.reduced(&shared);
            mine.iter().zip(&theirs).map(|(a, b)| a + b).collect()
        };
        *self = Histogram {
            bounds: shared,
            counts,
        };
    }

    /// Counts for a subset of the bounds.
    pub(crate) fn reduced(&self, bounds: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; bounds.len() + 1];
        for (index, count) in self.counts.iter().enumerate() {
            let slot = match self.bounds.get(index) {
                Some(upper) => bounds.partition_point(|bound| bound < upper),
                None => bounds.len(),
            };
            counts[slot] += count;
        }
        counts
    }

    /// The quantile, interpolated inside its bucket as PromQL's `histogram_quantile` does: the lowest bucket starts at
    /// 0 (or at its bound, if that is negative), and in the last bucket the answer is the highest bound.
    pub(crate) fn quantile(&self, quantile: f64) -> Option<f64> {
        let total = self.total();
        let highest = *self.bounds.last()?;
        if total <= 0.0 {
            return None;
        }
        let rank = quantile * total;
        let mut below = 0.0;
        for (index, count) in self.counts.iter().enumerate() {
            if below + count >= rank && *count > 0.0 {
                let Some(upper) = self.bounds.get(index) else {
                    return Some(highest);
                };
                let lower = if index == 0 {
                    upper.min(0.0)
                } else {
                    self.bounds[index - 1]
                };
                return Some(lower + (upper - lower) * ((rank - below) / count).clamp(0.0, 1.0));
            }
            below += count;
        }
        Some(highest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram() -> Histogram {
        Histogram::new(&[0.1, 0.2, 0.4], &[50.0, 30.0, 15.0, 5.0])
    }

    #[test]
    fn quantiles_agree_with_promql() {
        // histogram_quantile(q, le 0.1: 50, 0.2: 80, 0.4: 95, +Inf: 100)
        for (quantile, expected) in [
            (0.25, 0.05),
            (0.5, 0.1),
            (0.65, 0.15),
            (0.9, 0.2 + 0.2 * 10.0 / 15.0),
        ] {
            let found = histogram().quantile(quantile).unwrap();
            assert!(
                (found - expected).abs() < 1e-12,
                "{quantile}: {found}, expected {expected}"
            );
        }
        assert_eq!(
            histogram().quantile(0.99),
            Some(0.4),
            "the last bucket answers with the highest bound"
        );
        assert_eq!(
            Histogram::new(&[0.1], &[0.0, 0.0]).quantile(0.5),
            None,
            "no observations, no quantile"
        );
    }

    #[test]
    fn different_bounds_are_reduced_to_the_shared_ones() {
        let mut sum = histogram();
        sum.add(&Histogram::new(&[0.1, 0.3, 0.4], &[1.0, 2.0, 3.0, 4.0]));
        assert_eq!(sum, Histogram::new(&[0.1, 0.4], &[51.0, 50.0, 9.0]));
    }
}
