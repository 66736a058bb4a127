//! Recorded scrapes.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use judge::replay::{ERRORS, LATENCY, Replay, ReplayError, Scrape};
use judge::{Arm, Judge, Options, Reason, ReleaseVerdict, SignalSpec, Verdict};

fn replay() -> Replay {
    let signals = vec![
        SignalSpec::error_ratio(ERRORS, 0.005),
        SignalSpec::latency(LATENCY, 0.95, 0.25, 0.1),
    ];
    Replay::new(
        Judge::new(
            signals,
            Options {
                warmup_seconds: 0.0,
                ..Options::default()
            },
        )
        .unwrap(),
    )
}

/// A scrape whose requests all took between 0.1 and 0.25 s.
fn scrape(t: f64, arm: Arm, requests: f64, errors: f64) -> Scrape {
    let buckets = [("0.1", 0.0), ("0.25", requests), ("+Inf", requests)];
    let buckets = Some(
        buckets
            .iter()
            .map(|(le, count)| ((*le).to_owned(), *count))
            .collect(),
    );
    Scrape {
        t,
        arm,
        requests,
        errors,
        buckets,
    }
}

fn run(replay: &mut Replay, scrapes: &[Scrape]) -> Vec<(f64, ReleaseVerdict)> {
    let mut verdicts: Vec<_> = scrapes
        .iter()
        .filter_map(|scrape| replay.scrape(scrape).unwrap())
        .collect();
    verdicts.extend(replay.finish());
    verdicts
}

/// Both arms every five seconds, 900 and 100 requests in each interval, one failure of stable's.
fn scrapes(looks: i32, canary_errors: f64) -> Vec<Scrape> {
    (0..looks)
        .flat_map(|look| {
            let n = f64::from(look);
            [
                scrape(n * 5.0, Arm::Stable, 1e6 + n * 900.0, 100.0 + n),
                scrape(n * 5.0, Arm::Canary, n * 100.0, n * canary_errors),
            ]
        })
        .collect()
}

#[test]
fn there_is_one_verdict_for_each_time() {
    let verdicts = run(&mut replay(), &scrapes(10, 0.0));
    let times: Vec<f64> = verdicts.iter().map(|(t, _)| *t).collect();
    assert_eq!(times, (0..10).map(|n| f64::from(n) * 5.0).collect::<Vec<_>>());
    assert_eq!(
        verdicts[0].1.verdict,
        Verdict::NotEnoughEvidence,
        "one scrape is no interval"
    );
}

#[test]
fn totals_are_judged_by_what_they_grow() {
    let verdicts = run(&mut replay(), &scrapes(13, 10.0));
    let signal = &verdicts.last().unwrap().1.signals[0];
    assert_eq!(signal.canary, Some(0.1));
    assert!((signal.stable.unwrap() - 1.0 / 900.0).abs() < 1e-12);
    assert_eq!(verdicts.last().unwrap().1.verdict, Verdict::Degraded);
    assert_eq!(
        run(&mut replay(), &scrapes(60, 0.0)).last().unwrap().1.signals[0].verdict,
        Verdict::Healthy
    );
}

#[test]
fn a_reset_counter_is_an_interval_without_data_and_not_health() {
    let mut broken = scrapes(40, 0.0);
    for scrape in broken.iter_mut().filter(|scrape| scrape.arm == Arm::Canary) {
        // Restarts before every scrape, and counts less each time.
        scrape.requests = 1000.0 - scrape.t;
        scrape.buckets = None;
    }
    let verdicts = run(&mut replay(), &broken);
    let last = &verdicts.last().unwrap().1;
    assert_eq!(last.verdict, Verdict::NotEnoughEvidence);
    assert_eq!(
        last.signals[0].reason,
        Reason::NoData {
            arm: Arm::Canary,
            seconds: None
        }
    );
}

#[test]
fn late_and_duplicate_scrapes_change_nothing() {
    let clean = scrapes(20, 1.0);
    let mut noisy = Vec::new();
    for scrape in &clean {
        noisy.push(scrape.clone());
        noisy.push(Scrape {
            errors: 0.0,
            ..scrape.clone()
        });
        if scrape.t > 20.0 {
            noisy.push(Scrape {
                t: scrape.t - 10.0,
                requests: 0.0,
                errors: 0.0,
                ..scrape.clone()
            });
        }
    }
    assert_eq!(run(&mut replay(), &clean), run(&mut replay(), &noisy));
}

#[test]
fn an_arm_that_is_missing_for_a_time_is_not_zero() {
    let gaps: Vec<Scrape> = scrapes(60, 0.0)
        .into_iter()
        .filter(|scrape| scrape.arm == Arm::Stable || scrape.t < 5.0)
        .collect();
    assert_eq!(
        run(&mut replay(), &gaps).last().unwrap().1.verdict,
        Verdict::NotEnoughEvidence
    );
}

#[test]
fn numbers_that_no_counter_can_have_are_refused() {
    let good = || scrape(0.0, Arm::Canary, 10.0, 1.0);
    let bucket = |le: &str, count: f64| {
        let mut scrape = good();
        scrape.buckets.as_mut().unwrap().insert(le.to_owned(), count);
        scrape
    };
    let cases = [
        (
            Scrape {
                requests: -1.0,
                ..good()
            },
            "requests must be",
        ),
        (
            Scrape {
                errors: f64::NAN,
                ..good()
            },
            "errors must be",
        ),
        (
            Scrape {
                t: f64::INFINITY,
                ..good()
            },
            "t must be",
        ),
        (
            Scrape {
                errors: 11.0,
                ..good()
            },
            "more than requests",
        ),
        (bucket("fast", 1.0), "neither a number"),
        (bucket("0.25", 11.0), "cumulative"),
        (bucket("0.250", 10.0), "neither a number"),
        (
            Scrape {
                buckets: Some([("0.1".to_owned(), 1.0)].into()),
                ..good()
            },
            "no +Inf",
        ),
    ];
    for (scrape, expected) in cases {
        let error: ReplayError = replay().scrape(&scrape).unwrap_err();
        assert!(
            error.to_string().contains(expected),
            "{error}, expected {expected}"
        );
    }
}

#[test]
fn a_line_as_people_write_it_is_read_and_unknown_fields_are_ignored() {
    let line = r#"{"t": 5, "arm": "canary", "requests": 120, "errors": 1, "zone": "b",
        "buckets": {"0.1": 90, "0.25": 118, "+Inf": 120}}"#;
    let read: Scrape = serde_json::from_str(line).unwrap();
    assert_eq!(
        (read.arm, read.requests, read.buckets.unwrap()["0.25"]),
        (Arm::Canary, 120.0, 118.0)
    );
    assert!(
        serde_json::from_str::<Scrape>(r#"{"t": 5, "arm": "green", "requests": 1, "errors": 0}"#).is_err()
    );
}
