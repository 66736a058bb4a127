use crate::histogram::Histogram;
use crate::reading::Reading;
use crate::signal::SignalKind;

/// What one arm showed over several looks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Totals {
    /// Requests, observations, exposure, or looks: whatever the value is a mean over.
    pub(crate) size: f64,
    /// Bad requests, events, or the sum of levels.
    pub(crate) sum: f64,
    /// Only for latencies.
    pub(crate) histogram: Histogram,
    /// Looks with data.
    pub(crate) looks: u32,
}

impl Totals {
    /// Adds a reading. `false` if it is of another kind than the signal; nothing is added then.
    pub(crate) fn add(&mut self, kind: SignalKind, reading: &Reading) -> bool {
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
        self.looks = self.looks.saturating_add(1);
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
        both.looks = both.looks.saturating_add(other.looks);
        both
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
