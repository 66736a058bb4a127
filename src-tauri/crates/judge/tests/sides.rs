//! How much speaks for "no worse" and how much for "worse".

#![allow(clippy::expect_used, reason = "a test may end where it stands")]

mod scenario;

use judge::{
    Arms, Effect, Evidence, Limit, Needed, Options, Reading, ReleaseVerdict, Role, Rule, Sides, SignalKind,
    SignalSpec, Verdict,
};
use scenario::{Scenario, threshold};

fn sequential() -> Options {
    Options {
        warmup_seconds: 0.0,
        ..Options::default()
    }
}

fn ratio(total: f64, bad: f64) -> Reading {
    Reading::ratio(total, bad)
}

/// What speaks for no worse, and for worse.
fn both(sides: Option<Sides>) -> (Evidence, Evidence) {
    let sides = sides.expect("judged");
    (
        sides.healthy.expect("healthy can be said"),
        sides.degraded.expect("degraded can be said"),
    )
}

fn of(verdict: &ReleaseVerdict, signal: &str) -> (Evidence, Evidence) {
    let found = verdict.signals.iter().find(|one| one.signal == signal);
    both(found.expect("the signal").sides)
}

#[test]
fn a_canary_that_is_as_good_as_stable_gathers_evidence_for_no_worse_and_none_for_worse() {
    let mut release = Scenario::errors(sequential());
    release.looks(4, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let (healthy, degraded) = of(&release.verdict(), "errors");
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);
    assert!((0.1..0.99).contains(&healthy.fraction), "{healthy:?}");
    assert_eq!((healthy.needed, healthy.have), (Needed::Requests, 400.0));
    assert!(healthy.need > 400.0 && healthy.need < 4_000.0, "{healthy:?}");
    assert_eq!(degraded.fraction, 0.0);
    assert_eq!(
        degraded.needed,
        Needed::LogEvidence,
        "nobody can say how many requests it would take"
    );
}

#[test]
fn a_canary_that_is_worse_gathers_evidence_for_worse_and_none_for_no_worse() {
    let mut release = Scenario::errors(sequential());
    release.looks(3, "errors", ratio(900.0, 9.0), ratio(100.0, 3.0));
    let (healthy, degraded) = of(&release.verdict(), "errors");
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);
    assert!((0.1..0.99).contains(&degraded.fraction), "{degraded:?}");
    assert_eq!((degraded.needed, degraded.have), (Needed::Requests, 300.0));
    assert!(degraded.need > 300.0, "{degraded:?}");
    assert_eq!(healthy.fraction, 0.0);
}

#[test]
fn each_side_is_told_also_where_the_canary_leans_to_the_other() {
    let mut release = Scenario::errors(sequential());
    release.looks(4, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.look("errors", ratio(900.0, 1.0), ratio(100.0, 3.0));
    // The next phase looks fine; what was bad before does not vanish from the screen.
    release.judge.new_phase(Arms::Both);
    release.looks(3, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let verdict = release.verdict();
    let (healthy, degraded) = of(&verdict, "errors");
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    assert!((0.05..0.99).contains(&degraded.fraction), "{degraded:?}");
    assert!((0.05..0.99).contains(&healthy.fraction), "{healthy:?}");
}

#[test]
fn a_side_is_complete_only_where_it_is_the_verdict() {
    let mut release = Scenario::errors(sequential());
    release.looks(30, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let verdict = release.verdict();
    let (healthy, degraded) = of(&verdict, "errors");
    assert_eq!((verdict.verdict, healthy.fraction), (Verdict::Healthy, 1.0));
    assert!(degraded.fraction < 0.5, "{degraded:?}");
    release.looks(4, "errors", ratio(900.0, 1.0), ratio(100.0, 20.0));
    let verdict = release.verdict();
    let (healthy, degraded) = of(&verdict, "errors");
    assert_eq!((verdict.verdict, degraded.fraction), (Verdict::Degraded, 1.0));
    assert!(healthy.fraction < 1.0, "{healthy:?}");
}

#[test]
fn a_new_phase_keeps_what_speaks_for_worse_and_begins_anew_with_what_speaks_for_no_worse() {
    let mut release = Scenario::errors(sequential());
    release.looks(8, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.look("errors", ratio(900.0, 1.0), ratio(100.0, 3.0));
    let before = of(&release.verdict(), "errors");
    release.judge.new_phase(Arms::Both);
    // A look without a single request of the canary: nothing new is known, and it is not stale.
    release.look("errors", ratio(900.0, 1.0), ratio(0.0, 0.0));
    let (healthy, degraded) = of(&release.verdict(), "errors");
    assert!(
        (degraded.fraction - before.1.fraction).abs() < 0.02,
        "{degraded:?}"
    );
    assert_eq!(healthy.fraction, 0.0);
}

fn cpu() -> SignalSpec {
    SignalSpec {
        kind: SignalKind::Gauge,
        rule: Rule {
            limit: Some(Limit {
                value: 0.7,
                clears_at: None,
                for_seconds: 30.0,
            }),
            ..Rule::default()
        },
        ..SignalSpec::error_ratio("cpu", 0.005)
    }
}

#[test]
fn seconds_past_a_limit_speak_for_worse_and_looks_within_it_for_no_worse() {
    let mut release = Scenario::new(vec![cpu()], sequential());
    release.looks(3, "cpu", Reading::value(0.5), Reading::value(0.5));
    let (healthy, degraded) = of(&release.verdict(), "cpu");
    assert_eq!(
        (healthy.needed, healthy.have, healthy.need),
        (Needed::Looks, 3.0, 6.0)
    );
    assert_eq!(healthy.fraction, 0.5);
    assert_eq!(
        (degraded.needed, degraded.have, degraded.need, degraded.fraction),
        (Needed::Seconds, 0.0, 30.0, 0.0)
    );
    release.looks(4, "cpu", Reading::value(0.5), Reading::value(0.9));
    let (healthy, degraded) = of(&release.verdict(), "cpu");
    assert_eq!(
        (degraded.have, degraded.need, degraded.fraction),
        (15.0, 30.0, 0.5)
    );
    assert_eq!(
        healthy.fraction, 0.0,
        "what is past its limit now is not on the way to healthy"
    );
}

#[test]
fn thresholds_wait_for_requests_on_the_side_that_the_totals_would_decide_for() {
    let mut release = Scenario::errors(threshold());
    release.look("errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let (healthy, degraded) = of(&release.verdict(), "errors");
    assert_eq!((healthy.fraction, degraded.fraction), (0.5, 0.0));
    assert_eq!((healthy.have, healthy.need), (100.0, 200.0));
    let mut release = Scenario::errors(threshold());
    release.look("errors", ratio(900.0, 1.0), ratio(100.0, 5.0));
    let (healthy, degraded) = of(&release.verdict(), "errors");
    assert_eq!((healthy.fraction, degraded.fraction), (0.0, 0.5));
}

#[test]
fn a_series_that_fell_silent_speaks_for_nothing() {
    let mut release = Scenario::errors(sequential());
    release.looks(6, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    release.looks(12, "errors", Reading::NoData, Reading::NoData);
    let (healthy, degraded) = of(&release.verdict(), "errors");
    assert_eq!((healthy.fraction, degraded.fraction), (0.0, 0.0));
}

#[test]
fn context_has_no_sides_and_its_own_course_alone_can_never_say_no_worse() {
    let context = SignalSpec {
        id: "context".into(),
        role: Role::Context,
        ..cpu()
    };
    let course = SignalSpec {
        id: "course".into(),
        role: Role::Advisory,
        rule: Rule {
            anomaly: Some(0.01),
            ..Rule::default()
        },
        ..cpu()
    };
    let mut release = Scenario::new(vec![context, course], sequential());
    for signal in ["context", "course"] {
        release.looks(3, signal, Reading::value(0.5), Reading::value(0.5));
    }
    let verdict = release.verdict();
    assert_eq!(verdict.signals[0].sides, None);
    let course = verdict.signals[1].sides.expect("judged");
    assert_eq!(course.healthy, None);
    assert_eq!(course.degraded.expect("a change can be found").fraction, 0.0);
    assert_eq!(verdict.sides, None, "nothing is required");
}

#[test]
fn a_release_is_as_near_to_healthy_as_its_slowest_signal_and_as_near_to_degraded_as_its_worst_critical_one() {
    let signal = |id: &str, role: Role| SignalSpec {
        role,
        ..SignalSpec::error_ratio(id, 0.005)
    };
    let mut release = Scenario::new(
        vec![
            signal("fine", Role::Critical),
            signal("slow", Role::Required),
            signal("odd", Role::Critical),
            signal("aside", Role::Advisory),
        ],
        sequential(),
    );
    for _ in 0..3 {
        release.look("fine", ratio(900.0, 1.0), ratio(100.0, 0.0));
        release.look("slow", ratio(90.0, 0.0), ratio(10.0, 0.0));
        release.look("odd", ratio(900.0, 9.0), ratio(100.0, 2.0));
        release.look("aside", ratio(900.0, 9.0), ratio(100.0, 3.0));
    }
    let verdict = release.verdict();
    let (healthy, degraded) = both(verdict.sides);
    assert_eq!(verdict.verdict, Verdict::NotEnoughEvidence);
    let (fine, slow, odd, aside) = (
        of(&verdict, "fine"),
        of(&verdict, "slow"),
        of(&verdict, "odd"),
        of(&verdict, "aside"),
    );
    assert!(fine.0.fraction > slow.0.fraction);
    let least = slow.0.fraction.min(odd.0.fraction);
    assert_eq!(healthy.fraction, least);
    assert!(aside.1.fraction > odd.1.fraction && odd.1.fraction > fine.1.fraction);
    assert_eq!(degraded.fraction, odd.1.fraction);
}

#[test]
fn a_verdict_from_before_sides_were_kept_still_opens() {
    let mut release = Scenario::errors(sequential());
    release.looks(4, "errors", ratio(900.0, 1.0), ratio(100.0, 0.0));
    let mut kept = serde_json::to_value(release.verdict()).expect("JSON");
    kept.as_object_mut().expect("an object").remove("sides");
    kept["signals"][0]
        .as_object_mut()
        .expect("an object")
        .remove("sides");
    let opened: ReleaseVerdict = serde_json::from_value(kept).expect("an old record opens");
    assert_eq!((opened.sides, opened.signals[0].sides), (None, None));
}

#[test]
fn a_latency_after_promotion_is_told_apart_too() {
    let latency = SignalSpec {
        kind: SignalKind::Latency {
            quantile: 0.95,
            objective: 0.3,
        },
        rule: Rule {
            against_stable: Some(Effect::relative(0.2)),
            ..Rule::default()
        },
        ..SignalSpec::error_ratio("latency", 0.005)
    };
    let spread =
        |slow: f64| Reading::histogram(vec![0.1, 0.3, 1.0], vec![60.0, 40.0 - slow, slow, 0.0], 20.0);
    let mut release = Scenario::new(vec![latency], sequential());
    release.looks(20, "latency", spread(4.0), spread(4.0));
    release.judge.new_phase(Arms::CanaryOnly);
    release.looks(3, "latency", Reading::NoData, spread(12.0));
    let (healthy, degraded) = of(&release.verdict(), "latency");
    assert!(degraded.fraction > 0.1, "{degraded:?}");
    assert_eq!(healthy.fraction, 0.0, "{healthy:?}");
}
