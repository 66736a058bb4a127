//! A gate judged from recorded scrapes of any origin: cumulative counters of both arms, one scrape after the other.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::arm::Arm;
use crate::judge::Judge;
use crate::reading::{Look, Reading};
use crate::signal_error::SignalError;
use crate::verdict::ReleaseVerdict;

/// Id of the signal that is fed from `requests` and `errors`.
pub const ERRORS: &str = "errors";

/// Id of the signal that is fed from `buckets`.
pub const LATENCY: &str = "latency";

/// One scrape of one arm. Counters are running totals. Unknown fields are ignored.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Scrape {
    /// Seconds, from any origin.
    pub t: f64,
    /// Whose counters these are.
    pub arm: Arm,
    /// Requests so far.
    pub requests: f64,
    /// Failed ones of them so far.
    pub errors: f64,
    /// Requests so far that took at most this many seconds, by `le` as Prometheus writes it; with `+Inf`.
    #[serde(default)]
    pub buckets: Option<BTreeMap<String, f64>>,
}

/// What is wrong with a scrape.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReplayError {
    /// A number that no counter can have.
    #[error("{field} must be a finite number that is not negative, not {value}")]
    NotACounter {
        /// Which one.
        field: &'static str,
        /// What it is.
        value: f64,
    },
    /// More failed requests than requests.
    #[error("errors ({errors}) are more than requests ({requests})")]
    MoreErrorsThanRequests {
        /// Failed requests.
        errors: f64,
        /// Requests.
        requests: f64,
    },
    /// A bound that is not a number.
    #[error("the bucket {le:?} is neither a number nor +Inf, or there is no +Inf")]
    Bound {
        /// The bound as written.
        le: String,
    },
    /// Buckets that do not rise.
    #[error("the bucket up to {le} holds less than the one before: buckets are cumulative")]
    NotCumulative {
        /// The bound as written.
        le: String,
    },
    /// The signals or options of the judge.
    #[error(transparent)]
    Signal(#[from] SignalError),
}

/// The counters of one scrape.
#[derive(Debug, Clone, PartialEq)]
struct Counters {
    requests: f64,
    errors: f64,
    /// Ascending, with an infinite last bound.
    buckets: Option<Vec<(f64, f64)>>,
}

impl Counters {
    fn of(scrape: &Scrape) -> Result<Self, ReplayError> {
        for (field, value) in [("requests", scrape.requests), ("errors", scrape.errors)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(ReplayError::NotACounter { field, value });
            }
        }
        if scrape.errors > scrape.requests {
            let (errors, requests) = (scrape.errors, scrape.requests);
            return Err(ReplayError::MoreErrorsThanRequests { errors, requests });
        }
        let buckets = scrape.buckets.as_ref().map(cumulative).transpose()?;
        Ok(Counters {
            requests: scrape.requests,
            errors: scrape.errors,
            buckets,
        })
    }

    /// What happened since an earlier scrape. A counter that fell was reset: nothing is known about the interval.
    fn since(&self, earlier: &Counters) -> (Reading, Reading) {
        let requests = Reading::ratio(self.requests - earlier.requests, self.errors - earlier.errors);
        let latency = match (&self.buckets, &earlier.buckets) {
            (Some(now), Some(before)) if now.iter().map(|b| b.0).eq(before.iter().map(|b| b.0)) => {
                let grown: Vec<(f64, f64)> = now
                    .iter()
                    .zip(before)
                    .map(|(now, before)| (now.0, now.1 - before.1))
                    .collect();
                Reading::cumulative_histogram(&grown, 0.0)
            }
            _ => Reading::NoData,
        };
        (requests, latency)
    }
}

fn cumulative(buckets: &BTreeMap<String, f64>) -> Result<Vec<(f64, f64)>, ReplayError> {
    let mut sorted = Vec::with_capacity(buckets.len());
    for (le, count) in buckets {
        let bound = match le.as_str() {
            "+Inf" | "Inf" => f64::INFINITY,
            text => text
                .parse::<f64>()
                .ok()
                .filter(|b| b.is_finite())
                .ok_or_else(|| bad_bound(le))?,
        };
        if !(count.is_finite() && *count >= 0.0) {
            return Err(ReplayError::NotACounter {
                field: "buckets",
                value: *count,
            });
        }
        sorted.push((bound, *count, le));
    }
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    for pair in sorted.windows(2) {
        if pair[1].1 < pair[0].1 {
            return Err(ReplayError::NotCumulative {
                le: pair[1].2.clone(),
            });
        }
        if pair[1].0 == pair[0].0 {
            return Err(bad_bound(pair[1].2));
        }
    }
    match sorted.last() {
        Some((bound, _, _)) if *bound == f64::INFINITY => {
            Ok(sorted.iter().map(|(bound, count, _)| (*bound, *count)).collect())
        }
        Some((_, _, le)) => Err(bad_bound(le)),
        None => Err(bad_bound("")),
    }
}

fn bad_bound(le: &str) -> ReplayError {
    ReplayError::Bound { le: le.to_owned() }
}

/// A judge that is fed with scrapes: a fold like the judge itself.
#[derive(Debug, Clone)]
pub struct Replay {
    judge: Judge,
    /// The newest counters of stable and canary.
    last: [Option<Counters>; 2],
    /// What is known at the time that is being read, and that time in seconds.
    at: Option<f64>,
    now: [Option<Counters>; 2],
}

impl Replay {
    /// The judge's signals have the ids [`ERRORS`] and [`LATENCY`]; either may be missing.
    pub fn new(judge: Judge) -> Self {
        Replay {
            judge,
            last: [None, None],
            at: None,
            now: [None, None],
        }
    }

    /// Takes the next scrape. When it begins a new time, the verdict for the time before it is returned with that time.
    /// The second scrape of an arm at one time, and scrapes of an earlier time, are duplicates or late: not counted.
    ///
    /// # Errors
    /// If the scrape has numbers that no counter can have. It is not counted then.
    pub fn scrape(&mut self, scrape: &Scrape) -> Result<Option<(f64, ReleaseVerdict)>, ReplayError> {
        if !scrape.t.is_finite() {
            return Err(ReplayError::NotACounter {
                field: "t",
                value: scrape.t,
            });
        }
        let counters = Counters::of(scrape)?;
        if self.at.is_some_and(|at| scrape.t < at) {
            return Ok(None);
        }
        let finished = if self.at.is_some_and(|at| scrape.t > at) {
            self.finish()
        } else {
            None
        };
        self.at = Some(scrape.t);
        let slot = &mut self.now[scrape.arm as usize];
        if slot.is_none() {
            *slot = Some(counters);
        }
        Ok(finished)
    }

    /// The verdict for the last time, when no more scrapes come.
    pub fn finish(&mut self) -> Option<(f64, ReleaseVerdict)> {
        let at = self.at.take()?;
        let mut readings = [
            (Reading::NoData, Reading::NoData),
            (Reading::NoData, Reading::NoData),
        ];
        for (reading, (now, last)) in readings
            .iter_mut()
            .zip(self.now.iter_mut().zip(self.last.iter_mut()))
        {
            let Some(now) = now.take() else { continue };
            if let Some(last) = last {
                *reading = now.since(last);
            }
            *last = Some(now);
        }
        let [stable, canary] = readings;
        let at_ms = (at * 1000.0) as i64;
        self.judge.observe(ERRORS, &Look::new(at_ms, stable.0, canary.0));
        self.judge.observe(LATENCY, &Look::new(at_ms, stable.1, canary.1));
        Some((at, self.judge.verdict()))
    }
}
