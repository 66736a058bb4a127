//! How often a release is called degraded while nothing is worse, and healthy while it is worse by the effect.

use judge::{Judge, Look, Method, Options, Reading, SignalSpec, Verdict};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::mann_whitney;
use crate::traffic::{BOUNDS, Latencies, Pattern, Traffic};

const LOOKS: usize = 360;

/// What was ever said about one release.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    sequential: bool,
    threshold: bool,
    mann_whitney: bool,
    kayenta: bool,
    /// By Kayenta's judge at its last look alone, as it was made to be asked.
    kayenta_once: bool,
    healthy: bool,
}

fn value(reading: &Reading) -> Option<f64> {
    match reading {
        Reading::Ratio { total, bad } if *total > 0.0 => Some(bad / total),
        Reading::Histogram { counts, sum, .. } => {
            let n: f64 = counts.iter().sum();
            (n > 0.0).then(|| sum / n)
        }
        _ => None,
    }
}

/// One release: which methods ever called it degraded, and whether ours ever called it healthy.
///
/// Stable alone is looked at `before` times first, as by a window that is open before the release begins.
fn release(
    spec: &SignalSpec,
    peers: bool,
    before: i64,
    mut look: impl FnMut(f64) -> (Reading, Reading),
) -> Option<Found> {
    let options = |method| Options {
        method,
        warmup_seconds: 0.0,
        ..Options::default()
    };
    let mut judge = Judge::new(vec![spec.clone()], options(Method::Sequential)).ok()?;
    let mut threshold = Judge::new(vec![spec.clone()], options(Method::Threshold)).ok()?;
    let mut kayenta = Judge::new(vec![spec.clone()], options(Method::Kayenta)).ok()?;
    for index in 0..before {
        let (stable, _) = look(0.0);
        judge.observe(
            &spec.id,
            &Look::new((index - before) * 5000, stable, Reading::NoData),
        );
    }
    let (mut stables, mut canaries) = (Vec::new(), Vec::new());
    let mut found = Found::default();
    for index in 1..=LOOKS {
        let (stable, canary) = look(index as f64 / LOOKS as f64);
        let mut is_shifted = false;
        if peers {
            stables.extend(value(&stable));
            canaries.extend(value(&canary));
            is_shifted =
                stables.len() >= 5 && mann_whitney::z(&stables, &canaries) > mann_whitney::CRITICAL - 0.001;
            found.mann_whitney |= is_shifted;
        }
        // Of the same values Kayenta's judge cannot say that they are shifted unless this test does. It sees other values
        // of a latency: its quantile.
        let is_asked = is_shifted || matches!(stable, Reading::Histogram { .. });
        let look = Look::new(index as i64 * 5000, stable, canary);
        judge.observe(&spec.id, &look);
        let verdict = judge.verdict().verdict;
        found.sequential |= verdict == Verdict::Degraded;
        found.healthy |= verdict == Verdict::Healthy;
        if peers && !found.threshold {
            threshold.observe(&spec.id, &look);
            found.threshold = threshold.verdict().verdict == Verdict::Degraded;
        }
        if peers {
            kayenta.observe(&spec.id, &look);
            let is_last = index == LOOKS;
            if !found.kayenta || is_last {
                let is_degraded = is_asked && kayenta.verdict().verdict == Verdict::Degraded;
                found.kayenta |= is_degraded;
                found.kayenta_once = is_last && is_degraded;
            }
        }
    }
    Some(found)
}

/// Many releases on all cores. `one` makes a release from its seed. The peers are slow; a part of the releases is enough to see
/// the size of their errors.
fn many(releases: u64, with_peers: u64, one: impl Fn(u64, bool) -> Option<Found> + Sync) -> Value {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let with_peers = with_peers.min(releases);
    let found: Vec<(u64, Found)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|core| {
                let one = &one;
                scope.spawn(move || {
                    (core..releases)
                        .step_by(cores as usize)
                        .filter_map(|seed| Some((seed, one(seed, seed < with_peers)?)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .flatten()
            .collect()
    });
    let part = |of: u64, is: fn(&Found) -> bool| {
        found.iter().filter(|(seed, f)| *seed < of && is(f)).count() as f64 / of as f64
    };
    json!({
        "releases": releases,
        "sequential": part(releases, |f| f.sequential),
        "healthy": part(releases, |f| f.healthy),
        "repeated_mann_whitney": part(with_peers, |f| f.mann_whitney),
        "fixed_threshold": part(with_peers, |f| f.threshold),
        "kayenta": part(with_peers, |f| f.kayenta),
        "kayenta_once": part(with_peers, |f| f.kayenta_once),
        "peer_releases": with_peers,
    })
}

/// False alarms under no change, and false health at the smallest effect.
/// `done` gets each case as soon as it is measured.
pub fn run(releases: u64, only: &str, mut done: impl FnMut(&str, &Value)) -> Value {
    let mut all = serde_json::Map::new();
    let mut put = |name: String, measure: &dyn Fn() -> Value| {
        if !name.contains(only) {
            return;
        }
        let value = measure();
        println!("{name:44} {value}");
        done(&name, &value);
        all.insert(name, value);
    };
    let errors = SignalSpec::error_ratio("errors", 0.005);
    let ratios = |pattern: Pattern, share: f64, stable: f64, canary: f64, before: i64| {
        let traffic = Traffic {
            rate: 200.0,
            share,
            scrape: 5.0,
            pattern,
        };
        let spec = errors.clone();
        many(releases, (releases / 10).max(100), move |seed, peers| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            release(&spec, peers, before, |part| {
                traffic.ratios(&mut rng, part, stable, canary)
            })
        })
    };
    for share in [0.01, 0.05, 0.1, 0.5] {
        for rate in [0.001, 0.01] {
            put(format!("no change, steady {rate}, canary {share}"), &|| {
                ratios(Pattern::Steady, share, rate, rate, 0)
            });
        }
    }
    put("no change, steady 0.2, canary 0.1".into(), &|| {
        ratios(Pattern::Steady, 0.1, 0.2, 0.2, 0)
    });
    put("no change, diurnal 0.005, canary 0.1".into(), &|| {
        ratios(Pattern::Diurnal, 0.1, 0.005, 0.005, 0)
    });
    for length in [3.0, 10.0] {
        for rate in [0.001, 0.01] {
            for before in [0, 120] {
                put(
                    format!("no change, bursts of {length} at {rate}, canary 0.1, {before} looks before"),
                    &|| ratios(Pattern::Bursts(length), 0.1, rate, rate, before),
                );
            }
        }
    }
    put("effect 0.001 -> 0.006, canary 0.1".into(), &|| {
        ratios(Pattern::Steady, 0.1, 0.001, 0.006, 0)
    });
    put("effect 0.01 -> 0.015, canary 0.1".into(), &|| {
        ratios(Pattern::Steady, 0.1, 0.01, 0.015, 0)
    });
    put("effect 0.01 -> 0.015, canary 0.5".into(), &|| {
        ratios(Pattern::Steady, 0.5, 0.01, 0.015, 0)
    });

    let latency = SignalSpec::latency("latency", 0.95, 0.25, 0.1);
    let latencies = |phi: f64, slower: f64, before: i64| {
        let spec = latency.clone();
        many(releases / 5, (releases / 100).max(20), move |seed, peers| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut stable = Latencies::new(0.08, 0.5, phi);
            let mut canary = Latencies::new(0.08 * slower, 0.5, phi);
            release(&spec, peers, before, |_| {
                (
                    stable.histogram(&mut rng, &BOUNDS, 180.0),
                    canary.histogram(&mut rng, &BOUNDS, 20.0),
                )
            })
        })
    };
    for phi in [0.0, 0.5, 0.8, 0.9] {
        for before in [0, 120] {
            put(
                format!("no change, latency phi {phi}, canary 0.1, {before} looks before"),
                &|| latencies(phi, 1.0, before),
            );
        }
    }
    put("effect latency x 1.1, canary 0.1".into(), &|| {
        latencies(0.0, 1.1, 0)
    });
    json!({ "looks": LOOKS, "alpha": 0.01, "false_healthy": 0.05, "false_alarms": all })
}
