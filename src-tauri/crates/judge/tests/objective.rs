//! Objectives with burn-rate alerts, intervals of the canary's own values, and when a difference began.
#![allow(clippy::panic, reason = "a test fails by it")]

mod scenario;

use judge::{Objective, Options, Reading, Reason, Role, Rule, SignalKind, SignalSpec, Verdict};
use scenario::{SCRAPE_SECONDS, Scenario};

fn options() -> Options {
    Options {
        warmup_seconds: 0.0,
        ..Options::default()
    }
}

/// A signal that is held against an objective of 99 % alone.
fn watched(spec: SignalSpec) -> Scenario {
    let rule = Rule {
        objective: Some(Objective::for_release(0.99)),
        ..Rule::default()
    };
    Scenario::new(vec![spec.rule(rule)], options())
}

#[test]
fn a_budget_that_burns_makes_the_release_degraded_whatever_stable_does() {
    let mut release = watched(SignalSpec::error_ratio("errors", 0.005));
    let both = Reading::ratio(100.0, 30.0);
    release.looks(20, "errors", both.clone(), both);
    let verdict = release.verdict();
    assert_eq!(verdict.verdict, Verdict::Degraded);
    let Reason::BurningBudget { rate, allowed, .. } = verdict.signals[0].reason else {
        panic!("{:?}", verdict.signals[0].reason);
    };
    assert!((rate - 30.0).abs() < 1e-9 && allowed == 14.4);
}

#[test]
fn an_objective_that_is_kept_is_healthy_once_there_are_enough_requests_and_not_before() {
    let mut release = watched(SignalSpec::error_ratio("errors", 0.005));
    release.look("errors", Reading::NoData, Reading::ratio(100.0, 0.0));
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);
    release.looks(10, "errors", Reading::NoData, Reading::ratio(100.0, 0.0));
    assert_eq!(release.verdict().verdict, Verdict::Healthy);
    let mut silent = watched(SignalSpec::error_ratio("errors", 0.005));
    silent.looks(50, "errors", Reading::NoData, Reading::ratio(0.0, 0.0));
    assert_eq!(
        silent.verdict().verdict,
        Verdict::NotEnoughEvidence,
        "no traffic burns nothing and proves nothing"
    );
}

#[test]
fn a_latencys_budget_is_the_requests_that_take_longer_than_its_objective() {
    let mut release = watched(SignalSpec::latency("latency", 0.95, 0.25, 0.1));
    let slow = Reading::histogram(vec![0.1, 0.25, 0.5], vec![40.0, 30.0, 20.0, 10.0], 20.0);
    release.looks(20, "latency", slow.clone(), slow);
    let verdict = release.verdict();
    let Reason::BurningBudget { rate, .. } = verdict.signals[0].reason else {
        panic!("{:?}", verdict.signals[0].reason);
    };
    assert!((rate - 30.0).abs() < 1e-9, "{rate}");
}

#[test]
fn only_what_has_requests_can_have_an_objective() {
    let mut spec = SignalSpec::error_ratio("queue", 0.005).role(Role::Required);
    spec.kind = SignalKind::Gauge;
    spec.rule.objective = Some(Objective::for_release(0.99));
    assert!(spec.check().is_err());
    let mut spec = SignalSpec::error_ratio("errors", 0.005);
    spec.rule.objective = Some(Objective::for_release(1.0));
    assert!(spec.check().is_err(), "an objective without a budget");
}

#[test]
fn a_degraded_signal_says_when_it_began_and_what_its_value_lies_in() {
    let mut release = Scenario::errors(options());
    release.looks(
        40,
        "errors",
        Reading::ratio(900.0, 1.0),
        Reading::ratio(100.0, 0.0),
    );
    let began = release.now_ms() + SCRAPE_SECONDS * 1000;
    release.looks(
        20,
        "errors",
        Reading::ratio(900.0, 1.0),
        Reading::ratio(100.0, 6.0),
    );
    let signal = &release.verdict().signals[0];
    assert_eq!(signal.verdict, Verdict::Degraded);
    let found = signal.began.unwrap();
    assert_eq!(found.at_ms, began);
    let own = signal.canary_interval.unwrap();
    let canary = signal.canary.unwrap();
    assert!(own.low < canary && own.high.unwrap() > canary, "{own:?} {canary}");
}

#[test]
fn a_healthy_signal_began_nothing() {
    let mut release = Scenario::errors(options());
    release.looks(
        100,
        "errors",
        Reading::ratio(900.0, 1.0),
        Reading::ratio(100.0, 0.0),
    );
    let signal = &release.verdict().signals[0];
    assert_eq!((signal.verdict, signal.began), (Verdict::Healthy, None));
}
