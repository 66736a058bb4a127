use crate::histogram::Histogram;
use crate::signal::Effect;

/// Scores of buckets, and what a slower stable would score: the arithmetic of comparing histograms.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    /// Finite upper bounds.
    pub(crate) bounds: Vec<f64>,
    /// For each bound: the part of each bucket's observations that would be past it, were they slower by the effect.
    slower_past: Vec<Vec<f64>>,
}

impl Buckets {
    pub(crate) fn new(bounds: &[f64], effect: &Effect) -> Self {
        let slower_past = bounds
            .iter()
            .map(|edge| {
                (0..=bounds.len())
                    .map(|bucket| slower_past(bounds, bucket, *edge, effect))
                    .collect()
            })
            .collect();
        Buckets {
            bounds: bounds.to_vec(),
            slower_past,
        }
    }

    /// Observations past a bound.
    pub(crate) fn past(&self, bound: usize, counts: &[f64]) -> f64 {
        counts.iter().skip(bound + 1).sum()
    }

    /// Observations past a bound, were they slower by the effect: evenly spread inside a bucket, as PromQL's
    /// `histogram_quantile` takes them to be.
    pub(crate) fn past_if_slower(&self, bound: usize, counts: &[f64]) -> f64 {
        let Some(parts) = self.slower_past.get(bound) else {
            return 0.0;
        };
        parts.iter().zip(counts).map(|(part, count)| part * count).sum()
    }

    /// Middle ranks of the buckets in this distribution, in `0..=1`.
    pub(crate) fn ranks(&self, distribution: &Histogram) -> Vec<f64> {
        let total = distribution.total();
        let mut below = 0.0;
        distribution
            .counts()
            .iter()
            .map(|count| {
                let rank = (below + 0.5 * count) / total;
                below += count;
                rank
            })
            .collect()
    }

    /// What the buckets of a stable that is slower by the effect score on average.
    pub(crate) fn ranks_if_slower(&self, ranks: &[f64]) -> Vec<f64> {
        let first = ranks.first().copied().unwrap_or(0.0);
        (0..ranks.len())
            .map(|bucket| {
                let steps = self.slower_past.iter().zip(ranks.windows(2));
                first
                    + steps
                        .map(|(parts, pair)| (pair[1] - pair[0]) * parts[bucket])
                        .sum::<f64>()
            })
            .collect()
    }

    /// The bound with about this part of the distribution past it, measured in odds.
    pub(crate) fn bound_with(&self, part: f64, distribution: &Histogram) -> Option<usize> {
        let total = distribution.total();
        let log_odds = |p: f64| (p / (1.0 - p)).ln();
        (0..self.bounds.len())
            .map(|bound| (bound, self.past(bound, distribution.counts()) / total))
            .filter(|(_, past)| *past > 0.0 && *past < 1.0)
            .map(|(bound, past)| (bound, (log_odds(past) - log_odds(part)).abs()))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(bound, _)| bound)
    }
}

/// The part of a bucket that would be past the edge.
fn slower_past(bounds: &[f64], bucket: usize, edge: f64, effect: &Effect) -> f64 {
    // x + max(d, r x) > edge, solved for x.
    let needed = (edge - effect.absolute.unwrap_or(0.0)).min(edge / (1.0 + effect.relative.unwrap_or(0.0)));
    let lower = if bucket == 0 {
        bounds[0].min(0.0)
    } else {
        bounds[bucket - 1]
    };
    match bounds.get(bucket) {
        Some(upper) => ((upper - needed) / (upper - lower)).clamp(0.0, 1.0),
        None if lower >= needed => 1.0,
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets() -> Buckets {
        Buckets::new(&[0.1, 0.2, 0.4], &Effect::relative(0.25))
    }

    #[test]
    fn a_quarter_slower_moves_the_right_part_of_each_bucket_past_the_edges() {
        let counts = [100.0, 100.0, 100.0, 100.0];
        // Past 0.1 are those that took more than 0.08: a fifth of the first bucket, and the others.
        assert!((buckets().past_if_slower(0, &counts) - 320.0).abs() < 1e-9);
        // Past 0.2 are those over 0.16: two fifths of the second.
        assert!((buckets().past_if_slower(1, &counts) - 240.0).abs() < 1e-9);
        assert_eq!(buckets().past(1, &counts), 200.0);
    }

    #[test]
    fn ranks_rise_and_average_to_one_half() {
        let distribution = Histogram::new(&[0.1, 0.2, 0.4], &[10.0, 60.0, 25.0, 5.0]);
        let ranks = buckets().ranks(&distribution);
        let mean: f64 = ranks
            .iter()
            .zip(distribution.counts())
            .map(|(r, n)| r * n)
            .sum::<f64>()
            / 100.0;
        assert!((mean - 0.5).abs() < 1e-12);
        let slower = buckets().ranks_if_slower(&ranks);
        assert!(
            slower.iter().zip(&ranks).all(|(slower, rank)| slower >= rank),
            "{slower:?} {ranks:?}"
        );
        assert!((slower[1] - (ranks[1] + 0.4 * (ranks[2] - ranks[1]))).abs() < 1e-12);
    }

    #[test]
    fn the_bound_of_a_quantile_is_the_nearest_in_odds() {
        let distribution = Histogram::new(&[0.1, 0.2, 0.4], &[50.0, 40.0, 9.0, 1.0]);
        assert_eq!(buckets().bound_with(0.5, &distribution), Some(0));
        assert_eq!(buckets().bound_with(0.05, &distribution), Some(1));
        assert_eq!(buckets().bound_with(0.01, &distribution), Some(2));
    }
}
