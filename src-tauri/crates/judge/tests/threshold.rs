//! What the threshold method says in scenarios.

mod scenario;

use judge::{
    Arm, Arms, Basis, Judge, Limit, Look, Needed, Options, Reading, Reason, Role, Rule, Sentence, SignalSpec,
    Verdict, Worse,
};
use scenario::{Scenario, memory, threshold};

fn ratio(total: f64, bad: f64) -> Reading {
    Reading::ratio(total, bad)
}

#[test]
fn below_the_minimum_of_requests_nothing_is_known_and_the_verdict_says_how_much_is_missing() {
    let mut release = Scenario::errors(threshold());
    release.looks(5, "errors", ratio(900.0, 0.0), ratio(20.0, 20.0));
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    let signal = &verdict.signals[0];
    assert_eq!(
        signal.reason,
        Reason::Collecting {
            have: 100.0,
            need: 200.0
        }
    );
    assert_eq!(signal.evidence.needed, Needed::Requests);
    assert_eq!(signal.evidence.fraction, 0.5);
    assert_eq!(
        signal.expected_seconds,
        Some(20.0),
        "twenty seconds brought half of it"
    );
}

#[test]
fn a_canary_that_fails_more_than_stable_plus_the_effect_is_degraded_and_named() {
    let mut release = Scenario::errors(threshold());
    release.looks(10, "errors", ratio(900.0, 1.0), ratio(100.0, 5.0));
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::Degraded);
    assert_eq!(verdict.failing, ["errors"]);
    let Reason::WorseThanStable {
        canary,
        stable,
        effect,
    } = verdict.signals[0].reason
    else {
        panic!("{:?}", verdict.signals[0].reason)
    };
    assert!((canary - 0.05).abs() < 1e-12 && (stable - 1.0 / 900.0).abs() < 1e-12 && effect == 0.005);
    assert!(matches!(verdict.sentence, Sentence::Failing { ref signal, .. } if signal == "errors"));
}

#[test]
fn a_canary_as_good_as_stable_is_healthy_however_bad_both_are() {
    let mut release = Scenario::errors(threshold());
    release.looks(10, "errors", ratio(900.0, 270.0), ratio(100.0, 30.0));
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
    assert_eq!(release.verdict().sentence, Sentence::AllHealthy { signals: 1 });
}

#[test]
fn a_canary_that_turns_bad_after_an_hour_of_health_is_found_within_two_minutes() {
    let mut release = Scenario::errors(threshold());
    release.looks(720, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
    release.looks(24, "errors", ratio(900.0, 1.0), ratio(100.0, 2.0));
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

#[test]
fn no_traffic_no_data_and_impossible_numbers_are_never_healthy() {
    let nan = Reading::Ratio {
        total: f64::NAN,
        bad: 0.0,
    };
    let reset = Reading::Ratio {
        total: -5.0,
        bad: 0.0,
    };
    let more_bad_than_all = Reading::Ratio { total: 5.0, bad: 6.0 };
    let infinite = Reading::Ratio {
        total: f64::INFINITY,
        bad: 0.0,
    };
    for nothing in [
        Reading::NoData,
        ratio(0.0, 0.0),
        nan,
        reset,
        more_bad_than_all,
        infinite,
    ] {
        let mut release = Scenario::errors(threshold());
        release.looks(100, "errors", ratio(900.0, 0.0), nothing.clone());
        assert_eq!(
            release.verdict().verdict,
            Verdict::NotEnoughEvidence,
            "canary {nothing:?}"
        );
        let mut release = Scenario::errors(threshold());
        release.looks(100, "errors", nothing.clone(), ratio(900.0, 0.0));
        assert_eq!(
            release.verdict().verdict,
            Verdict::NotEnoughEvidence,
            "stable {nothing:?}"
        );
    }
}

#[test]
fn no_traffic_and_no_data_are_told_apart() {
    let mut release = Scenario::errors(threshold());
    release.looks(10, "errors", ratio(900.0, 0.0), ratio(0.0, 0.0));
    assert_eq!(
        release.verdict().signals[0].reason,
        Reason::NoTraffic { arm: Arm::Canary }
    );
    let mut release = Scenario::errors(threshold());
    release.looks(10, "errors", ratio(900.0, 0.0), Reading::NoData);
    assert_eq!(
        release.verdict().signals[0].reason,
        Reason::NoData {
            arm: Arm::Canary,
            seconds: None
        }
    );
}

#[test]
fn health_is_taken_back_when_the_series_go_away() {
    let mut release = Scenario::errors(threshold());
    release.looks(20, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
    release.looks(13, "errors", ratio(900.0, 1.0), Reading::NoData);
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    assert_eq!(
        verdict.signals[0].reason,
        Reason::NoData {
            arm: Arm::Canary,
            seconds: Some(65.0)
        }
    );
}

#[test]
fn a_signal_whose_looks_stop_coming_goes_stale_by_the_time_of_the_others() {
    let signals = vec![
        SignalSpec::error_ratio("errors", 0.005),
        SignalSpec::error_ratio("refusals", 0.005),
    ];
    let mut release = Scenario::new(signals, threshold());
    release.looks(20, "refusals", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.looks(20, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    assert_eq!(verdict.waiting, ["refusals"]);
}

#[test]
fn late_and_duplicate_looks_change_nothing() {
    let mut release = Scenario::errors(threshold());
    release.looks(10, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let before = release.verdict();
    for at_ms in [release.now_ms(), release.now_ms() - 1, 0, i64::MIN] {
        release.judge.observe(
            "errors",
            &Look::new(at_ms, ratio(900.0, 0.0), ratio(100.0, 100.0)),
        );
    }
    assert_eq!(release.verdict(), before);
    assert_eq!(release.judge.ignored_looks(), 4);
}

#[test]
fn looks_of_another_kind_than_the_signal_are_named_and_not_healthy() {
    let mut release = Scenario::errors(threshold());
    release.looks(100, "errors", Reading::value(0.0), Reading::value(0.0));
    assert_eq!(release.verdict().signals[0].reason, Reason::WrongReading);
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);
    assert!(
        !release
            .judge
            .observe("unknown", &Look::new(0, Reading::NoData, Reading::NoData))
    );
}

fn limited(limit: Limit) -> SignalSpec {
    memory(Rule {
        worse: Worse::Higher,
        limit: Some(limit),
        against_stable: None,
        ..Rule::default()
    })
}

#[test]
fn a_limit_counts_only_after_its_duration_and_clears_only_beyond_its_hysteresis() {
    let limit = Limit {
        value: 100.0,
        clears_at: Some(80.0),
        for_seconds: 20.0,
    };
    let mut release = Scenario::new(vec![limited(limit)], threshold());
    let level = |value: f64| (Reading::NoData, Reading::value(value));
    let go = |release: &mut Scenario, count: usize, value: f64| {
        let (stable, canary) = level(value);
        release.looks(count, "memory", stable, canary);
        release.verdict()
    };
    assert_eq!(
        go(&mut release, 6, 50.0).verdict,
        Verdict::Healthy,
        "a limit alone asks nothing of stable"
    );
    let near = go(&mut release, 4, 120.0);
    assert_eq!(near.verdict, Verdict::NotEnoughEvidence);
    assert!(
        matches!(
            near.signals[0].reason,
            Reason::NearLimit {
                seconds: 15.0,
                allowed_seconds: 20.0,
                ..
            }
        ),
        "{:?}",
        near.signals[0].reason
    );
    assert_eq!(
        go(&mut release, 1, 90.0).verdict,
        Verdict::Degraded,
        "90 is not back below 80"
    );
    assert_eq!(go(&mut release, 1, 79.0).verdict, Verdict::Healthy);
    assert_eq!(
        go(&mut release, 3, 101.0).verdict,
        Verdict::NotEnoughEvidence,
        "the duration starts anew"
    );
}

#[test]
fn past_its_limit_a_canary_stays_degraded_while_its_series_are_away() {
    let limit = Limit {
        value: 100.0,
        clears_at: None,
        for_seconds: 0.0,
    };
    let mut release = Scenario::new(vec![limited(limit)], threshold());
    release.looks(6, "memory", Reading::NoData, Reading::value(120.0));
    release.looks(100, "memory", Reading::NoData, Reading::NoData);
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

#[test]
fn a_slower_canary_is_found_in_its_histogram() {
    let bounds = vec![0.05, 0.1, 0.2, 0.4];
    let stable = Reading::histogram(bounds.clone(), vec![400.0, 400.0, 80.0, 15.0, 5.0], 80.0);
    let slower = Reading::histogram(bounds, vec![30.0, 40.0, 20.0, 8.0, 2.0], 12.0);
    let mut release = Scenario::new(vec![SignalSpec::latency("p95", 0.95, 0.2, 0.1)], threshold());
    release.looks(10, "p95", stable.clone(), slower);
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
    let signal = &release.verdict().signals[0];
    assert!(
        signal.canary.unwrap() > 1.5 * signal.stable.unwrap(),
        "{signal:?}"
    );
}

#[test]
fn latencies_of_the_warm_up_are_not_counted_but_failures_are() {
    let signals = vec![
        SignalSpec::latency("p95", 0.95, 0.2, 0.1).role(Role::Advisory),
        SignalSpec::error_ratio("errors", 0.005),
    ];
    let options = Options {
        warmup_seconds: 60.0,
        ..threshold()
    };
    let mut release = Scenario::new(signals, options);
    let cold = Reading::histogram(vec![0.1, 0.2], vec![0.0, 0.0, 100.0], 100.0);
    let warm = Reading::histogram(vec![0.1, 0.2], vec![90.0, 10.0, 0.0], 7.0);
    for _ in 0..5 {
        release.look("p95", warm.clone(), cold.clone());
        release.look("errors", ratio(900.0, 0.0), ratio(100.0, 50.0));
    }
    let verdict = release.verdict();
    assert!(
        matches!(verdict.signals[0].reason, Reason::WarmingUp { .. }),
        "{:?}",
        verdict.signals[0].reason
    );
    assert_eq!(
        verdict.verdict,
        Verdict::Degraded,
        "failed requests count from the first"
    );
    release.looks(20, "p95", warm.clone(), warm);
    assert_eq!(release.verdict().signals[0].verdict, Verdict::Healthy);
}

#[test]
fn after_promotion_the_canary_is_compared_with_what_stable_showed_before() {
    let mut release = Scenario::errors(threshold());
    release.looks(20, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.judge.new_phase(Arms::CanaryOnly);
    assert_eq!(
        release.verdict().verdict,
        Verdict::NotEnoughEvidence,
        "a phase starts without health"
    );
    release.looks(10, "errors", Reading::NoData, ratio(1000.0, 1.0));
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::Healthy);
    assert_eq!(verdict.signals[0].basis, Basis::Before);
    release.looks(20, "errors", Reading::NoData, ratio(1000.0, 20.0));
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

#[test]
fn a_first_release_has_no_stable_and_only_a_limit_can_pass_it() {
    let mut release = Scenario::errors(threshold());
    release.judge.new_phase(Arms::CanaryOnly);
    release.looks(50, "errors", Reading::NoData, ratio(1000.0, 0.0));
    assert_eq!(release.verdict().signals[0].reason, Reason::NoStable);
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);

    let mut release = Scenario::new(
        vec![SignalSpec::error_ratio("errors", 0.005).limit(0.01)],
        threshold(),
    );
    release.judge.new_phase(Arms::CanaryOnly);
    release.looks(50, "errors", Reading::NoData, ratio(1000.0, 1.0));
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
    assert_eq!(release.verdict().signals[0].basis, Basis::Limit);
}

#[test]
fn critical_signals_veto_required_ones_hold_and_advisory_ones_only_speak() {
    let cases = [
        (Role::Critical, Verdict::Degraded),
        (Role::Required, Verdict::NotEnoughEvidence),
        (Role::Advisory, Verdict::Healthy),
        (Role::Context, Verdict::Healthy),
    ];
    for (role, expected) in cases {
        let signals = vec![
            SignalSpec::error_ratio("good", 0.005),
            SignalSpec::error_ratio("bad", 0.005).role(role),
        ];
        let mut release = Scenario::new(signals, threshold());
        for _ in 0..10 {
            release.look("bad", ratio(900.0, 1.0), ratio(100.0, 50.0));
            release.look("good", ratio(900.0, 1.0), ratio(100.0, 0.0));
        }
        let verdict = release.verdict();
        assert_eq!(verdict.verdict, expected, "{role:?}");
        assert_eq!(
            verdict.failing.is_empty(),
            role == Role::Context,
            "{role:?} names itself"
        );
    }
}

#[test]
fn a_release_without_required_signals_is_never_healthy() {
    let signals = vec![SignalSpec::error_ratio("errors", 0.005).role(Role::Advisory)];
    let mut release = Scenario::new(signals, threshold());
    release.looks(10, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);
    assert_eq!(release.verdict().sentence, Sentence::NothingToJudge);
}

#[test]
fn signals_and_options_without_meaning_are_refused_by_field() {
    let good = || SignalSpec::error_ratio("errors", 0.005);
    let message = |signals: Vec<SignalSpec>, options: Options| {
        Judge::new(signals, options)
            .expect_err("should be refused")
            .to_string()
    };
    let no_effect = SignalSpec::error_ratio("errors", f64::NAN);
    assert!(message(vec![no_effect], threshold()).contains("rule.againstStable"));
    assert!(message(vec![good().limit(f64::INFINITY)], threshold()).contains("rule.limit.value"));
    assert!(message(vec![good().rule(Rule::default())], threshold()).contains("neither a limit"));
    assert!(message(vec![good(), good()], threshold()).contains("used twice"));
    let hopeful = Options {
        alpha: 0.0,
        ..threshold()
    };
    assert!(message(vec![good()], hopeful).contains("alpha"));
    let clears = Rule {
        limit: Some(Limit {
            value: 0.1,
            clears_at: Some(0.2),
            for_seconds: 0.0,
        }),
        ..Rule::default()
    };
    assert!(message(vec![good().rule(clears)], threshold()).contains("clearsAt"));
}

#[test]
fn stored_signals_are_read_back_and_old_ones_without_optional_fields_too() {
    let spec = SignalSpec::latency("p99", 0.99, 0.5, 0.1).limit(1.0);
    let text = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<SignalSpec>(&text).unwrap(), spec);
    let old = r#"{"id":"e","name":"Errors","unit":"ratio","kind":{"type":"errorRatio"},"role":"critical",
        "rule":{"againstStable":{"absolute":0.005}}}"#;
    let read: SignalSpec = serde_json::from_str(old).unwrap();
    assert_eq!(read.rule, SignalSpec::error_ratio("e", 0.005).rule);
    assert_eq!(serde_json::from_str::<Options>("{}").unwrap(), Options::default());
}
