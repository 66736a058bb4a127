//! How soon a bad canary is found.

use judge::{Judge, Look, Method, Options, Reading, SignalSpec, Verdict};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::traffic::{BOUNDS, LOOK, Latencies, SCRAPE, Traffic};

const LOOKS: usize = 360;

/// Seconds until this verdict; none if it never comes.
pub fn seconds_until(
    verdict: Verdict,
    spec: &SignalSpec,
    options: Options,
    before: i64,
    mut look: impl FnMut(f64) -> (Reading, Reading),
) -> Option<f64> {
    let mut judge = Judge::new(vec![spec.clone()], options).ok()?;
    for index in 0..before {
        let (stable, _) = look(0.0);
        let at = (index - before) * (SCRAPE * 1000.0) as i64;
        judge.observe(&spec.id, &Look::new(at, stable, Reading::NoData));
    }
    for index in 1..=LOOKS {
        let (stable, canary) = look(index as f64 / LOOKS as f64);
        let at = index as f64 * SCRAPE;
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

/// Medians and 95th percentiles, at 200 requests/s, a tenth of them the canary's, a look every 5 s.
pub fn run(releases: u64, only: &str) -> Value {
    let traffic = Traffic::default();
    let mut all = serde_json::Map::new();
    let mut put = |name: String, times: &dyn Fn() -> Vec<Option<f64>>| {
        if !name.contains(only) {
            return;
        }
        let value = summary(times());
        println!("{name:44} {value}");
        all.insert(name, value);
    };
    let spec = SignalSpec::error_ratio("errors", 0.005);
    for (stable, canary, before) in [
        (0.001, 0.01, 0),
        (0.005, 0.01, 0),
        (0.01, 0.02, 0),
        (0.001, 0.05, 0),
        (0.001, 0.01, 60),
        (0.005, 0.01, 60),
        (0.01, 0.02, 60),
        (0.001, 0.05, 60),
    ] {
        put(
            format!("errors {stable} -> {canary}, {before} looks before"),
            &|| {
                releases_of(releases, |seed| {
                    let mut rng = ChaCha8Rng::seed_from_u64(seed);
                    let look = |part: f64| traffic.ratios(&mut rng, part, stable, canary);
                    seconds_until(
                        Verdict::Degraded,
                        &spec,
                        options(Method::Sequential),
                        before,
                        look,
                    )
                })
            },
        );
    }
    for rate in [0.0, 0.001, 0.005, 0.01] {
        put(format!("healthy at {rate}"), &|| {
            releases_of(releases, |seed| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let look = |part: f64| traffic.ratios(&mut rng, part, rate, rate);
                seconds_until(Verdict::Healthy, &spec, options(Method::Sequential), 0, look)
            })
        });
    }
    put("errors 0.001 -> 0.01 after 900 s".into(), &|| {
        releases_of(releases, |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let look =
                |part: f64| traffic.ratios(&mut rng, part, 0.001, if part <= 0.5 { 0.001 } else { 0.01 });
            seconds_until(Verdict::Degraded, &spec, options(Method::Sequential), 0, look)
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
            put(format!("latency sigma {sigma} x {slower}"), &|| {
                releases_of(releases, |seed| {
                    let mut rng = ChaCha8Rng::seed_from_u64(seed);
                    let mut stable = Latencies::new(0.08, sigma, 0.0);
                    let mut canary = Latencies::new(0.08 * slower, sigma, 0.0);
                    let look = |_| {
                        (
                            stable.histogram(&mut rng, &BOUNDS, 0.9 * LOOK),
                            canary.histogram(&mut rng, &BOUNDS, 0.1 * LOOK),
                        )
                    };
                    seconds_until(verdict, &latency, options(Method::Sequential), 0, look)
                })
            });
        }
    }
    json!({ "releases": releases, "scrape_seconds": SCRAPE, "detection": all })
}
