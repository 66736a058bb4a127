//! A simulation small enough for every run of the tests; the bench makes the large one.

mod scenario;

use judge::{Options, Reading, Verdict};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scenario::Scenario;

const RELEASES: u64 = 150;
const LOOKS: usize = 90;

/// How many of `n` independent requests fail, for small rates: gaps between failures are geometric.
fn failures(rng: &mut ChaCha8Rng, n: f64, rate: f64) -> f64 {
    let (mut at, mut bad) = (0.0, 0.0);
    loop {
        at += 1.0 + (rng.random::<f64>().ln() / (1.0 - rate).ln()).floor();
        if at > n {
            return bad;
        }
        bad += 1.0;
    }
}

/// In how many of the releases this verdict was given at any look.
fn releases_with(verdict: Verdict, stable: f64, canary: f64) -> usize {
    (0..RELEASES)
        .filter(|seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(*seed);
            let mut release = Scenario::errors(Options {
                warmup_seconds: 0.0,
                ..Options::default()
            });
            (0..LOOKS).any(|_| {
                let stable = Reading::ratio(900.0, failures(&mut rng, 900.0, stable));
                let canary = Reading::ratio(100.0, failures(&mut rng, 100.0, canary));
                release.look("errors", stable, canary);
                release.verdict().verdict == verdict
            })
        })
        .count()
}

#[test]
fn a_canary_that_is_no_worse_is_hardly_ever_called_degraded() {
    // Alpha is 1 %: 1.5 of 150 are expected at most, and 7 or more have a probability below 0.1 %.
    for rate in [0.001, 0.01] {
        let alarms = releases_with(Verdict::Degraded, rate, rate);
        assert!(alarms < 7, "{alarms} of {RELEASES} at {rate}");
    }
}

#[test]
fn a_canary_that_is_worse_by_the_effect_is_hardly_ever_called_healthy() {
    // At most 5 %: 7.5 of 150, and 17 or more have a probability below 0.2 %.
    let healthy = releases_with(Verdict::Healthy, 0.001, 0.006);
    assert!(healthy < 17, "{healthy} of {RELEASES}");
}

#[test]
fn a_bad_canary_is_found_in_nearly_every_release_and_a_good_one_becomes_healthy() {
    let found = releases_with(Verdict::Degraded, 0.001, 0.01);
    assert!(found as u64 >= RELEASES * 98 / 100, "{found} of {RELEASES}");
    let healthy = releases_with(Verdict::Healthy, 0.001, 0.001);
    assert!(healthy as u64 >= RELEASES * 95 / 100, "{healthy} of {RELEASES}");
}

#[test]
fn the_simulation_is_large_enough_to_see_a_fixed_sample_test_repeated_at_every_look() {
    // The mistake that the method avoids, planted on purpose: a z-test of two proportions at 1 %, made again at every look.
    let alarms = (0..RELEASES)
        .filter(|seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(*seed);
            let (mut stable, mut canary) = (0.0, 0.0);
            (1..=LOOKS).any(|look| {
                stable += failures(&mut rng, 900.0, 0.01);
                canary += failures(&mut rng, 100.0, 0.01);
                let (n, m) = (900.0 * look as f64, 100.0 * look as f64);
                let pooled: f64 = (stable + canary) / (n + m);
                let deviation = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
                (canary / m - stable / n) / deviation > 2.326
            })
        })
        .count();
    assert!(
        alarms >= 7,
        "{alarms} of {RELEASES}: the tests above could not see such a mistake"
    );
}

#[test]
fn the_simulation_sees_alpha_that_is_not_shared_between_signals() {
    // Ten critical signals that each had alpha for themselves would raise about ten times the alarms; shared they raise one
    // times.
    let ever = |share: bool| {
        (0..RELEASES)
            .filter(|seed| {
                let mut rng = ChaCha8Rng::seed_from_u64(*seed);
                let names: Vec<String> = (0..10).map(|n| format!("s{n}")).collect();
                let options = Options {
                    // Large enough that a small simulation sees the difference.
                    alpha: 0.1,
                    warmup_seconds: 0.0,
                    ..Options::default()
                };
                let specs = names
                    .iter()
                    .map(|name| judge::SignalSpec::error_ratio(name, 0.005));
                let mut releases: Vec<Scenario> = if share {
                    vec![Scenario::new(specs.collect(), options)]
                } else {
                    specs.map(|spec| Scenario::new(vec![spec], options)).collect()
                };
                (0..30).any(|_| {
                    for (n, name) in names.iter().enumerate() {
                        let stable = Reading::ratio(900.0, failures(&mut rng, 900.0, 0.01));
                        let canary = Reading::ratio(100.0, failures(&mut rng, 100.0, 0.01));
                        let of = if share { 0 } else { n };
                        releases[of].look(name, stable, canary);
                    }
                    releases
                        .iter()
                        .any(|release| release.verdict().verdict == Verdict::Degraded)
                })
            })
            .count()
    };
    let (shared, alone) = (ever(true), ever(false));
    // At most 15 of 150 are expected; 27 or more have a probability below 0.2 %.
    assert!(shared < 27, "{shared} of {RELEASES}");
    assert!(
        alone > 27,
        "{alone} of {RELEASES}: the line above could not see alpha that is not shared"
    );
}
