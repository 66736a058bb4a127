//! What the sequential method says in scenarios.

mod scenario;

use judge::{
    Arms, Basis, Effect, IntervalOf, Method, Options, Reading, Reason, Role, Rule, SignalKind, SignalSpec,
    Verdict, Worse,
};
use scenario::Scenario;

fn sequential() -> Options {
    Options {
        method: Method::Sequential,
        warmup_seconds: 0.0,
        ..Options::default()
    }
}

fn ratio(total: f64, bad: f64) -> Reading {
    Reading::ratio(total, bad)
}

#[test]
fn a_canary_that_fails_fifty_times_as_often_is_found_at_the_first_look() {
    let mut release = Scenario::errors(sequential());
    release.look("errors", ratio(900.0, 1.0), ratio(100.0, 6.0));
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
    assert_eq!(release.verdict().failing, ["errors"]);
}

#[test]
fn two_unlucky_requests_are_not_evidence() {
    let mut release = Scenario::errors(sequential());
    release.look("errors", ratio(900.0, 1.0), ratio(20.0, 2.0));
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    assert_eq!(verdict.signals[0].evidence.towards, Some(Verdict::Degraded));
    assert!(verdict.signals[0].evidence.fraction > 0.1);
}

#[test]
fn a_healthy_canary_is_healthy_once_the_effect_is_excluded_and_not_before() {
    let mut release = Scenario::errors(sequential());
    release.looks(3, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let early = release.verdict();
    assert_eq!(early.verdict, Verdict::NotEnoughEvidence);
    assert_eq!(early.signals[0].evidence.towards, Some(Verdict::Healthy));
    let expected = early.signals[0].expected_seconds.expect("an idea of when");
    assert!((5.0..120.0).contains(&expected), "{expected}");
    let Reason::Collecting { have, need } = early.signals[0].reason else {
        panic!("{:?}", early.signals[0])
    };
    assert!(
        have == 300.0 && need > 300.0 && need < 3000.0,
        "requests: {have} of {need}"
    );
    release.looks(20, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let late = release.verdict();
    assert_eq!(late.verdict, Verdict::Healthy);
    let (low, high) = late.signals[0].interval.expect("an interval");
    assert!(
        low < 0.0 && high <= 0.005,
        "the effect is outside of {low}..{high}"
    );
}

#[test]
fn the_interval_of_a_degraded_signal_excludes_no_difference() {
    let mut release = Scenario::errors(sequential());
    release.looks(24, "errors", ratio(900.0, 1.0), ratio(100.0, 5.0));
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::Degraded);
    let (low, high) = verdict.signals[0].interval.expect("an interval");
    assert!(low > 0.0 && low < 0.049 && high > 0.049, "{low}..{high}");
}

#[test]
fn a_real_difference_that_is_far_below_the_effect_does_not_stop_a_release() {
    let mut release = Scenario::errors(sequential());
    // 1.00 % and 1.05 %, at two million requests a look: certain, and not worth stopping for.
    release.looks(5, "errors", ratio(1e6, 10_000.0), ratio(1e6, 10_500.0));
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
}

#[test]
fn health_does_not_outlive_a_canary_that_turns_bad() {
    let mut release = Scenario::errors(sequential());
    release.looks(360, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
    let mut looks = 0;
    while release.verdict().verdict == Verdict::Healthy {
        release.look("errors", ratio(900.0, 1.0), ratio(100.0, 3.0));
        looks += 1;
    }
    assert!(looks <= 3, "still healthy after {looks} bad looks");
    release.looks(8, "errors", ratio(900.0, 1.0), ratio(100.0, 3.0));
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

#[test]
fn a_new_phase_asks_for_health_anew_and_carries_what_speaks_against_it() {
    let mut release = Scenario::errors(sequential());
    release.looks(60, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.judge.new_phase(Arms::Both);
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);

    let mut release = Scenario::errors(sequential());
    let mut looks = 0;
    while release.verdict().signals[0].evidence.fraction < 0.6 {
        release.look("errors", ratio(900.0, 4.0), ratio(100.0, 2.0));
        looks += 1;
    }
    release.judge.new_phase(Arms::Both);
    let mut more = 0;
    while release.verdict().verdict != Verdict::Degraded {
        release.look("errors", ratio(900.0, 4.0), ratio(100.0, 2.0));
        more += 1;
    }
    assert!(more <= looks, "{looks} looks, then {more} more");
}

#[test]
fn a_lower_share_of_successes_is_worse_when_lower_is_worse() {
    let spec = SignalSpec::error_ratio("successes", 0.005);
    let rule = Rule {
        worse: Worse::Lower,
        ..spec.rule
    };
    let mut release = Scenario::new(vec![spec.rule(rule)], sequential());
    release.looks(12, "successes", ratio(900.0, 899.0), ratio(100.0, 95.0));
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
    let (low, high) = release.verdict().signals[0].interval.expect("an interval");
    assert!(
        low < high && high < 0.0,
        "canary − stable in the signal's own direction: {low}..{high}"
    );
}

const BOUNDS: [f64; 5] = [0.05, 0.1, 0.2, 0.4, 0.8];

fn histogram(counts: [f64; 6]) -> Reading {
    Reading::histogram(BOUNDS.to_vec(), counts.to_vec(), 1.0)
}

fn latency() -> SignalSpec {
    SignalSpec::latency("latency", 0.95, 0.4, 0.1)
}

#[test]
fn a_slower_canary_is_found_and_the_edge_that_shows_it_is_named() {
    let mut release = Scenario::new(vec![latency()], sequential());
    let stable = histogram([300.0, 400.0, 150.0, 40.0, 9.0, 1.0]);
    let slower = histogram([15.0, 30.0, 30.0, 20.0, 4.0, 1.0]);
    release.looks(12, "latency", stable, slower);
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::Degraded);
    let Reason::SlowerThanStable {
        edge,
        canary_share,
        stable_share,
    } = verdict.signals[0].reason
    else {
        panic!("{:?}", verdict.signals[0].reason)
    };
    assert_eq!(edge, 0.1);
    assert!((canary_share - 0.55).abs() < 0.01 && (stable_share - 0.22).abs() < 0.01);
    assert_eq!(
        verdict.signals[0].interval_of,
        IntervalOf::ShareOver { edge: 0.4 }
    );
}

#[test]
fn a_longer_tail_is_found_though_the_median_is_the_same() {
    let mut release = Scenario::new(vec![latency()], sequential());
    let stable = histogram([300.0, 400.0, 150.0, 40.0, 9.0, 1.0]);
    let tail = histogram([33.0, 44.0, 8.0, 3.0, 2.0, 10.0]);
    release.looks(24, "latency", stable, tail);
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

#[test]
fn a_canary_as_fast_as_stable_is_healthy_and_one_that_is_slower_by_the_effect_never() {
    let stable = histogram([300.0, 400.0, 150.0, 40.0, 9.0, 1.0]);
    let mut release = Scenario::new(vec![latency()], sequential());
    release.looks(
        60,
        "latency",
        stable.clone(),
        histogram([30.0, 40.0, 15.0, 4.0, 1.0, 0.0]),
    );
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
    // A tenth slower: a part of each bucket moves up.
    let slower = histogram([24.5, 38.2, 18.4, 6.4, 2.3, 0.2]);
    let mut release = Scenario::new(vec![latency()], sequential());
    for _ in 0..360 {
        release.look("latency", stable.clone(), slower.clone());
        assert_ne!(release.verdict().verdict, Verdict::Healthy);
    }
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

fn restarts() -> SignalSpec {
    SignalSpec {
        id: "restarts".into(),
        name: "Restarts".into(),
        unit: "restarts/pod/s".into(),
        kind: SignalKind::Count,
        role: Role::Critical,
        rule: Rule {
            against_stable: Some(Effect::absolute(0.002)),
            ..Rule::default()
        },
    }
}

#[test]
fn restarts_are_compared_per_pod_and_second() {
    // One pod of ten restarts every look, the nine others never.
    let mut release = Scenario::new(vec![restarts()], sequential());
    release.looks(5, "restarts", Reading::count(0.0, 45.0), Reading::count(1.0, 5.0));
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
    // Nine pods of the canary and one of stable: nine times the restarts are the same rate.
    let mut release = Scenario::new(vec![restarts()], sequential());
    for look in 0..100 {
        let stable = if look % 9 == 0 { 1.0 } else { 0.0 };
        release.look("restarts", Reading::count(stable, 5.0), Reading::count(1.0, 45.0));
        assert_ne!(release.verdict().verdict, Verdict::Degraded);
    }
}

#[test]
fn no_restarts_for_long_enough_are_health() {
    let mut release = Scenario::new(vec![restarts()], sequential());
    release.looks(
        20,
        "restarts",
        Reading::count(0.0, 45.0),
        Reading::count(0.0, 5.0),
    );
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);
    release.looks(
        400,
        "restarts",
        Reading::count(0.0, 45.0),
        Reading::count(0.0, 5.0),
    );
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
}

#[test]
fn stable_alone_before_the_release_teaches_how_much_it_scatters() {
    let bursts = |look: usize| if look.is_multiple_of(8) { 40.0 } else { 0.0 };
    let mut release = Scenario::errors(sequential());
    for look in 0..60 {
        release.look("errors", ratio(900.0, bursts(look)), Reading::NoData);
    }
    // A burst that would be proof if requests were independent.
    release.look("errors", ratio(900.0, 5.0), ratio(100.0, 9.0));
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    assert!(
        verdict.signals[0].overdispersion > 5.0,
        "{}",
        verdict.signals[0].overdispersion
    );

    let mut release = Scenario::errors(sequential());
    release.look("errors", ratio(900.0, 5.0), ratio(100.0, 9.0));
    assert_eq!(
        release.verdict().verdict,
        Verdict::Degraded,
        "without that it is taken for proof"
    );
}

#[test]
fn more_critical_signals_ask_for_more_evidence_of_each() {
    let looks_until_degraded = |signals: usize| {
        let specs = (0..signals)
            .map(|n| SignalSpec::error_ratio(&format!("s{n}"), 0.005))
            .collect();
        let mut release = Scenario::new(specs, sequential());
        let mut looks = 0;
        while release.verdict().verdict != Verdict::Degraded {
            release.look("s0", ratio(900.0, 4.0), ratio(100.0, 1.0));
            looks += 1;
        }
        looks
    };
    assert!(looks_until_degraded(20) > looks_until_degraded(1));
}

#[test]
fn without_a_stable_arm_the_verdict_is_marked_as_weaker() {
    let mut release = Scenario::errors(sequential());
    release.looks(60, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.judge.new_phase(Arms::CanaryOnly);
    release.looks(20, "errors", Reading::NoData, ratio(1000.0, 1.0));
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::Healthy);
    assert_eq!(verdict.signals[0].basis, Basis::Before);
    assert_eq!(verdict.signals[0].interval, None);
}

#[test]
fn critical_signals_that_are_each_half_convinced_convince_together() {
    let specs = || {
        vec![
            SignalSpec::error_ratio("s0", 0.005),
            SignalSpec::error_ratio("s1", 0.005),
        ]
    };
    let looks_until_degraded = |bad: &[&str]| {
        let mut release = Scenario::new(specs(), sequential());
        let mut looks = 0;
        while release.verdict().verdict != Verdict::Degraded {
            for signal in ["s0", "s1"] {
                let errors = if bad.contains(&signal) { 1.0 } else { 0.0 };
                release.look(signal, ratio(900.0, 4.0), ratio(100.0, errors));
            }
            looks += 1;
        }
        assert!(!release.verdict().failing.is_empty());
        looks
    };
    assert!(looks_until_degraded(&["s0", "s1"]) < looks_until_degraded(&["s0"]));
}

/// A promoted canary, alone with this share of failures.
fn promoted(bad_per_thousand: f64, looks: usize) -> judge::ReleaseVerdict {
    let mut release = Scenario::errors(sequential());
    release.looks(60, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.judge.new_phase(Arms::CanaryOnly);
    release.looks(looks, "errors", Reading::NoData, ratio(1000.0, bad_per_thousand));
    release.verdict()
}

#[test]
fn after_promotion_a_worse_canary_is_found_and_half_an_effect_is_taken_for_the_time_of_day() {
    assert_eq!(promoted(1.0, 10).verdict, Verdict::Healthy);
    assert_eq!(promoted(10.0, 10).verdict, Verdict::Degraded);
    for looks in [10, 100, 1000] {
        assert_ne!(promoted(3.0, looks).verdict, Verdict::Degraded);
        assert_ne!(promoted(6.5, looks).verdict, Verdict::Healthy);
    }
}

#[test]
fn after_promotion_a_few_unlucky_requests_do_not_roll_back() {
    let mut release = Scenario::errors(sequential());
    release.looks(60, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.judge.new_phase(Arms::CanaryOnly);
    release.look("errors", Reading::NoData, ratio(250.0, 2.0));
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);
    assert_eq!(
        release.verdict().signals[0].evidence.towards,
        Some(Verdict::Degraded)
    );
}

#[test]
fn after_promotion_latencies_and_counts_are_held_against_before_too() {
    let stable = histogram([300.0, 400.0, 150.0, 40.0, 9.0, 1.0]);
    for (alone, expected) in [
        ([330.0, 440.0, 165.0, 44.0, 10.0, 1.0], Verdict::Healthy),
        ([150.0, 300.0, 300.0, 200.0, 40.0, 10.0], Verdict::Degraded),
    ] {
        let mut release = Scenario::new(vec![latency()], sequential());
        release.looks(
            60,
            "latency",
            stable.clone(),
            histogram([30.0, 40.0, 15.0, 4.0, 1.0, 0.0]),
        );
        release.judge.new_phase(Arms::CanaryOnly);
        release.looks(40, "latency", Reading::NoData, histogram(alone));
        assert_eq!(
            release.verdict().verdict,
            expected,
            "{:?}",
            release.verdict().signals[0]
        );
    }
    for (restarted, expected) in [(0.0, Verdict::Healthy), (2.0, Verdict::Degraded)] {
        let mut release = Scenario::new(vec![restarts()], sequential());
        release.looks(
            100,
            "restarts",
            Reading::count(0.0, 45.0),
            Reading::count(0.0, 5.0),
        );
        release.judge.new_phase(Arms::CanaryOnly);
        release.looks(200, "restarts", Reading::NoData, Reading::count(restarted, 50.0));
        assert_eq!(
            release.verdict().verdict,
            expected,
            "{:?}",
            release.verdict().signals[0]
        );
    }
}

#[test]
fn an_interval_never_contradicts_its_verdict() {
    let mut release = Scenario::errors(sequential());
    release.look("errors", ratio(900.0, 1.0), ratio(100.0, 6.0));
    let (low, _) = release.verdict().signals[0].interval.expect("an interval");
    assert!(low >= 0.0, "{low}");
}
