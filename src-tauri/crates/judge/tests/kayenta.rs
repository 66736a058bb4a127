//! Releases by Kayenta's judge.

mod scenario;

use judge::kayenta::{EffectSizes, KayentaOptions};
use judge::{Arms, Basis, Method, Options, Reading, Reason, Role, Sentence, SignalSpec, Verdict};
use scenario::Scenario;

fn kayenta() -> Options {
    Options {
        method: Method::Kayenta,
        warmup_seconds: 0.0,
        ..Options::default()
    }
}

/// A hundred requests, of which about this many fail: a little more or less from look to look.
fn failing(look: usize, bad: f64) -> Reading {
    Reading::ratio(100.0, bad + (look % 5) as f64 * 0.1)
}

/// Both arms for so many looks, with this many of a hundred failing.
fn looks(release: &mut Scenario, signal: &str, count: usize, stable: f64, canary: f64) {
    for look in 0..count {
        release.look(signal, failing(look, stable), failing(look + 2, canary));
    }
}

#[test]
fn too_few_looks_are_not_enough_evidence() {
    let mut release = Scenario::errors(kayenta());
    looks(&mut release, "errors", 11, 1.0, 20.0);
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    assert_eq!(
        verdict.signals[0].reason,
        Reason::Collecting {
            have: 11.0,
            need: 12.0
        }
    );
}

#[test]
fn a_shifted_signal_fails_and_an_equal_one_passes() {
    let mut release = Scenario::errors(kayenta());
    looks(&mut release, "errors", 20, 1.0, 1.0);
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
    assert_eq!(release.verdict().kayenta.unwrap().score, 100.0);
    let mut release = Scenario::errors(kayenta());
    looks(&mut release, "errors", 20, 1.0, 3.0);
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::Degraded);
    assert_eq!(verdict.kayenta.unwrap().score, 0.0);
    assert!(
        matches!(verdict.sentence, Sentence::Failing { .. }),
        "{:?}",
        verdict.sentence
    );
    let (low, high) = verdict.signals[0].interval.unwrap();
    assert!(low > 0.015 && high < 0.025, "the shift is 0.02: {low} {high}");
}

/// Four required signals, of which the first fails in every look.
fn one_of_four_fails(role: Role, sizes: Option<EffectSizes>) -> Scenario {
    let signals = (0..4)
        .map(|n| {
            let mut spec = SignalSpec::error_ratio(&format!("s{n}"), 0.005).role(role);
            spec.rule.kayenta = sizes;
            spec
        })
        .collect();
    let mut release = Scenario::new(signals, kayenta());
    for look in 0..20 {
        for n in 0..4 {
            let bad = if n == 0 { 2.0 } else { 1.0 };
            release.look(&format!("s{n}"), failing(look, 1.0), failing(look + n, bad));
        }
    }
    release
}

#[test]
fn a_marginal_score_is_not_enough_evidence() {
    let verdict = one_of_four_fails(Role::Required, None).verdict();
    assert_eq!(verdict.kayenta.unwrap().score, 75.0);
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    assert_eq!(
        (verdict.waiting, verdict.failing),
        (vec!["s0".to_owned()], vec!["s0".to_owned()])
    );
}

#[test]
fn a_critical_signal_fails_the_release_only_from_its_critical_increase() {
    assert_eq!(
        one_of_four_fails(Role::Critical, None).verdict().verdict,
        Verdict::Degraded
    );
    let sizes = EffectSizes {
        critical: Some(4.0),
        ..EffectSizes::default()
    };
    let verdict = one_of_four_fails(Role::Critical, Some(sizes)).verdict();
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    let sizes = EffectSizes {
        allowed: Some(3.0),
        ..EffectSizes::default()
    };
    let verdict = one_of_four_fails(Role::Critical, Some(sizes)).verdict();
    assert_eq!(verdict.verdict, Verdict::Healthy, "twice as many are allowed");
}

#[test]
fn a_required_signal_without_data_keeps_a_release_from_being_healthy() {
    let signals = ["a", "b"].map(|id| SignalSpec::error_ratio(id, 0.005)).to_vec();
    let mut release = Scenario::new(signals, kayenta());
    looks(&mut release, "a", 20, 1.0, 1.0);
    release.look("b", Reading::NoData, Reading::NoData);
    let verdict = release.verdict();
    assert_eq!(verdict.kayenta.clone().unwrap().score, 100.0);
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    assert_eq!(verdict.waiting, ["b"]);
}

#[test]
fn a_canary_alone_is_compared_with_what_stable_showed_before() {
    let mut release = Scenario::errors(kayenta());
    looks(&mut release, "errors", 20, 1.0, 1.0);
    release.judge.new_phase(Arms::CanaryOnly);
    for look in 0..20 {
        release.look("errors", Reading::NoData, failing(look, 4.0));
    }
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::Degraded);
    assert_eq!(verdict.signals[0].basis, Basis::Before);
}

#[test]
fn numbers_without_a_meaning_are_refused() {
    for kayenta in [
        KayentaOptions {
            confidence: 1.0,
            ..KayentaOptions::default()
        },
        KayentaOptions {
            marginal: 99.0,
            ..KayentaOptions::default()
        },
        KayentaOptions {
            pass: f64::NAN,
            ..KayentaOptions::default()
        },
    ] {
        let options = Options {
            kayenta,
            ..Options::default()
        };
        assert!(options.check().is_err(), "{kayenta:?}");
    }
}
