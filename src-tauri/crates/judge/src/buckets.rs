use crate::histogram::Histogram;
use crate::signal::Effect;

/// Scores of buckets, and what a slower stable would score: the arithmetic of comparing histograms.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    /// Finite upper bounds.
    pub(crate) bounds: Vec<f64>,
    effect: Effect,
    /// How much slower everything is before the effect.
    scale: f64,
}

/// For each bound, what would be past it if everything were slower by the effect: everything above a bucket, and a part of
/// that bucket.
#[derive(Debug, Clone)]
pub(crate) struct Slower {
    cuts: Vec<(usize, f64)>,
}

impl Buckets {
    pub(crate) fn new(bounds: &[f64], effect: &Effect) -> Self {
        Buckets {
            bounds: bounds.to_vec(),
            effect: *effect,
            scale: 1.0,
        }
    }

    /// The same at a time of the day at which everything is this many times as slow.
    pub(crate) fn at_scale(&self, scale: f64) -> Self {
        Buckets {
            scale,
            ..self.clone()
        }
    }

    /// The same with no other difference than the time of the day.
    pub(crate) fn without_effect(&self) -> Self {
        Buckets {
            effect: Effect::relative(0.0),
            ..self.clone()
        }
    }

    /// Observations past a bound.
    pub(crate) fn past(&self, bound: usize, counts: &[f64]) -> f64 {
        counts.iter().skip(bound + 1).sum()
    }

    /// How observations inside a bucket are spread decides which of them would pass a bound. Between two bounds the part
    /// that takes longer is taken to fall as a power of the duration (a straight line between the two in logarithms),
    /// as `base` has it. Evenly spread observations would put far too many near a tail's upper bound, and so make health
    /// too easy; of the usual distributions, whose tails fall faster and faster, a power law puts slightly too few there.
    pub(crate) fn slower(&self, base: &Histogram) -> Slower {
        let total = base.total();
        let cuts = self
            .bounds
            .iter()
            .map(|edge| self.cut(*edge, base.counts(), total))
            .collect();
        Slower { cuts }
    }

    fn cut(&self, edge: f64, counts: &[f64], total: f64) -> (usize, f64) {
        // s x + max(d, r s x) > edge, solved for x.
        let needed = (edge - self.effect.absolute.unwrap_or(0.0))
            .min(edge / (1.0 + self.effect.relative.unwrap_or(0.0)))
            / self.scale;
        let bucket = self.bounds.partition_point(|bound| *bound <= needed);
        let Some(upper) = self.bounds.get(bucket).copied() else {
            // Nothing is known of how those past the last bound are spread.
            let is_the_bound = self.bounds.last().is_some_and(|last| needed <= *last);
            return (bucket, if is_the_bound { 1.0 } else { 0.0 });
        };
        let lower = if bucket == 0 {
            upper.min(0.0)
        } else {
            self.bounds[bucket - 1]
        };
        let evenly = ((upper - needed) / (upper - lower)).clamp(0.0, 1.0);
        let past_upper = self.past(bucket, counts) / total;
        let past_lower = past_upper + counts.get(bucket).copied().unwrap_or(0.0) / total;
        if lower <= 0.0 || past_upper <= 0.0 || past_lower <= past_upper {
            return (bucket, evenly);
        }
        let power = (past_lower / past_upper).ln() / (upper / lower).ln();
        let past_needed = past_lower * (needed / lower).powf(-power);
        (
            bucket,
            ((past_needed - past_upper) / (past_lower - past_upper)).clamp(0.0, 1.0),
        )
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

impl Slower {
    /// Observations past a bound, were they slower by the effect.
    pub(crate) fn past(&self, bound: usize, counts: &[f64]) -> f64 {
        let Some((bucket, part)) = self.cuts.get(bound) else {
            return 0.0;
        };
        let own = counts.get(*bucket).copied().unwrap_or(0.0);
        counts.iter().skip(bucket + 1).sum::<f64>() + part * own
    }

    /// What the buckets of a stable that is slower by the effect score on average.
    pub(crate) fn scores(&self, scores: &[f64]) -> Vec<f64> {
        let first = scores.first().copied().unwrap_or(0.0);
        (0..scores.len())
            .map(|bucket| {
                let steps = self
                    .cuts
                    .iter()
                    .zip(scores.windows(2))
                    .map(|((cut, part), pair)| {
                        let past = match bucket.cmp(cut) {
                            std::cmp::Ordering::Greater => 1.0,
                            std::cmp::Ordering::Equal => *part,
                            std::cmp::Ordering::Less => 0.0,
                        };
                        (pair[1] - pair[0]) * past
                    });
                first + steps.sum::<f64>()
            })
            .collect()
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
        // Past 0.1, 0.2 and 0.4 are 1/2, 1/4 and 1/8: past x is 1/(20 x).
        let base = Histogram::new(&[0.1, 0.2, 0.4], &[400.0, 200.0, 100.0, 100.0]);
        let slower = buckets().slower(&base);
        // Past 0.1 are those over 0.08: a fifth of the first bucket, evenly spread, and the others.
        assert!((slower.past(0, base.counts()) - 480.0).abs() < 1e-9);
        // Past 0.2 are those over 0.16, past 0.4 those over 0.32, by the power law.
        assert!((slower.past(1, base.counts()) - 800.0 / (20.0 * 0.16)).abs() < 1e-9);
        assert!((slower.past(2, base.counts()) - 800.0 / (20.0 * 0.32)).abs() < 1e-9);
        assert_eq!(buckets().past(1, base.counts()), 200.0);
    }

    #[test]
    fn more_than_one_bucket_can_move() {
        let buckets = Buckets::new(&[0.1, 0.2, 0.4], &Effect::absolute(0.25));
        let base = Histogram::new(&[0.1, 0.2, 0.4], &[400.0, 200.0, 100.0, 100.0]);
        let slower = buckets.slower(&base);
        assert_eq!(slower.past(0, base.counts()), 800.0, "everything is past 0.1");
        assert!(
            (slower.past(2, base.counts()) - 800.0 / (20.0 * 0.15)).abs() < 1e-9,
            "those over 0.15"
        );
    }

    #[test]
    fn the_tail_of_a_lognormal_is_not_overestimated_but_by_little() {
        // Median 0.08, spread 0.5; past 0.1, 0.25 and 0.25/1.1 are 0.3277, 0.01134 and 0.01841.
        let base = Histogram::new(&[0.1, 0.25], &[6723.0, 3163.6, 113.4]);
        let slower = Buckets::new(&[0.1, 0.25], &Effect::relative(0.1)).slower(&base);
        let found = slower.past(1, base.counts()) / 10_000.0;
        assert!(found > 0.015 && found < 0.01841, "{found}");
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
        let slower = buckets().slower(&distribution).scores(&ranks);
        assert!(
            slower.iter().zip(&ranks).all(|(slower, rank)| slower >= rank),
            "{slower:?} {ranks:?}"
        );
    }

    #[test]
    fn the_bound_of_a_quantile_is_the_nearest_in_odds() {
        let distribution = Histogram::new(&[0.1, 0.2, 0.4], &[50.0, 40.0, 9.0, 1.0]);
        assert_eq!(buckets().bound_with(0.5, &distribution), Some(0));
        assert_eq!(buckets().bound_with(0.05, &distribution), Some(1));
        assert_eq!(buckets().bound_with(0.01, &distribution), Some(2));
    }
}
