//! The simulation can fail: each mistake of the protocol, planted on purpose, is found within two thousand seeds.

#![allow(clippy::print_stdout, reason = "the seeds are for people")]

use simulation::Mistake;

/// A mistake that needs more seeds than this to be found is not looked for well.
const SEEDS: u64 = 2_000;

#[test]
fn every_planted_mistake_is_found() {
    let mut missed = Vec::new();
    for (name, mistake) in Mistake::ALL {
        let found = (1..=SEEDS).find_map(|seed| {
            let violation = simulation::run(seed, Some(*mistake), false)
                .violations
                .first()
                .cloned()?;
            // What is found is the mistake's doing.
            let is_sound = simulation::run(seed, None, false).violations.is_empty();
            is_sound.then_some((seed, violation))
        });
        match found {
            Some((seed, violation)) => {
                println!("{name}: seed {seed}: {}: {}", violation.rule, violation.what);
            }
            None => missed.push(*name),
        }
    }
    assert!(missed.is_empty(), "not found within {SEEDS} seeds: {missed:?}");
    assert!(Mistake::ALL.len() >= 14);
}
