//! The kinds of releases that are simulated: no change, and a change of exactly the smallest effect worth stopping for.

use judge::{Reading, SignalSpec};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::traffic::{BOUNDS, LOOK, Latencies, Pattern, SCRAPE, Traffic};

/// Canary's parts of the traffic.
const SHARES: [f64; 4] = [0.01, 0.05, 0.1, 0.5];

/// Many releases that differ by their seed alone.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its row in the tables.
    pub name: String,
    /// What is judged.
    pub spec: SignalSpec,
    /// Looks at stable alone before the release begins, as by a window that is open.
    pub before: i64,
    /// Seconds between looks during the release.
    pub scrape: f64,
    requests: Requests,
}

#[derive(Debug, Clone)]
enum Requests {
    Errors { traffic: Traffic, rates: (f64, f64) },
    Durations { phi: f64, slower: f64, share: f64 },
}

impl Case {
    fn errors(of: &str, pattern: Pattern, share: f64, rates: (f64, f64), before: i64) -> Self {
        let traffic = Traffic {
            share,
            pattern,
            ..Traffic::default()
        };
        Case {
            name: format!("{of}, canary {share}"),
            spec: SignalSpec::error_ratio("errors", 0.005),
            before,
            scrape: SCRAPE,
            requests: Requests::Errors { traffic, rates },
        }
    }

    fn durations(of: &str, phi: f64, slower: f64, share: f64, before: i64) -> Self {
        Case {
            name: format!("{of} phi {phi}, canary {share}, {before} looks before"),
            spec: SignalSpec::latency("latency", 0.95, 0.25, 0.1),
            before,
            scrape: SCRAPE,
            requests: Requests::Durations { phi, slower, share },
        }
    }

    /// The same with a look each second.
    fn each_second(mut self) -> Self {
        self.name += ", looks of 1 s";
        self.scrape = 1.0;
        self
    }

    /// Whether values of single looks are asked for by Kayenta's judge as they are: those of a latency are quantiles.
    pub fn is_of_durations(&self) -> bool {
        matches!(self.requests, Requests::Durations { .. })
    }

    /// What both arms show from look to look in the release with this seed, given the part of the release (0 to 1) and the
    /// seconds of the look.
    pub fn looks(&self, seed: u64) -> Box<dyn FnMut(f64, f64) -> (Reading, Reading)> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        match self.requests {
            Requests::Errors { traffic, rates } => Box::new(move |part, scrape| {
                Traffic { scrape, ..traffic }.ratios(&mut rng, part, rates.0, rates.1)
            }),
            Requests::Durations { phi, slower, share } => {
                let mut stable = Latencies::new(0.08, 0.5, phi);
                let mut canary = Latencies::new(0.08 * slower, 0.5, phi);
                Box::new(move |_, scrape| {
                    let requests = LOOK / SCRAPE * scrape;
                    let of_stable = stable.histogram(&mut rng, &BOUNDS, requests * (1.0 - share));
                    (of_stable, canary.histogram(&mut rng, &BOUNDS, requests * share))
                })
            }
        }
    }
}

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let steady = |rate: f64, share: f64| {
        Case::errors(
            &format!("no change, steady {rate}"),
            Pattern::Steady,
            share,
            (rate, rate),
            0,
        )
    };
    for share in SHARES {
        for rate in [0.001, 0.01] {
            all.push(steady(rate, share));
            all.push(steady(rate, share).each_second());
        }
        for (name, pattern) in [("diurnal", Pattern::Diurnal), ("gusts", Pattern::Gusts)] {
            let name = format!("no change, {name} 0.005");
            let case = Case::errors(&name, pattern, share, (0.005, 0.005), 0);
            all.push(case.clone());
            if share == 0.1 {
                all.push(case.each_second());
            }
        }
    }
    all.push(steady(0.2, 0.1));
    for length in [3.0, 10.0] {
        for (rate, share) in [(0.001, 0.1), (0.01, 0.01), (0.01, 0.05), (0.01, 0.1), (0.01, 0.5)] {
            for before in [0, 120] {
                if before == 0 && share != 0.1 {
                    continue;
                }
                let name = format!("no change, bursts of {length} at {rate}");
                let mut case = Case::errors(&name, Pattern::Bursts(length), share, (rate, rate), before);
                case.name += &format!(", {before} looks before");
                all.push(case.clone());
                if share == 0.1 {
                    all.push(case.each_second());
                }
            }
        }
    }
    for phi in [0.0, 0.5, 0.8, 0.9] {
        let latency = |share, before| Case::durations("no change, latency", phi, 1.0, share, before);
        all.push(latency(0.1, 0));
        all.push(latency(0.1, 0).each_second());
        for share in SHARES {
            all.push(latency(share, 120));
        }
        for share in [0.1, 0.5] {
            all.push(latency(share, 120).each_second());
        }
    }
    for (rates, share) in [((0.001, 0.006), 0.1), ((0.01, 0.015), 0.1), ((0.01, 0.015), 0.5)] {
        let name = format!("effect {} -> {}", rates.0, rates.1);
        let case = Case::errors(&name, Pattern::Steady, share, rates, 0);
        all.push(case.clone());
        all.push(case.each_second());
    }
    for phi in [0.0, 0.5, 0.9] {
        let case = Case::durations("effect latency x 1.1", phi, 1.1, 0.1, 0);
        all.push(case.clone());
        all.push(case.each_second());
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn cases_have_names_of_their_own_and_looks_of_two_hundred_requests_a_second() {
        let all = cases();
        let names: BTreeSet<&str> = all.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names.len(), all.len());
        for case in all {
            let mut look = case.looks(1);
            let requests = |reading: &Reading| match reading {
                Reading::Ratio { total, .. } => *total,
                Reading::Histogram { counts, .. } => counts.iter().sum(),
                _ => 0.0,
            };
            let looks = 400;
            let sum: f64 = (0..looks)
                .map(|n| {
                    let (stable, canary) = look(f64::from(n) / f64::from(looks), case.scrape);
                    requests(&stable) + requests(&canary)
                })
                .sum();
            let mean = sum / f64::from(looks) / case.scrape;
            // The mean of a diurnal swing by a factor of three is larger than its middle.
            assert!((180.0..300.0).contains(&mean), "{}: {mean}", case.name);
        }
    }
}
