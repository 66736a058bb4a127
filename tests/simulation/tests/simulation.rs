//! Many seeds in CI: every promise holds in each of them, and the same seed gives the same bytes.

#![allow(clippy::print_stdout, reason = "the summary is for people")]

/// Enough for every kind of fault to meet every other one.
const SEEDS: u64 = 1_200;

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[test]
fn no_seed_breaks_a_promise() {
    let summary = simulation::many(1, SEEDS, threads(), None);
    println!("{}", summary.json());
    let failed: Vec<String> = summary
        .failed
        .iter()
        .flat_map(|ended| {
            ended.violations.iter().map(|violation| {
                format!(
                    "seed {}: {}: {}. Again: cargo xtask simulate --trace {}",
                    ended.seed, violation.rule, violation.what, ended.seed
                )
            })
        })
        .collect();
    if let Some(first) = summary.failed.first() {
        println!("{}", simulation::run(first.seed, None, true).trace);
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(
        summary.counts.0.values().all(|count| *count > SEEDS / 100),
        "every fault happens often: {:?}",
        summary.counts
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for seed in 1..=100 {
        let first = simulation::run(seed, None, true).trace;
        assert!(first.len() > 500, "seed {seed} tells next to nothing: {first}");
        assert_eq!(first, simulation::run(seed, None, true).trace, "seed {seed}");
    }
}

/// Seeds that once broke a promise, each with what was mended then.
#[test]
fn seeds_that_once_failed_pass() {
    let kept = include_str!("../seeds.txt");
    let mut ran = 0;
    for line in kept
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
    {
        let (seed, why) = line.split_once(' ').unwrap_or((line, ""));
        let Ok(seed) = seed.parse() else {
            panic!("no seed: {line}")
        };
        let ended = simulation::run(seed, None, true);
        assert!(
            ended.violations.is_empty(),
            "seed {seed} ({why}): {}",
            ended.trace
        );
        ran += 1;
    }
    assert!(ran > 0);
}
