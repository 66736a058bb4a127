//! A whole release by the usual plan: does a good version pass each phase in time, and is it ever stopped?

use judge::{Arms, Judge, Look, Options, Reading, Role, SignalSpec, Verdict};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};
use serde_json::{Value, json};

use crate::traffic::{Pattern, Traffic};

/// Buckets of a service that knows where its latencies lie.
const BOUNDS: [f64; 15] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0,
];

/// Share of the canary and seconds of bake.
const PHASES: [(f64, f64); 4] = [(0.143, 360.0), (0.333, 480.0), (0.5, 600.0), (1.0, 600.0)];

const SCRAPE: f64 = 5.0;

/// Requests per second, share of failures, median and spread of the latency.
const SERVICES: [(&str, f64, f64, f64, f64); 3] = [
    ("busy", 750.0, 0.001, 0.062, 0.65),
    ("middling", 210.0, 0.0014, 0.11, 0.5),
    ("quiet", 60.0, 0.0011, 0.035, 0.6),
];

fn normal_cdf(x: f64) -> f64 {
    // Abramowitz and Stegun 26.2.17: exact to 7.5e-8, enough to draw from.
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let series = ((((1.330_274_429 * t - 1.821_255_978) * t + 1.781_477_937) * t - 0.356_563_782) * t
        + 0.319_381_530)
        * t;
    let tail = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt() * series;
    if x >= 0.0 { 1.0 - tail } else { tail }
}

fn latencies(rng: &mut ChaCha8Rng, n: f64, median: f64, spread: f64) -> Reading {
    let (mut left, mut below) = (n, 0.0);
    let mut counts = Vec::with_capacity(BOUNDS.len() + 1);
    for bound in BOUNDS {
        let up_to = normal_cdf((bound / median).ln() / spread);
        let part = ((up_to - below) / (1.0 - below).max(1e-12)).clamp(0.0, 1.0);
        let here = Binomial::new(left as u64, part).map_or(0.0, |law| law.sample(rng) as f64);
        counts.push(here);
        (left, below) = (left - here, up_to);
    }
    counts.push(left);
    Reading::histogram(BOUNDS.to_vec(), counts, n * median)
}

struct Passed {
    in_bake: [bool; PHASES.len()],
    in_twice: [bool; PHASES.len()],
    degraded: bool,
}

fn release(seed: u64, service: (&str, f64, f64, f64, f64)) -> Option<Passed> {
    let (_, rate, errors, median, spread) = service;
    let signals = vec![
        SignalSpec::error_ratio("errors", 0.005),
        SignalSpec::latency("p95", 0.95, 0.3, 0.2),
        SignalSpec::latency("p99", 0.99, 1.0, 0.3).role(Role::Advisory),
    ];
    let mut judge = Judge::new(signals, Options::default()).ok()?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut passed = Passed {
        in_bake: [false; PHASES.len()],
        in_twice: [false; PHASES.len()],
        degraded: false,
    };
    let mut at = 0.0;
    for (phase, (share, bake)) in PHASES.into_iter().enumerate() {
        if phase > 0 {
            judge.new_phase(if share < 1.0 { Arms::Both } else { Arms::CanaryOnly });
        }
        let traffic = Traffic {
            rate,
            share,
            scrape: SCRAPE,
            pattern: Pattern::Steady,
        };
        let mut since = 0.0;
        while since < 2.0 * bake {
            since += SCRAPE;
            at += SCRAPE;
            let at_ms = (at * 1000.0) as i64;
            let (stable, canary) = traffic.ratios(&mut rng, 0.0, errors, errors);
            let size = |reading: &Reading| {
                if let Reading::Ratio { total, .. } = reading {
                    *total
                } else {
                    0.0
                }
            };
            let (n, m) = (size(&stable), size(&canary));
            let alone = share >= 1.0;
            let hide = |reading: Reading| if alone { Reading::NoData } else { reading };
            let slow = hide(latencies(&mut rng, n, median, spread));
            let quick = latencies(&mut rng, m, median, spread);
            judge.observe("errors", &Look::new(at_ms, hide(stable), canary));
            judge.observe("p95", &Look::new(at_ms, slow.clone(), quick.clone()));
            judge.observe("p99", &Look::new(at_ms, slow, quick));
            let verdict = judge.verdict().verdict;
            passed.degraded |= verdict == Verdict::Degraded;
            if verdict == Verdict::Healthy && since >= bake {
                passed.in_bake[phase] |= since == bake;
                passed.in_twice[phase] = true;
                break;
            }
        }
    }
    Some(passed)
}

/// Share of releases of a good version that pass each phase at the end of its bake, or within twice that.
pub fn run(releases: u64) -> Value {
    let mut all = serde_json::Map::new();
    for service in SERVICES {
        let passed: Vec<Passed> = (0..releases).filter_map(|seed| release(seed, service)).collect();
        let part = |is: &dyn Fn(&Passed) -> bool| {
            passed.iter().filter(|p| is(p)).count() as f64 / passed.len().max(1) as f64
        };
        let phases = |of: fn(&Passed) -> &[bool; PHASES.len()]| {
            (0..PHASES.len())
                .map(|phase| part(&|p| of(p)[phase]))
                .collect::<Vec<f64>>()
        };
        let value = json!({
            "healthy_at_end_of_bake": phases(|p| &p.in_bake),
            "healthy_within_twice": phases(|p| &p.in_twice),
            "falsely_degraded": part(&|p| p.degraded),
        });
        println!("whole release, {:12} {value}", service.0);
        all.insert(service.0.to_owned(), value);
    }
    json!({ "releases": releases, "services": all })
}
