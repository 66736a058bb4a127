use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What one arm showed for one signal in the interval that ends at a look. Counts are those of the interval since the
/// last sample, not rates and not running totals.
///
/// Numbers that cannot be (NaN, infinite, negative counts as after a counter reset, more bad than all) are no data:
/// build readings with the functions here, which see to that; [`Judge::observe`](crate::Judge::observe) checks again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum Reading {
    /// Nothing is known: no series, a failed scrape, a reset counter. Never the same as zero, never healthy.
    #[default]
    NoData,
    /// Requests of which some were bad.
    Ratio {
        /// Requests in the interval. Zero means that there was no traffic, which is known.
        total: f64,
        /// Those of them that were bad.
        bad: f64,
    },
    /// Durations by bucket.
    Histogram {
        /// Finite upper bounds, strictly ascending; the last bucket (up to infinity) is not among them.
        upper_bounds: Vec<f64>,
        /// Observations per bucket, not cumulative; one more than bounds.
        counts: Vec<f64>,
        /// Sum of all observations, in the bounds' unit.
        sum: f64,
    },
    /// Events, where the number of chances is not known.
    Count {
        /// Events in the interval.
        events: f64,
        /// What they could happen to, in the signal's unit of exposure: pods × seconds, for example.
        exposure: f64,
    },
    /// The level of a gauge, or a speed.
    Value {
        /// In the signal's unit.
        value: f64,
    },
}

fn is_count(n: f64) -> bool {
    n.is_finite() && n >= 0.0
}

impl Reading {
    /// Requests and the bad ones of them.
    pub fn ratio(total: f64, bad: f64) -> Self {
        Reading::Ratio { total, bad }.checked()
    }

    /// This reading and a later one, as a single look over both intervals would have shown them. A level is the later one's; so
    /// is everything where the two do not fit together.
    pub fn together_with(&self, later: &Reading) -> Reading {
        use Reading::{Count, Histogram, NoData, Ratio};
        match (self, later) {
            (_, NoData) => self.clone(),
            (
                Ratio { total, bad },
                Ratio {
                    total: more,
                    bad: worse,
                },
            ) => Reading::ratio(total + more, bad + worse),
            (
                Histogram {
                    upper_bounds,
                    counts,
                    sum,
                },
                Histogram {
                    upper_bounds: same,
                    counts: more,
                    sum: longer,
                },
            ) if upper_bounds == same => {
                let counts = counts.iter().zip(more).map(|(one, other)| one + other);
                Reading::histogram(same.clone(), counts.collect(), sum + longer)
            }
            (
                Count { events, exposure },
                Count {
                    events: more,
                    exposure: longer,
                },
            ) => Reading::count(events + more, exposure + longer),
            _ => later.clone(),
        }
    }

    /// Buckets with their own counts (not cumulative), the last of them up to infinity.
    pub fn histogram(upper_bounds: Vec<f64>, counts: Vec<f64>, sum: f64) -> Self {
        Reading::Histogram {
            upper_bounds,
            counts,
            sum,
        }
        .checked()
    }

    /// Buckets as Prometheus counts them: `(le, observations up to le)`, ascending, the last `le` infinite.
    pub fn cumulative_histogram(buckets: &[(f64, f64)], sum: f64) -> Self {
        let Some(((last, _), finite)) = buckets.split_last() else {
            return Reading::NoData;
        };
        if *last != f64::INFINITY {
            return Reading::NoData;
        }
        let mut before = 0.0;
        let counts = buckets
            .iter()
            .map(|(_, up_to)| {
                let own = up_to - before;
                before = *up_to;
                own
            })
            .collect();
        Reading::histogram(finite.iter().map(|(le, _)| *le).collect(), counts, sum)
    }

    /// Events and what they could happen to.
    pub fn count(events: f64, exposure: f64) -> Self {
        Reading::Count { events, exposure }.checked()
    }

    /// A level or a speed.
    pub fn value(value: f64) -> Self {
        Reading::Value { value }.checked()
    }

    /// Whether nothing is known.
    pub fn is_no_data(&self) -> bool {
        *self == Reading::NoData
    }

    /// The same reading, or no data if its numbers cannot be.
    pub fn checked(self) -> Self {
        let possible = match &self {
            Reading::NoData => true,
            Reading::Ratio { total, bad } => is_count(*total) && is_count(*bad) && bad <= total,
            Reading::Histogram {
                upper_bounds,
                counts,
                sum,
            } => {
                counts.len() == upper_bounds.len() + 1
                    && counts.iter().all(|n| is_count(*n))
                    && upper_bounds.iter().all(|b| b.is_finite())
                    && upper_bounds.windows(2).all(|pair| pair[0] < pair[1])
                    && sum.is_finite()
            }
            Reading::Count { events, exposure } => {
                is_count(*events) && is_count(*exposure) && (*exposure > 0.0 || *events == 0.0)
            }
            Reading::Value { value } => value.is_finite(),
        };
        if possible { self } else { Reading::NoData }
    }
}

/// Both arms of one signal at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// End of the interval, wall clock, milliseconds since 1970.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// What stable showed.
    pub stable: Reading,
    /// What the canary showed.
    pub canary: Reading,
}

impl Look {
    /// Both arms at a time in milliseconds since 1970.
    pub fn new(at_ms: i64, stable: Reading, canary: Reading) -> Self {
        Look {
            at_ms,
            stable,
            canary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_looks_together_are_what_one_look_over_both_would_have_shown() {
        let ratio = Reading::ratio(10.0, 1.0);
        assert_eq!(
            ratio.together_with(&Reading::ratio(20.0, 0.0)),
            Reading::ratio(30.0, 1.0)
        );
        let histogram = |n: f64| Reading::histogram(vec![0.1], vec![n, 1.0], n);
        assert_eq!(
            histogram(3.0).together_with(&histogram(4.0)),
            Reading::histogram(vec![0.1], vec![7.0, 2.0], 7.0)
        );
        let count = |n: f64| Reading::count(n, 10.0);
        assert_eq!(count(1.0).together_with(&count(2.0)), Reading::count(3.0, 20.0));
        let level = Reading::value(5.0);
        assert_eq!(Reading::value(1.0).together_with(&level), level);
    }

    #[test]
    fn what_does_not_fit_together_is_the_later_and_what_is_not_known_changes_nothing() {
        let ratio = Reading::ratio(10.0, 1.0);
        assert_eq!(ratio.together_with(&Reading::NoData), ratio);
        assert_eq!(Reading::NoData.together_with(&ratio), ratio);
        let histogram = |bound: f64| Reading::histogram(vec![bound], vec![1.0, 1.0], 0.3);
        assert_eq!(histogram(0.1).together_with(&histogram(0.2)), histogram(0.2));
        assert_eq!(ratio.together_with(&Reading::value(1.0)), Reading::value(1.0));
    }
}
