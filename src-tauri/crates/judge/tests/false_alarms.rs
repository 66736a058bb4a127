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
