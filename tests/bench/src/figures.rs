//! Samples and what is said of them.

use serde_json::{Value, json};
use std::time::Duration;

/// Samples of one thing, in milliseconds, in the order in which they were taken.
#[derive(Debug, Clone, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Adds one.
    pub fn push(&mut self, took: Duration) {
        self.0.push(took.as_secs_f64() * 1_000.0);
    }

    /// The middle one, or the mean of the two in the middle; 0 without samples.
    pub fn median(&self) -> f64 {
        let sorted = self.sorted();
        let half = sorted.len() / 2;
        match (
            sorted.get(half),
            half.checked_sub(1).and_then(|below| sorted.get(below)),
        ) {
            (Some(upper), Some(lower)) if sorted.len().is_multiple_of(2) => f64::midpoint(*lower, *upper),
            (Some(middle), _) => *middle,
            (None, _) => 0.0,
        }
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    /// Prints the median and the range.
    pub fn show(&self, what: &str) {
        let sorted = self.sorted();
        println!(
            "{what:<68} median {:>8.2} ms  ({:.2}–{:.2}, n = {})",
            self.median(),
            sorted.first().copied().unwrap_or(0.0),
            sorted.last().copied().unwrap_or(0.0),
            sorted.len()
        );
    }

    /// Median and raw samples.
    pub fn json(&self) -> Value {
        let round = |value: f64| (value * 1_000.0).round() / 1_000.0;
        json!({
            "median_ms": round(self.median()),
            "samples_ms": self.0.iter().copied().map(round).collect::<Vec<f64>>(),
        })
    }
}

/// How many times as long; three digits.
pub fn ratio(ours: &Samples, theirs: &Samples) -> f64 {
    (ours.median() / theirs.median() * 1_000.0).round() / 1_000.0
}
