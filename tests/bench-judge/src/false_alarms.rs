//! How often a release is called degraded while nothing is worse, and healthy while it is worse by the effect.

use judge::{Judge, Look, Method, Options, Reading, Verdict};
use serde_json::{Value, json};

use crate::cases::{Case, cases};
use crate::mann_whitney::{self, MannWhitney};
use crate::traffic::{SCRAPE, looks_of};

/// Releases of a case that are made before it is the next case's turn.
const PART: u64 = 250;

/// Releases that Kayenta's judge is asked about as well: it is slow, above all with durations.
fn with_kayenta(case: &Case) -> u64 {
    if case.is_of_durations() { 25 } else { 100 }
}

/// What was ever said about one release.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    sequential: bool,
    healthy: bool,
    threshold: bool,
    mann_whitney: bool,
    kayenta: bool,
    /// By Kayenta's judge at its last look alone, as it was made to be asked.
    kayenta_once: bool,
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
fn release(case: &Case, seed: u64) -> Option<Found> {
    let options = |method| Options {
        method,
        warmup_seconds: 0.0,
        ..Options::default()
    };
    let judge = |method| Judge::new(vec![case.spec.clone()], options(method)).ok();
    let mut sequential = judge(Method::Sequential)?;
    let mut threshold = judge(Method::Threshold)?;
    let mut kayenta = judge(Method::Kayenta).filter(|_| seed < with_kayenta(case));
    let mut mann_whitney = MannWhitney::default();
    let mut look = case.looks(seed);
    let at_ms = |index: i64, scrape: f64| index * (scrape * 1000.0) as i64;
    for index in 0..case.before {
        let (stable, _) = look(0.0, SCRAPE);
        let look = Look::new(at_ms(index - case.before, SCRAPE), stable, Reading::NoData);
        sequential.observe(&case.spec.id, &look);
    }
    let mut found = Found::default();
    let looks = looks_of(case.scrape);
    for index in 1..=looks {
        let (stable, canary) = look(index as f64 / looks as f64, case.scrape);
        mann_whitney.observe(value(&stable), value(&canary));
        let is_shifted = mann_whitney.looks() >= 5 && mann_whitney.z() > mann_whitney::CRITICAL - 0.001;
        found.mann_whitney |= is_shifted;
        let look = Look::new(at_ms(index as i64, case.scrape), stable, canary);
        sequential.observe(&case.spec.id, &look);
        let verdict = sequential.verdict().verdict;
        found.sequential |= verdict == Verdict::Degraded;
        found.healthy |= verdict == Verdict::Healthy;
        if !found.threshold {
            threshold.observe(&case.spec.id, &look);
            found.threshold = threshold.verdict().verdict == Verdict::Degraded;
        }
        let Some(kayenta) = &mut kayenta else { continue };
        kayenta.observe(&case.spec.id, &look);
        let is_last = index == looks;
        if !found.kayenta || is_last {
            // Of the same values Kayenta's judge cannot say that they are shifted unless the test above does. It sees other
            // values of a latency: its quantile.
            let is_asked = is_shifted || case.is_of_durations();
            let is_degraded = is_asked && kayenta.verdict().verdict == Verdict::Degraded;
            found.kayenta |= is_degraded;
            found.kayenta_once = is_last && is_degraded;
        }
    }
    Some(found)
}

/// The releases with these seeds, on so many threads.
fn many(case: &Case, seeds: std::ops::Range<u64>, threads: u64) -> Vec<(u64, Found)> {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let seeds = seeds.clone();
                scope.spawn(move || {
                    (seeds.start + thread..seeds.end)
                        .step_by(threads.max(1) as usize)
                        .filter_map(|seed| Some((seed, release(case, seed)?)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .flatten()
            .collect()
    })
}

/// How many releases of a case there were, and in how many of them something was said.
fn added(case: &Case, before: &Value, found: &[(u64, Found)]) -> Value {
    let asked = with_kayenta(case);
    let sum = |field: &str, of: u64, is: fn(&Found) -> bool| {
        let more = found.iter().filter(|(seed, f)| *seed < of && is(f)).count() as u64;
        before.get(field).and_then(Value::as_u64).unwrap_or(0) + more
    };
    json!({
        "releases": sum("releases", u64::MAX, |_| true),
        "sequential": sum("sequential", u64::MAX, |f| f.sequential),
        "healthy": sum("healthy", u64::MAX, |f| f.healthy),
        "repeated_mann_whitney": sum("repeated_mann_whitney", u64::MAX, |f| f.mann_whitney),
        "fixed_threshold": sum("fixed_threshold", u64::MAX, |f| f.threshold),
        "kayenta_releases": sum("kayenta_releases", asked, |_| true),
        "kayenta": sum("kayenta", asked, |f| f.kayenta),
        "kayenta_once": sum("kayenta_once", asked, |f| f.kayenta_once),
    })
}

/// False alarms under no change, and false health at the smallest effect, until each case has so many releases: cases take
/// turns, a part of their releases each time, and go on from the counts in `known`. `done` gets a case's counts after each part.
///
/// # Errors
/// What `done` says; nothing more is made then.
pub fn run<E>(
    (releases, threads): (u64, u64),
    only: &str,
    known: Value,
    mut done: impl FnMut(&str, &Value) -> Result<(), E>,
) -> Result<Value, E> {
    let mut all = known;
    let is_wanted = |name: &str| match only.strip_prefix('!') {
        Some(without) => !name.contains(without),
        None => name.contains(only),
    };
    let cases: Vec<Case> = cases().into_iter().filter(|case| is_wanted(&case.name)).collect();
    for part in 1..=releases.div_ceil(PART) {
        for case in &cases {
            let counts = all.get(&case.name).cloned().unwrap_or(Value::Null);
            let from = counts.get("releases").and_then(Value::as_u64).unwrap_or(0);
            let until = (part * PART).min(releases);
            if from >= until {
                continue;
            }
            let counts = added(case, &counts, &many(case, from..until, threads));
            println!("{:60} {counts}", case.name);
            done(&case.name, &counts)?;
            all[&case.name] = counts;
        }
    }
    Ok(all)
}
