//! How soon a bad canary is found.

use judge::{Judge, Look, Method, Options, Reading, SignalSpec, Verdict};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::traffic::{BOUNDS, LOOK, Latencies, SCRAPE, Traffic, looks_of};

/// Seconds until this verdict; none if it never comes. `before`: looks at stable alone before the release; `scrape`: seconds
/// between looks during it.
pub fn seconds_until(
    verdict: Verdict,
    spec: &SignalSpec,
    options: Options,
    (before, scrape): (i64, f64),
    mut look: impl FnMut(f64, f64) -> (Reading, Reading),
) -> Option<f64> {
    let mut judge = Judge::new(vec![spec.clone()], options).ok()?;
    for index in 0..before {
        let (stable, _) = look(0.0, SCRAPE);
        let at = (index - before) * (SCRAPE * 1000.0) as i64;
        judge.observe(&spec.id, &Look::new(at, stable, Reading::NoData));
    }
    let looks = looks_of(scrape);
    for index in 1..=looks {
        let (stable, canary) = look(index as f64 / looks as f64, scrape);
        let at = index as f64 * scrape;
        judge.observe(&spec.id, &Look::new((at * 1000.0) as i64, stable, canary));
        if judge.verdict().verdict == verdict {
            return Some(at);
        }
    }
    None
}

pub fn quantile(sorted: &[Option<f64>], q: f64) -> Option<f64> {
    let at = ((sorted.len() as f64 * q).ceil() as usize).clamp(1, sorted.len()) - 1;
    sorted.get(at).copied().flatten()
}

pub fn summary(mut times: Vec<Option<f64>>) -> Value {
    times.sort_by(|a, b| a.unwrap_or(f64::INFINITY).total_cmp(&b.unwrap_or(f64::INFINITY)));
    let found = times.iter().flatten().count();
    json!({
        "releases": times.len(),
        "median": quantile(&times, 0.5),
        "p95": quantile(&times, 0.95),
        "found": found as f64 / times.len() as f64,
    })
}

fn releases_of(releases: u64, one: impl Fn(u64) -> Option<f64>) -> Vec<Option<f64>> {
    (0..releases).map(one).collect()
}

pub fn options(method: Method) -> Options {
    Options {
        method,
        warmup_seconds: 0.0,
        ..Options::default()
    }
}

/// For names: nothing for the usual length of a look.
fn of_length(scrape: f64) -> String {
    if scrape == SCRAPE {
        String::new()
    } else {
        format!(", looks of {scrape} s")
    }
}

/// Medians and 95th percentiles, at 200 requests/s, a tenth of them the canary's, a look every 5 s, where the name says nothing else.
pub fn run(releases: u64, only: &str) -> Value {
    let mut all = serde_json::Map::new();
    let mut put = |name: String, times: &dyn Fn() -> Vec<Option<f64>>| {
        if !name.contains(only) {
            return;
        }
        let value = summary(times());
        println!("{name:60} {value}");
        all.insert(name, value);
    };
    let spec = SignalSpec::error_ratio("errors", 0.005);
    let until = |verdict, seed, traffic: Traffic, rates: (f64, f64), from: f64, when: (i64, f64)| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let look = |part: f64, scrape: f64| {
            let canary = if part > from { rates.1 } else { rates.0 };
            Traffic { scrape, ..traffic }.ratios(&mut rng, part, rates.0, canary)
        };
        seconds_until(verdict, &spec, options(Method::Sequential), when, look)
    };
    let usual = Traffic::default();
    for (stable, canary) in [(0.001, 0.01), (0.005, 0.01), (0.01, 0.02), (0.001, 0.05)] {
        for (before, scrape) in [(0, SCRAPE), (60, SCRAPE), (60, 1.0)] {
            put(
                format!(
                    "errors {stable} -> {canary}, {before} looks before{}",
                    of_length(scrape)
                ),
                &|| {
                    let when = (before, scrape);
                    releases_of(releases, |seed| {
                        until(Verdict::Degraded, seed, usual, (stable, canary), 0.0, when)
                    })
                },
            );
        }
    }
    // The traffic and the bad versions of the bench beside Argo Rollouts.
    let few = Traffic {
        rate: 100.0,
        share: 0.2,
        ..usual
    };
    for canary in [0.2, 0.05, 0.01] {
        for scrape in [SCRAPE, 1.0] {
            put(
                format!("20 requests/s, errors 0.001 -> {canary}{}", of_length(scrape)),
                &|| {
                    releases_of(releases, |seed| {
                        until(Verdict::Degraded, seed, few, (0.001, canary), 0.0, (8, scrape))
                    })
                },
            );
        }
    }
    for rate in [0.0, 0.001, 0.005, 0.01] {
        for scrape in [SCRAPE, 1.0] {
            put(format!("healthy at {rate}{}", of_length(scrape)), &|| {
                releases_of(releases, |seed| {
                    until(Verdict::Healthy, seed, usual, (rate, rate), 0.0, (0, scrape))
                })
            });
        }
    }
    put("errors 0.001 -> 0.01 after 900 s".into(), &|| {
        releases_of(releases, |seed| {
            until(Verdict::Degraded, seed, usual, (0.001, 0.01), 0.5, (0, SCRAPE))
                .map(|seconds| seconds - 900.0)
        })
    });
    let latency = SignalSpec::latency("latency", 0.95, 0.25, 0.1);
    for sigma in [0.5, 1.0] {
        for (slower, verdict) in [
            (1.2, Verdict::Degraded),
            (1.1, Verdict::Degraded),
            (1.0, Verdict::Healthy),
        ] {
            for scrape in [SCRAPE, 1.0] {
                put(
                    format!("latency sigma {sigma} x {slower}{}", of_length(scrape)),
                    &|| {
                        releases_of(releases, |seed| {
                            let mut rng = ChaCha8Rng::seed_from_u64(seed);
                            let mut stable = Latencies::new(0.08, sigma, 0.0);
                            let mut canary = Latencies::new(0.08 * slower, sigma, 0.0);
                            let look = |_, seconds: f64| {
                                let requests = LOOK / SCRAPE * seconds;
                                (
                                    stable.histogram(&mut rng, &BOUNDS, 0.9 * requests),
                                    canary.histogram(&mut rng, &BOUNDS, 0.1 * requests),
                                )
                            };
                            seconds_until(verdict, &latency, options(Method::Sequential), (0, scrape), look)
                        })
                    },
                );
            }
        }
    }
    json!({ "releases": releases, "scrape_seconds": SCRAPE, "detection": all })
}
