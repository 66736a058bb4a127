use crate::histogram::Histogram;
use crate::own_interval;
use crate::reading::Reading;
use crate::signal::{SignalKind, Worse};
use crate::verdict::OwnInterval;

/// What one arm showed over several looks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Totals {
    /// Requests, observations, exposure, or looks: whatever the value is a mean over.
    pub(crate) size: f64,
    /// Bad requests, events, or the sum of levels.
    pub(crate) sum: f64,
    /// Only for latencies.
    pub(crate) histogram: Histogram,
    /// Usual looks with data: closer ones count in part.
    pub(crate) looks: f64,
}

impl Totals {
    /// Adds a reading that is this part of a usual look. `false` if it is of another kind than the signal; nothing is added then.
    pub(crate) fn add(&mut self, kind: SignalKind, reading: &Reading, part: f64) -> bool {
        match (kind, reading) {
            (_, Reading::NoData) => return true,
            (SignalKind::ErrorRatio, Reading::Ratio { total, bad }) => {
                self.size += total;
                self.sum += bad;
            }
            (
                SignalKind::Latency { .. },
                Reading::Histogram {
                    upper_bounds,
                    counts,
                    sum,
                },
            ) => {
                self.size += counts.iter().sum::<f64>();
                self.sum += sum;
                self.histogram.add(&Histogram::new(upper_bounds, counts));
            }
            (SignalKind::Count, Reading::Count { events, exposure }) => {
                self.size += exposure;
                self.sum += events;
            }
            (SignalKind::Gauge | SignalKind::Rate, Reading::Value { value }) => {
                self.size += 1.0;
                self.sum += value;
            }
            _ => return false,
        }
        self.looks += part;
        true
    }

    /// The sum of two.
    pub(crate) fn merged(&self, other: &Totals) -> Totals {
        let mut both = self.clone();
        both.size += other.size;
        both.sum += other.sum;
        if !other.histogram.bounds().is_empty() {
            both.histogram.add(&other.histogram);
        }
        both.looks += other.looks;
        both
    }

    /// Requests and bad ones, or exposure and events; for a latency those past the bucket edge of its objective.
    pub(crate) fn passed(&self, kind: SignalKind, worse: Worse) -> Option<(f64, f64)> {
        match (kind, worse) {
            (SignalKind::ErrorRatio | SignalKind::Count, Worse::Higher) => Some((self.size, self.sum)),
            (SignalKind::ErrorRatio, Worse::Lower) => Some((self.size, self.size - self.sum)),
            (SignalKind::Latency { objective, .. }, _) => {
                let bounds = self.histogram.bounds();
                let edge = bounds.partition_point(|bound| *bound < objective * (1.0 - 1e-9));
                let past = self.histogram.counts().iter().skip(edge + 1).sum();
                Some((self.histogram.total(), past))
            }
            _ => None,
        }
    }

    /// An interval for the value, at all looks at once.
    pub(crate) fn own_interval(&self, kind: SignalKind, alpha: f64) -> Option<OwnInterval> {
        if self.size <= 0.0 {
            return None;
        }
        let (low, high) = match kind {
            SignalKind::ErrorRatio => {
                let (low, high) = own_interval::proportion(self.sum, self.size, alpha);
                (low, Some(high))
            }
            SignalKind::Count => {
                // A usual look's exposure is the scale of the prior.
                let unit = self.size / self.looks.max(1.0);
                let (low, high) = own_interval::rate(self.sum, self.size, unit, alpha);
                (low, Some(high))
            }
            SignalKind::Latency { quantile, .. } => own_interval::quantile(&self.histogram, quantile, alpha)?,
            SignalKind::Gauge | SignalKind::Rate => return None,
        };
        let is_finite = low.is_finite() && high.is_none_or(|high| high.is_finite() && low <= high);
        is_finite.then_some(OwnInterval { low, high })
    }

    /// The value in the signal's unit.
    pub(crate) fn value(&self, kind: SignalKind) -> Option<f64> {
        if self.size <= 0.0 {
            return None;
        }
        match kind {
            SignalKind::Latency { quantile, .. } => self.histogram.quantile(quantile),
            _ => Some(self.sum / self.size),
        }
    }
}

/// Both arms over the same looks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pair {
    pub(crate) stable: Totals,
    pub(crate) canary: Totals,
}

impl Pair {
    pub(crate) fn merged(&self, other: &Pair) -> Pair {
        Pair {
            stable: self.stable.merged(&other.stable),
            canary: self.canary.merged(&other.canary),
        }
    }
}
