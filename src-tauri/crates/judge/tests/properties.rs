//! What holds for every sequence of looks, with every method.

use judge::{
    Arms, Effect, Evidence, Judge, Look, Options, Reading, Role, Rule, Sides, SignalKind, SignalSpec,
    Verdict, Worse,
};
use proptest::prelude::*;

const METHODS: &[judge::Method] = &[
    judge::Method::Threshold,
    judge::Method::Sequential,
    judge::Method::Kayenta,
];

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => 0.0..1000.0_f64,
        2 => (0_u32..50).prop_map(f64::from),
        1 => prop_oneof![
            Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-1.0), Just(0.0), Just(1e300)
        ],
    ]
}

/// Readings as they come, not all of them possible.
fn any_reading() -> impl Strategy<Value = Reading> {
    let bounds = prop_oneof![
        Just(vec![0.1, 0.2, 0.5]),
        Just(vec![0.1, 0.3]),
        Just(vec![0.5, 0.1])
    ];
    prop_oneof![
        1 => Just(Reading::NoData),
        4 => (any_number(), any_number()).prop_map(|(total, bad)| Reading::Ratio { total, bad }),
        4 => (any_number(), any_number()).prop_map(|(total, part)| Reading::ratio(total, total * part / 1000.0)),
        2 => (bounds, prop::collection::vec(any_number(), 4), any_number())
            .prop_map(|(upper_bounds, counts, sum)| Reading::Histogram { upper_bounds, counts, sum }),
        2 => (any_number(), any_number()).prop_map(|(events, exposure)| Reading::Count { events, exposure }),
        2 => any_number().prop_map(|value| Reading::Value { value }),
    ]
}

fn any_kind() -> impl Strategy<Value = SignalKind> {
    prop_oneof![
        3 => Just(SignalKind::ErrorRatio),
        2 => Just(SignalKind::Latency { quantile: 0.95, objective: 0.2 }),
        1 => Just(SignalKind::Count),
        1 => Just(SignalKind::Gauge),
        1 => Just(SignalKind::Rate),
    ]
}

fn spec(index: usize, kind: SignalKind, worse: Worse, limited: bool) -> SignalSpec {
    let effect = Effect {
        absolute: Some(0.005),
        relative: Some(0.1),
    };
    let spec = SignalSpec {
        id: format!("s{index}"),
        name: "signal".into(),
        unit: "unit".into(),
        kind,
        role: [Role::Critical, Role::Required, Role::Advisory, Role::Context][index % 4],
        rule: Rule {
            worse,
            limit: None,
            against_stable: Some(effect),
            ..Rule::default()
        },
    };
    if limited { spec.limit(0.5) } else { spec }
}

fn any_spec(index: usize) -> impl Strategy<Value = SignalSpec> {
    let worse = prop_oneof![Just(Worse::Higher), Just(Worse::Lower)];
    (any_kind(), worse, any::<bool>())
        .prop_map(move |(kind, worse, limited)| spec(index, kind, worse, limited))
}

#[derive(Debug, Clone)]
enum Step {
    Look(usize, Look),
    Phase(Arms),
}

fn any_step() -> impl Strategy<Value = Step> {
    let look = (0_usize..3, -10_i64..60_000, any_reading(), any_reading());
    prop_oneof![
        20 => look.prop_map(|(signal, at, stable, canary)| Step::Look(signal, Look::new(at * 10, stable, canary))),
        1 => prop_oneof![Just(Arms::Both), Just(Arms::CanaryOnly)].prop_map(Step::Phase),
    ]
}

fn options(method: judge::Method) -> Options {
    Options {
        method,
        warmup_seconds: 5.0,
        ..Options::default()
    }
}

fn run(judge: &mut Judge, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Look(signal, look) => {
                judge.observe(&format!("s{signal}"), look);
            }
            Step::Phase(arms) => judge.new_phase(*arms),
        }
    }
}

fn finite(number: Option<f64>) -> bool {
    number.is_none_or(f64::is_finite)
}

/// The sides that are known, each with the verdict that it is a side of.
fn sides(of: Option<Sides>) -> Vec<(Evidence, Verdict)> {
    let sides = of.unwrap_or_default();
    let known = [
        (sides.healthy, Verdict::Healthy),
        (sides.degraded, Verdict::Degraded),
    ];
    known
        .into_iter()
        .filter_map(|(side, of)| side.map(|side| (side, of)))
        .collect()
}

proptest! {
    #[test]
    fn any_looks_give_a_verdict_with_finite_numbers_that_can_be_stored(
        specs in (any_spec(0), any_spec(1), any_spec(2)),
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        for method in METHODS {
            let specs = vec![specs.0.clone(), specs.1.clone(), specs.2.clone()];
            let mut judge = Judge::new(specs, options(*method)).unwrap();
            run(&mut judge, &steps);
            let verdict = judge.verdict();
            for signal in &verdict.signals {
                prop_assert!((0.0..=1.0).contains(&signal.evidence.fraction), "{signal:?}");
                for (side, of) in sides(signal.sides) {
                    prop_assert!((0.0..=1.0).contains(&side.fraction), "{signal:?}");
                    prop_assert!(side.have.is_finite() && side.need.is_finite(), "{signal:?}");
                    prop_assert_eq!(side.towards, Some(of), "{:?}", signal);
                    prop_assert_eq!(side.fraction == 1.0, signal.verdict == of, "{:?}", signal);
                }
                prop_assert!(finite(signal.canary) && finite(signal.stable), "{signal:?}");
                prop_assert!(finite(signal.expected_seconds) && finite(signal.effect), "{signal:?}");
                prop_assert!(signal.expected_seconds.is_none_or(|s| s >= 0.0), "{signal:?}");
                prop_assert!(signal.overdispersion >= 1.0, "{signal:?}");
                if let Some(own) = signal.canary_interval {
                    prop_assert!(own.low.is_finite() && own.high.is_none_or(|high| high >= own.low), "{signal:?}");
                }
                if let Some((low, high)) = signal.interval {
                    prop_assert!(low <= high && low.is_finite() && high.is_finite(), "{signal:?}");
                }
            }
            let text = serde_json::to_string(&verdict).unwrap();
            prop_assert!(!text.contains("\"value\":null"), "{text}");
            serde_json::from_str::<judge::ReleaseVerdict>(&text).unwrap();
        }
    }

    #[test]
    fn replaying_the_same_looks_gives_the_same_verdict(
        steps in prop::collection::vec(any_step(), 0..60), kind in any_kind(),
    ) {
        for method in METHODS {
            let make = || Judge::new(vec![spec(0, kind, Worse::Higher, true)], options(*method)).unwrap();
            let (mut first, mut again) = (make(), make());
            run(&mut first, &steps);
            for step in &steps {
                run(&mut again, std::slice::from_ref(step));
                let _ = again.verdict();
            }
            prop_assert_eq!(first.verdict(), again.verdict(), "looking often changes nothing");
        }
    }

    #[test]
    fn the_release_verdict_follows_from_the_signals(
        specs in (any_spec(0), any_spec(1), any_spec(2)),
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        for method in METHODS {
            let specs = vec![specs.0.clone(), specs.1.clone(), specs.2.clone()];
            let mut judge = Judge::new(specs, options(*method)).unwrap();
            run(&mut judge, &steps);
            let verdict = judge.verdict();
            let vetoed = verdict.signals.iter()
                .any(|s| s.role == Role::Critical && s.verdict == Verdict::Degraded);
            let all = verdict.signals.iter().filter(|s| s.role.is_required()).all(|s| s.verdict == Verdict::Healthy);
            if *method == judge::Method::Kayenta {
                // A score decides; these hold for every score.
                let unknown = verdict.signals.iter()
                    .any(|s| s.role.is_required() && s.verdict == Verdict::NotEnoughEvidence);
                prop_assert!(!(verdict.verdict == Verdict::Healthy && (unknown || vetoed)), "{:?}", verdict);
                prop_assert!(!all || verdict.verdict == Verdict::Healthy, "{:?}", verdict);
                continue;
            }
            let expected = match (vetoed, all) {
                (true, _) => Verdict::Degraded,
                (false, true) => Verdict::Healthy,
                (false, false) => Verdict::NotEnoughEvidence,
            };
            prop_assert_eq!(verdict.verdict, expected);
        }
    }

    #[test]
    fn without_canary_data_no_kind_of_signal_is_healthy(
        kind in any_kind(), stable in prop::collection::vec(any_reading(), 1..60), limited in any::<bool>(),
    ) {
        for method in METHODS {
            let mut judge = Judge::new(vec![spec(0, kind, Worse::Higher, limited)], options(*method)).unwrap();
            for (second, stable) in (1_i64..).zip(&stable) {
                judge.observe("s0", &Look::new(second * 5000, stable.clone(), Reading::NoData));
            }
            prop_assert_eq!(judge.verdict().verdict, Verdict::NotEnoughEvidence);
        }
    }

    #[test]
    fn one_more_failed_request_of_the_canary_never_heals(
        looks in prop::collection::vec((200_u32..2000, 0_u32..20, 50_u32..300, 0_u32..20), 1..40),
        at in 0_usize..40,
    ) {
        // Not with Kayenta's judge: what it tolerates grows with the estimated shift.
        for method in METHODS.iter().filter(|method| **method != judge::Method::Kayenta) {
            let verdict = |more: bool| {
                let mut judge = Judge::new(vec![SignalSpec::error_ratio("e", 0.005)], options(*method)).unwrap();
                for (index, (total, bad, canary, canary_bad)) in looks.iter().enumerate() {
                    let extra = f64::from(u32::from(more && index == at % looks.len())) * 10.0;
                    let look = Look::new(
                        (index as i64 + 1) * 5000,
                        Reading::ratio(f64::from(*total), f64::from(*bad)),
                        Reading::ratio(f64::from(*canary), f64::from(*canary_bad) + extra),
                    );
                    judge.observe("e", &look);
                }
                judge.verdict().verdict
            };
            let (before, after) = (verdict(false), verdict(true));
            prop_assert!(!(before == Verdict::Degraded && after == Verdict::Healthy), "{before:?} -> {after:?}");
        }
    }
}
