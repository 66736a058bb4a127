//! What a look costs.

use std::time::Instant;

use judge::{Judge, Look, Method, Reading, SignalSpec};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::detection::options;
use crate::traffic::{BOUNDS, LOOK, Latencies, Traffic};

const SIGNALS: usize = 40;
const LOOKS: usize = 2000;

/// Resident memory of this process in KiB, where the system tells.
fn resident_kib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Seconds that this thread has had on a core, where the system tells: other people's work does not count. Too coarse for one
/// look, good for many.
fn seconds_on_core() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanos / 1e9)
}

/// Forty signals of two arms, a quarter of them latencies: all looks of one time and the verdict after them.
pub fn run() -> Value {
    let specs: Vec<SignalSpec> = (0..SIGNALS)
        .map(|n| match n % 4 {
            0 => SignalSpec::latency(&format!("s{n}"), 0.95, 0.25, 0.1),
            _ => SignalSpec::error_ratio(&format!("s{n}"), 0.005),
        })
        .collect();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let traffic = Traffic::default();
    let mut latencies = Latencies::new(0.08, 0.5, 0.0);
    let readings: Vec<[(Reading, Reading); 2]> = (0..100)
        .map(|_| {
            let ratios = traffic.ratios(&mut rng, 0.0, 0.001, 0.001);
            let stable = latencies.histogram(&mut rng, &BOUNDS, 0.9 * LOOK);
            [
                ratios,
                (stable, latencies.histogram(&mut rng, &BOUNDS, 0.1 * LOOK)),
            ]
        })
        .collect();
    let Ok(mut judge) = Judge::new(specs.clone(), options(Method::Sequential)) else {
        return Value::Null;
    };
    let mut micros = Vec::with_capacity(LOOKS);
    let mut early = None;
    let before = seconds_on_core();
    for index in 0..LOOKS {
        let at_ms = (index as i64 + 1) * 5000;
        let [ratios, histograms] = &readings[index % readings.len()];
        let looks: Vec<Look> = specs
            .iter()
            .enumerate()
            .map(|(n, _)| {
                let (stable, canary) = if n % 4 == 0 { histograms } else { ratios };
                Look::new(at_ms, stable.clone(), canary.clone())
            })
            .collect();
        let start = Instant::now();
        for (spec, look) in specs.iter().zip(&looks) {
            judge.observe(&spec.id, look);
        }
        std::hint::black_box(judge.verdict());
        micros.push(start.elapsed().as_secs_f64() * 1e6);
        if index == LOOKS / 10 {
            early = resident_kib();
        }
    }
    // With it the making of the looks that are judged, a small part.
    let on_core = before
        .zip(seconds_on_core())
        .map(|(before, now)| (now - before) * 1e6 / LOOKS as f64);
    micros.sort_by(f64::total_cmp);
    json!({
        "signals": SIGNALS,
        "looks": LOOKS,
        "look_us_mean_on_core": on_core,
        "look_us_median": micros[LOOKS / 2],
        "look_us_p95": micros[LOOKS * 95 / 100],
        "rss_kib_after_200_looks": early,
        "rss_kib_after_2000_looks": resident_kib(),
    })
}
