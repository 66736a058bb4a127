//! Looks that are closer together than usual: what is quicker by them, and what must not be.

mod scenario;

use judge::{Effect, Limit, Method, Options, Reading, Reason, Role, Rule, SignalSpec, Verdict, Worse};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scenario::{Scenario, memory, threshold};

fn each_second(signals: Vec<SignalSpec>, options: Options) -> Scenario {
    let mut release = Scenario::new(signals, options);
    release.every = 1;
    release
}

fn errors() -> Vec<SignalSpec> {
    vec![SignalSpec::error_ratio("errors", 0.005)]
}

#[test]
fn a_version_that_fails_a_fifth_is_found_in_two_seconds_and_not_only_after_five() {
    let mut release = Scenario::new(errors(), Options::default());
    release.looks(8, "errors", Reading::ratio(500.0, 0.0), Reading::NoData);
    release.every = 1;
    release.look("errors", Reading::ratio(80.0, 0.0), Reading::ratio(20.0, 4.0));
    release.look("errors", Reading::ratio(80.0, 0.0), Reading::ratio(20.0, 4.0));
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

/// Looks of one second in which the failures of each second come in turn, or all in one second of five.
fn overdispersion(together: bool, every: i64) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut release = Scenario::new(errors(), Options::default());
    // The first look of all is taken for a usual one.
    release.look("errors", Reading::ratio(500.0, 2.0), Reading::NoData);
    release.every = every;
    for _ in 0..200 {
        // Half of the five seconds have four failures of either arm, or each second has about as many.
        let burst: [f64; 2] = [0, 1].map(|_| if rng.random::<bool>() { 4.0 } else { 0.0 });
        let parts = 5 / every;
        for second in 0..parts {
            let bad = |of: f64| match (together, every) {
                (_, 5) => of,
                (true, _) if second == 0 => of,
                (true, _) => 0.0,
                _ => of / parts as f64,
            };
            let requests = 500.0 / parts as f64;
            release.look(
                "errors",
                Reading::ratio(requests, bad(burst[0])),
                Reading::ratio(requests, bad(burst[1])),
            );
        }
    }
    release.verdict().signals[0].overdispersion
}

#[test]
fn scatter_is_measured_over_five_seconds_however_fine_the_looks_are() {
    let usual = overdispersion(true, 5);
    assert!(usual > 1.2, "{usual}");
    for together in [true, false] {
        let fine = overdispersion(together, 1);
        // What differs is the variance that the same failures have by themselves, in looks of other lengths.
        assert!(
            (fine / usual - 1.0).abs() < 0.05,
            "{together}: {fine}, not {usual}"
        );
    }
}

/// In how many of so many releases of ten minutes a canary that fails in the same bursts is ever called degraded. `spread`: how
/// many seconds the six failures of a burst are spread over.
fn alarms(releases: u64, every: i64, spread: i64) -> usize {
    (0..releases)
        .filter(|seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(*seed);
            let mut release = Scenario::new(errors(), Options::default());
            let mut open = [0_i64; 2];
            let mut second = |rng: &mut ChaCha8Rng| {
                let mut bad = [0.0; 2];
                for (arm, share) in [(0, 0.1), (1, 0.02)] {
                    if open[arm] == 0 && rng.random::<f64>() < share {
                        open[arm] = spread;
                    }
                    if open[arm] > 0 {
                        open[arm] -= 1;
                        bad[arm] = 6.0 / spread as f64;
                    }
                }
                bad
            };
            let mut look = |rng: &mut ChaCha8Rng, seconds: i64| {
                (0..seconds)
                    .map(|_| second(rng))
                    .fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]])
            };
            for _ in 0..120 {
                let bad = look(&mut rng, 5);
                release.look("errors", Reading::ratio(1000.0, bad[0]), Reading::NoData);
            }
            release.every = every;
            (0..600 / every).any(|_| {
                let bad = look(&mut rng, every);
                let requests = every as f64 * 200.0;
                release.look(
                    "errors",
                    Reading::ratio(requests, bad[0]),
                    Reading::ratio(requests / 5.0, bad[1]),
                );
                release.verdict().verdict == Verdict::Degraded
            })
        })
        .count()
}

#[test]
fn bursts_that_last_longer_than_a_look_raise_no_more_alarms_than_at_usual_looks() {
    for spread in [1, 2, 3] {
        let (usual, fine) = (alarms(100, 5, spread), alarms(100, 1, spread));
        assert!(
            fine <= usual + 2,
            "over {spread} s: {fine} of 100, {usual} at usual looks"
        );
    }
}

fn level() -> SignalSpec {
    memory(Rule {
        worse: Worse::Higher,
        against_stable: Some(Effect::relative(0.1)),
        ..Rule::default()
    })
}

/// Seconds until anything is said.
fn seconds_until_said(every: i64) -> i64 {
    let mut release = Scenario::new(vec![level()], threshold());
    release.every = every;
    let begun = release.now_ms();
    for _ in 0..100 {
        release.look("memory", Reading::value(100.0), Reading::value(200.0));
        if release.verdict().verdict != Verdict::NotEnoughEvidence {
            break;
        }
    }
    (release.now_ms() - begun) / 1000
}

#[test]
fn a_level_needs_the_same_time_however_often_it_is_looked_at() {
    assert_eq!(seconds_until_said(5), 30);
    // The first look of all is taken for a usual one.
    assert_eq!(seconds_until_said(1), 26);
    assert_eq!(seconds_until_said(15), 90);
}

#[test]
fn what_is_missing_of_a_level_is_said_in_whole_looks() {
    let mut release = each_second(vec![level()], threshold());
    release.looks(9, "memory", Reading::value(100.0), Reading::value(100.0));
    let evidence = release.verdict().signals[0].evidence;
    assert_eq!((evidence.have, evidence.need), (2.0, 6.0));
}

#[test]
fn kayentas_judge_compares_values_of_five_seconds() {
    let options = Options {
        method: Method::Kayenta,
        warmup_seconds: 0.0,
        ..Options::default()
    };
    let mut release = each_second(errors(), options);
    let bad = (Reading::ratio(100.0, 1.0), Reading::ratio(100.0, 30.0));
    release.looks(40, "errors", bad.0.clone(), bad.1.clone());
    assert_eq!(
        release.verdict().verdict,
        Verdict::NotEnoughEvidence,
        "nine values of twelve"
    );
    release.looks(20, "errors", bad.0, bad.1);
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

#[test]
fn a_series_own_course_has_a_value_each_five_seconds() {
    let mut spec = level();
    spec.role = Role::Advisory;
    spec.rule = Rule {
        anomaly: Some(0.01),
        ..Rule::default()
    };
    let mut release = each_second(
        vec![spec],
        Options {
            warmup_seconds: 0.0,
            ..Options::default()
        },
    );
    release.looks(21, "memory", Reading::NoData, Reading::value(1.0));
    let reason = release.verdict().signals[0].reason.clone();
    assert!(matches!(reason, Reason::Unchanged { looks: 5 }), "{reason:?}");
}

#[test]
fn a_limit_must_be_passed_for_as_long_as_it_asks_and_not_for_as_many_looks() {
    let mut spec = level();
    spec.rule = Rule {
        limit: Some(Limit {
            value: 100.0,
            clears_at: None,
            for_seconds: 20.0,
        }),
        ..Rule::default()
    };
    let mut release = each_second(vec![spec], threshold());
    release.looks(20, "memory", Reading::NoData, Reading::value(120.0));
    assert_eq!(release.verdict().verdict, Verdict::NotEnoughEvidence);
    release.look("memory", Reading::NoData, Reading::value(120.0));
    assert_eq!(release.verdict().verdict, Verdict::Degraded);
}

#[test]
fn cold_seconds_and_silent_seconds_are_seconds_at_any_pace() {
    let mut release = each_second(
        vec![SignalSpec::latency("latency", 0.95, 0.25, 0.1)],
        Options::default(),
    );
    let bounds = vec![0.1, 0.25, 1.0];
    let fast = Reading::histogram(bounds.clone(), vec![150.0, 50.0, 0.0, 0.0], 20.0);
    let slow = Reading::histogram(bounds, vec![0.0, 0.0, 50.0, 0.0], 40.0);
    release.looks(10, "latency", fast.clone(), slow.clone());
    let reason = release.verdict().signals[0].reason.clone();
    assert!(matches!(reason, Reason::WarmingUp { .. }), "{reason:?}");
    release.looks(20, "latency", fast, slow);
    assert_eq!(release.verdict().verdict, Verdict::Degraded);

    let mut silent = each_second(errors(), Options::default());
    silent.looks(10, "errors", Reading::ratio(90.0, 0.0), Reading::ratio(10.0, 0.0));
    silent.looks(30, "errors", Reading::NoData, Reading::NoData);
    let is_silent = |release: &Scenario| matches!(release.verdict().signals[0].reason, Reason::NoData { .. });
    assert!(!is_silent(&silent));
    silent.look("errors", Reading::NoData, Reading::NoData);
    assert!(is_silent(&silent));
}

#[test]
fn latencies_are_called_worse_at_whole_looks_of_five_seconds_only() {
    let spec = SignalSpec::latency("p95", 0.95, 0.3, 0.2);
    let bounds = vec![0.1, 0.25, 0.5];
    let mut release = Scenario::new(vec![spec], Options::default());
    let fast = |part: f64| {
        Reading::histogram(
            bounds.clone(),
            vec![300.0 * part, 90.0 * part, 10.0 * part, 0.0],
            20.0,
        )
    };
    let slow = |part: f64| Reading::histogram(bounds.clone(), vec![0.0, 10.0 * part, 90.0 * part, 0.0], 40.0);
    release.looks(120, "p95", fast(5.0), Reading::NoData);
    release.every = 1;
    let found = (1..=60).find(|_| {
        release.look("p95", fast(1.0), slow(1.0));
        release.verdict().verdict == Verdict::Degraded
    });
    let found = found.unwrap_or(0);
    assert!(found > 0 && found % 5 == 0, "after {found} s");
}
