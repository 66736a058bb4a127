//! What is weaker than two versions side by side: earlier days, and the canary's own course.

mod scenario;

use judge::{Arms, Basis, Options, Past, Reading, Reason, Role, Rule, SignalKind, SignalSpec, Verdict};
use scenario::Scenario;

fn sequential() -> Options {
    Options {
        warmup_seconds: 0.0,
        ..Options::default()
    }
}

fn ratio(total: f64, bad: f64) -> Reading {
    Reading::ratio(total, bad)
}

const DAY: i64 = 86_400_000;

/// A promoted canary that fails this often, where earlier days went on from five to this many failures of a thousand, each.
fn promoted_after(days: &[f64], bad_per_thousand: f64) -> judge::ReleaseVerdict {
    let mut release = Scenario::errors(sequential());
    release.looks(120, "errors", ratio(900.0, 4.5), ratio(100.0, 0.5));
    assert_eq!(release.judge.hours(), None, "stable serves");
    let now = release.now_ms();
    release.judge.new_phase(Arms::CanaryOnly);
    let (from, until) = release.judge.hours().unwrap_or_default();
    assert!(from < now && now < until, "hours to ask about");
    let past = days.iter().enumerate().flat_map(|(day, later)| {
        (from / 60_000 + 1..=until / 60_000).map(move |minute| {
            let bad = if minute * 60_000 <= now { 5.0 } else { *later };
            Past {
                at_ms: minute * 60_000 - (day as i64 + 1) * DAY,
                reading: ratio(1000.0, bad),
            }
        })
    });
    assert!(release.judge.recall("errors", past.collect()));
    release.looks(100, "errors", Reading::NoData, ratio(1000.0, bad_per_thousand));
    assert_eq!(release.judge.hours(), None, "asked once, before its first look");
    release.verdict()
}

#[test]
fn a_rise_that_earlier_days_had_at_this_hour_is_no_fault_of_the_version() {
    let alone = promoted_after(&[], 15.0);
    assert_eq!(alone.verdict, Verdict::Degraded);
    assert_eq!(alone.signals[0].basis, Basis::Before);
    let usual = promoted_after(&[15.0, 14.5, 15.5, 15.0], 15.0);
    assert_eq!(usual.verdict, Verdict::Healthy);
    assert_eq!(usual.signals[0].basis, Basis::Season);
    assert_eq!(
        promoted_after(&[15.0, 14.5, 15.5, 15.0], 25.0).verdict,
        Verdict::Degraded
    );
}

#[test]
fn days_that_differ_from_each_other_by_more_than_the_effect_leave_it_open() {
    for bad in [6.0, 12.0, 18.0] {
        assert_eq!(
            promoted_after(&[2.0, 10.0, 20.0, 11.0], bad).verdict,
            Verdict::NotEnoughEvidence,
            "{bad}"
        );
    }
    assert_eq!(
        promoted_after(&[15.0, 15.0], 15.0).signals[0].basis,
        Basis::Before,
        "two days are no season"
    );
}

fn memory(rule: Rule) -> SignalSpec {
    SignalSpec {
        id: "memory".into(),
        name: "Memory".into(),
        unit: "bytes".into(),
        kind: SignalKind::Gauge,
        role: Role::Advisory,
        rule,
    }
}

/// Levels in no particular order around this one.
fn level(around: f64, n: usize) -> Reading {
    Reading::value(around + (n * 37 % 101) as f64 / 101.0)
}

#[test]
fn a_change_of_the_canarys_own_course_is_found_and_marked_as_weaker() {
    let rule = Rule {
        anomaly: Some(0.01),
        ..Rule::default()
    };
    let mut release = Scenario::new(vec![memory(rule)], sequential());
    for n in 0..100 {
        release.look("memory", Reading::NoData, level(10.0, n));
    }
    let quiet = release.verdict();
    assert_eq!(
        quiet.signals[0].verdict,
        Verdict::NotEnoughEvidence,
        "no change is no evidence of health"
    );
    assert_eq!(quiet.signals[0].reason, Reason::Unchanged { looks: 100 });
    for n in 0..15 {
        release.look("memory", Reading::NoData, level(12.0, n));
    }
    let changed = &release.verdict().signals[0];
    assert_eq!(changed.verdict, Verdict::Degraded);
    assert_eq!(changed.basis, Basis::Itself);
    assert!(
        matches!(changed.reason, Reason::Changed { value, higher: true, alarms } if value > 11.0 && alarms == 0.01)
    );
    release.judge.new_phase(Arms::Both);
    release.look("memory", Reading::NoData, level(10.0, 1));
    assert_eq!(
        release.verdict().signals[0].verdict,
        Verdict::Degraded,
        "the version is the same"
    );
}

#[test]
fn a_change_to_the_better_is_none_and_a_new_phase_may_have_another_level() {
    let rule = Rule {
        anomaly: Some(0.01),
        ..Rule::default()
    };
    let mut release = Scenario::new(vec![memory(rule)], sequential());
    for around in [10.0, 5.0] {
        for n in 0..100 {
            release.look("memory", Reading::NoData, level(around, n));
        }
    }
    release.judge.new_phase(Arms::Both);
    for n in 0..100 {
        release.look("memory", Reading::NoData, level(20.0, n));
    }
    assert_eq!(
        release.verdict().signals[0].reason,
        Reason::Unchanged { looks: 100 }
    );
}

#[test]
fn nothing_can_wait_for_a_signal_that_only_finds_changes() {
    let rule = Rule {
        anomaly: Some(0.01),
        ..Rule::default()
    };
    for role in [Role::Critical, Role::Required] {
        assert!(memory(rule).role(role).check().is_err(), "{role:?}");
    }
    let impossible = Rule {
        anomaly: Some(1.0),
        ..Rule::default()
    };
    assert!(memory(rule).check().is_ok() && memory(impossible).check().is_err());
}
