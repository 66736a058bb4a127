//! Many seeds, and what they say together.

use crate::fault::Counts;
use crate::mistake::Mistake;
use crate::run::{Ended, run};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What many seeds said.
#[derive(Debug, Default)]
pub struct Summary {
    pub seeds: u64,
    pub seconds: f64,
    pub turns: u64,
    pub counts: Counts,
    pub states: BTreeMap<String, u64>,
    /// Seeds with what they found, in the order of seeds; at most a few are kept.
    pub failed: Vec<Ended>,
    pub violations: u64,
}

/// Failed seeds that are kept.
const KEPT: usize = 100;

/// Runs seeds from `first` on, on as many threads as asked for.
pub fn many(first: u64, seeds: u64, threads: usize, mistake: Option<Mistake>) -> Summary {
    let begun = Instant::now();
    let next = AtomicU64::new(first);
    let sum = Mutex::new(Summary::default());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut own = Summary::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
                        break;
                    }
                    own.take(run(seed, mistake, false));
                }
                if let Ok(mut sum) = sum.lock() {
                    sum.merge(own);
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_default();
    sum.seconds = begun.elapsed().as_secs_f64();
    sum.failed.sort_by_key(|ended| ended.seed);
    sum
}

impl Summary {
    fn take(&mut self, ended: Ended) {
        self.seeds += 1;
        self.turns += ended.turns;
        self.counts.merge(&ended.counts);
        for (state, count) in &ended.states {
            *self.states.entry(state.clone()).or_default() += count;
        }
        self.violations += ended.violations.len() as u64;
        if !ended.violations.is_empty() && self.failed.len() < KEPT {
            self.failed.push(ended);
        }
    }

    fn merge(&mut self, other: Summary) {
        self.seeds += other.seeds;
        self.turns += other.turns;
        self.counts.merge(&other.counts);
        for (state, count) in other.states {
            *self.states.entry(state).or_default() += count;
        }
        self.violations += other.violations;
        self.failed.extend(other.failed);
    }

    /// One JSON object.
    pub fn json(&self) -> Value {
        let faults: BTreeMap<&str, u64> = self
            .counts
            .0
            .iter()
            .map(|(fault, count)| (fault.name(), *count))
            .collect();
        json!({
            "seeds": self.seeds,
            "seconds": (self.seconds * 1000.0).round() / 1000.0,
            "seedsPerSecond": (self.seeds as f64 / self.seconds.max(0.001)).round(),
            "turns": self.turns,
            "faults": faults,
            "endStates": self.states,
            "violations": self.violations,
        })
    }
}
