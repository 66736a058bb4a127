//! From scrapes to looks.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use conductor::Signals;
use judge::{Look, Reading};
use release::Timestamp;
use std::collections::BTreeSet;
use support::*;
use telemetry::{ERRORS, LATENCY_P95, Preset, REQUESTS, RESTARTS, SignalQuery, restarts_signal};

/// Requests and errors of an arm over many looks.
fn totals(looks: &[Look], arm: impl Fn(&Look) -> &Reading) -> (f64, f64) {
    looks
        .iter()
        .fold((0.0, 0.0), |(all, failed), look| match arm(look) {
            Reading::Ratio { total, bad } => (all + total, failed + bad),
            _ => (all, failed),
        })
}

/// Eleven stable pods and one of the canary, as scraped each five seconds.
fn both_arms(every: i64) -> Scenario {
    let mut scenario = Scenario::new();
    for n in 0..11 {
        scenario = scenario.client_pod(STABLE, &format!("s{n}"), (10.0, 0.0), every, n % every, 600);
    }
    scenario.client_pod(CANARY, "c0", (10.0, 1.0), every, 3, 600)
}

#[tokio::test]
async fn arms_are_counted_apart_aligned_and_exactly() {
    let (telemetry, _) = both_arms(5).telemetry();
    let found = looks(&telemetry, &signals(), 100, 400).await;
    for of_signal in &found {
        let times: Vec<i64> = of_signal.looks.iter().map(|look| look.at_ms).collect();
        let expected: Vec<i64> = (21..80).map(|n| START + n * 5_000).collect();
        assert_eq!(times, expected, "{}", of_signal.signal);
    }
    let errors = of(&found, ERRORS);
    // 59 looks of 5 s: 110 and 11 requests a second.
    assert_eq!(totals(errors, |look| &look.stable), (110.0 * 295.0, 0.0));
    assert_eq!(totals(errors, |look| &look.canary), (11.0 * 295.0, 295.0));
    assert!(
        errors
            .iter()
            .all(|look| !look.stable.is_no_data() && !look.canary.is_no_data())
    );
    let Reading::Histogram {
        upper_bounds,
        counts,
        sum,
    } = &of(&found, LATENCY_P95)[10].canary
    else {
        panic!("{:?}", of(&found, LATENCY_P95)[10]);
    };
    assert_eq!(upper_bounds, &[0.1, 0.3]);
    assert_eq!(counts.iter().sum::<f64>(), 55.0);
    assert!((4.0..7.0).contains(sum), "{sum}");
    assert_eq!(of(&found, REQUESTS)[10].stable, Reading::value(110.0));
}

#[tokio::test]
async fn asking_often_gives_the_same_looks_as_asking_once_each_time_once() {
    for every in [1, 5, 15, 30] {
        let (often, _) = few_pods(every).telemetry();
        let mut pieces: Vec<Look> = Vec::new();
        let mut after = 100;
        for until in (103..=400).step_by(3) {
            let found = looks(&often, &signals(), after, until).await;
            let new = of(&found, ERRORS);
            if let Some(last) = new.last() {
                after = (last.at_ms - START) / 1000;
            }
            pieces.extend_from_slice(new);
        }
        let times: BTreeSet<i64> = pieces.iter().map(|look| look.at_ms).collect();
        assert_eq!(times.len(), pieces.len(), "every {every} s");
        let (once, _) = few_pods(every).telemetry();
        let whole = looks(&once, &signals(), 100, 400).await;
        if every >= 5 {
            assert_eq!(pieces, of(&whole, ERRORS), "every {every} s");
        } else {
            // Of what is past there are fewer and longer looks.
            let sums = |looks: &[Look]| {
                (
                    totals(looks, |look| &look.stable),
                    totals(looks, |look| &look.canary),
                )
            };
            assert_eq!(sums(&pieces), sums(of(&whole, ERRORS)));
            assert!(of(&whole, ERRORS).len() < pieces.len() / 3);
        }
    }
}

#[tokio::test]
async fn with_a_slow_scrape_interval_the_grid_is_as_slow_so_that_both_arms_are_in_every_look() {
    let (telemetry, _) = Scenario::new()
        .client_pod(STABLE, "s0", (10.0, 0.0), 30, 1, 600)
        .client_pod(CANARY, "c0", (10.0, 0.0), 30, 17, 600)
        .telemetry();
    let found = looks(&telemetry, &signals(), 100, 400).await;
    let errors = of(&found, ERRORS);
    assert_eq!(errors[1].at_ms - errors[0].at_ms, 30_000);
    // The first look is only as long as it takes to the grid.
    assert!(
        errors[1..]
            .iter()
            .all(|look| !look.stable.is_no_data() && !look.canary.is_no_data())
    );
}

#[tokio::test]
async fn without_the_label_pods_are_told_by_their_names() {
    let (telemetry, _) = Scenario::new()
        .without_hash_label()
        .client_pod(STABLE, "s0abc", (10.0, 0.0), 5, 0, 600)
        .client_pod(CANARY, "c0abc", (10.0, 2.0), 5, 0, 600)
        .telemetry();
    let found = looks(&telemetry, &signals(), 100, 200).await;
    let (total, bad) = totals(of(&found, ERRORS), |look| &look.canary);
    assert_eq!(bad * 6.0, total);
    assert_eq!(totals(of(&found, ERRORS), |look| &look.stable).1, 0.0);
    let detected = telemetry.detected(&workload()).unwrap();
    assert_eq!(detected.labels.template_hash, None);
}

#[tokio::test]
async fn every_label_convention_is_found() {
    for (namespace, pod) in [
        ("namespace", "pod"),
        ("exported_namespace", "exported_pod"),
        ("kubernetes_namespace", "kubernetes_pod_name"),
        ("k8s_namespace_name", "k8s_pod_name"),
    ] {
        let (telemetry, _) = Scenario::new()
            .labels_renamed(namespace, pod)
            .client_pod(CANARY, "c0", (10.0, 0.0), 5, 0, 600)
            .telemetry();
        let found = looks(&telemetry, &signals(), 100, 200).await;
        assert!(totals(of(&found, ERRORS), |look| &look.canary).0 > 0.0, "{pod}");
    }
}

#[tokio::test]
async fn opentelemetry_is_found_first_and_older_milliseconds_become_seconds() {
    let pod = |scenario: Scenario, metric: &str, status: &str, bound: &str| {
        let samples: Vec<(i64, f64)> = (0..100).map(|n| (n * 5, (n * 10) as f64)).collect();
        let labels = [(status, "503"), ("le", bound)];
        scenario
            .series(&format!("{metric}_count"), CANARY, "c0", &labels[..1], &samples)
            .series(&format!("{metric}_bucket"), CANARY, "c0", &labels, &samples)
            .series(
                &format!("{metric}_bucket"),
                CANARY,
                "c0",
                &[(status, "503"), ("le", "+Inf")],
                &samples,
            )
    };
    let older = "http_server_duration_milliseconds";
    let newer = "http_server_request_duration_seconds";
    let client = || Scenario::new().client_pod(CANARY, "c0", (1.0, 0.0), 5, 0, 600);

    let (telemetry, _) = pod(client(), older, "http_status_code", "250").telemetry();
    let found = looks(&telemetry, &signals(), 100, 200).await;
    assert_eq!(
        telemetry.detected(&workload()).unwrap().preset,
        Preset::OpenTelemetryMilliseconds
    );
    let Reading::Histogram { upper_bounds, .. } = &of(&found, LATENCY_P95)[3].canary else {
        panic!("no histogram");
    };
    assert_eq!(upper_bounds, &[0.25]);
    assert_eq!(of(&found, ERRORS)[3].canary, Reading::ratio(10.0, 10.0));

    let both = pod(
        pod(client(), older, "http_status_code", "250"),
        newer,
        "http_response_status_code",
        "0.25",
    );
    let (telemetry, _) = both.telemetry();
    looks(&telemetry, &signals(), 100, 200).await;
    assert_eq!(
        telemetry.detected(&workload()).unwrap().preset,
        Preset::OpenTelemetry
    );
}

#[tokio::test]
async fn the_status_may_be_under_other_names() {
    for label in ["code", "status", "status_code"] {
        let samples: Vec<(i64, f64)> = (0..100).map(|n| (n * 5, (n * 10) as f64)).collect();
        let (telemetry, _) = Scenario::new()
            .series("http_requests_total", CANARY, "c0", &[(label, "5xx")], &samples)
            .series("http_requests_total", CANARY, "c0", &[(label, "2xx")], &samples)
            .telemetry();
        let found = looks(&telemetry, &signals(), 100, 200).await;
        assert_eq!(
            of(&found, ERRORS)[3].canary,
            Reading::ratio(20.0, 10.0),
            "{label}"
        );
    }
}

#[tokio::test]
async fn no_series_is_no_data_at_every_time_and_no_error() {
    let (telemetry, _) = Scenario::new().telemetry();
    let found = looks(&telemetry, &signals(), 100, 200).await;
    assert_eq!(found.len(), signals().len());
    for of_signal in &found {
        // The last 15 seconds may still come.
        assert_eq!(of_signal.looks.len(), 17, "{}", of_signal.signal);
        assert!(
            of_signal
                .looks
                .iter()
                .all(|look| look.stable.is_no_data() && look.canary.is_no_data())
        );
    }
    let problems = telemetry.problems(&workload());
    assert!(
        problems
            .iter()
            .all(|problem| problem.error.code() == "telemetry-no-query")
    );
    assert_eq!(problems.len(), signals().len());
}

#[tokio::test]
async fn metrics_that_come_with_the_first_request_are_found_then() {
    let (telemetry, fake) = Scenario::new().telemetry();
    looks(&telemetry, &signals(), 100, 120).await;
    fake.change(|_| Scenario::new().client_pod(CANARY, "c0", (10.0, 0.0), 5, 0, 600));
    let found = looks(&telemetry, &signals(), 120, 300).await;
    assert!(totals(of(&found, ERRORS), |look| &look.canary).0 > 0.0);
}

#[tokio::test]
async fn an_arm_without_pods_has_no_data_and_is_not_asked_for() {
    let (telemetry, fake) = both_arms(5).telemetry();
    let mut only_stable = scope();
    only_stable.canary.clear();
    let found = telemetry
        .looks(&only_stable, &signals(), at(100), at(200))
        .await
        .unwrap();
    assert!(
        of(&found, ERRORS)
            .iter()
            .all(|look| look.canary.is_no_data() && !look.stable.is_no_data())
    );
    assert!(fake.queries().iter().all(|query| !query.contains(CANARY)));
    only_stable.stable.clear();
    let found = telemetry
        .looks(&only_stable, &signals(), at(200), at(300))
        .await
        .unwrap();
    assert!(of(&found, ERRORS).iter().all(|look| look.stable.is_no_data()));
}

#[tokio::test]
async fn a_pod_that_restarts_loses_only_what_it_counted_before_its_first_scrape() {
    let samples: Vec<(i64, f64)> = (0..40)
        .map(|n| {
            (
                n * 5,
                if n < 25 {
                    1_000.0 + 50.0 * n as f64
                } else {
                    20.0 + 50.0 * (n - 25) as f64
                },
            )
        })
        .collect();
    let (telemetry, _) = Scenario::new()
        .series("http_requests_total", CANARY, "c0", &[("code", "200")], &samples)
        .telemetry();
    let found = looks(&telemetry, &signals(), 50, 190).await;
    let requests: Vec<f64> = of(&found, ERRORS)
        .iter()
        .filter_map(|look| match look.canary {
            Reading::Ratio { total, .. } => Some(total),
            _ => None,
        })
        .collect();
    assert!(requests.iter().all(|n| *n == 50.0 || *n == 20.0), "{requests:?}");
    assert_eq!(requests.iter().filter(|n| **n == 20.0).count(), 1);
}

#[tokio::test]
async fn restarts_are_counted_per_pod_and_second() {
    let zero: Vec<(i64, f64)> = (0..60).map(|n| (n * 10, 0.0)).collect();
    let crashing: Vec<(i64, f64)> = (0..60).map(|n| (n * 10, (n / 10) as f64)).collect();
    let name = "kube_pod_container_status_restarts_total";
    let (telemetry, _) = both_arms(5)
        .without_hash_label()
        .series(name, STABLE, "s0", &[("container", "app")], &zero)
        .series(name, CANARY, "c0", &[("container", "app")], &crashing)
        .telemetry();
    let offered = telemetry.signals_for(&workload()).await.unwrap();
    assert!(offered.iter().any(|signal| signal.id == RESTARTS));
    let found = looks(
        &telemetry,
        &[signals(), vec![restarts_signal()]].concat(),
        100,
        400,
    )
    .await;
    let (events, exposure) =
        of(&found, RESTARTS)
            .iter()
            .fold((0.0, 0.0), |(sum, time), look| match look.canary {
                Reading::Count { events, exposure } => (sum + events, time + exposure),
                _ => (sum, time),
            });
    assert_eq!((events, exposure), (2.0, 290.0));
}

#[tokio::test]
async fn queries_of_the_users_come_before_the_presets_and_are_asked_for_each_arm() {
    let samples: Vec<(i64, f64)> = (0..100).map(|n| (n * 5, (n * 10) as f64)).collect();
    let own = SignalQuery::Ratio {
        total: "orders_total{namespace=\"{{namespace}}\",pod=~\"{{arm_pods}}\"}".into(),
        bad: "orders_total{namespace=\"{{namespace}}\",pod=~\"{{arm_pods}}\",result=\"lost\"}".into(),
    };
    let (telemetry, _) = both_arms(5)
        .series("orders_total", CANARY, "c0", &[("result", "lost")], &samples)
        .series("orders_total", STABLE, "s0", &[("result", "kept")], &samples)
        .telemetry_with(|source| source.query(ERRORS, own));
    let found = looks(&telemetry, &signals(), 100, 200).await;
    assert_eq!(of(&found, ERRORS)[3].canary, Reading::ratio(10.0, 10.0));
    assert_eq!(of(&found, ERRORS)[3].stable, Reading::ratio(10.0, 0.0));
    assert!(!of(&found, LATENCY_P95)[3].stable.is_no_data());
}

#[tokio::test]
async fn a_query_of_the_wrong_kind_is_named_and_the_others_go_on() {
    let own = SignalQuery::Speed { events: "up".into() };
    let (telemetry, _) = both_arms(5).telemetry_with(|source| source.query(ERRORS, own));
    let found = looks(&telemetry, &signals(), 100, 200).await;
    assert!(of(&found, ERRORS).iter().all(|look| look.canary.is_no_data()));
    assert!(
        of(&found, LATENCY_P95)
            .iter()
            .all(|look| !look.canary.is_no_data())
    );
    let problems = telemetry.problems(&workload());
    assert_eq!((problems.len(), problems[0].signal.as_str()), (1, ERRORS));
    assert_eq!(problems[0].error.code(), "telemetry-wrong-kind");
}

#[tokio::test]
async fn values_that_are_no_numbers_are_no_data() {
    let odd: Vec<(i64, f64)> = (0..100)
        .map(|n| (n * 5, if n % 2 == 0 { f64::NAN } else { f64::INFINITY }))
        .collect();
    let (telemetry, _) = Scenario::new()
        .series("http_requests_total", CANARY, "c0", &[("code", "200")], &odd)
        .telemetry();
    let found = looks(&telemetry, &signals(), 100, 200).await;
    assert!(of(&found, ERRORS).iter().all(|look| look.canary.is_no_data()));
}

#[tokio::test]
async fn one_question_asks_each_selector_once() {
    let (telemetry, fake) = both_arms(5).telemetry();
    looks(&telemetry, &signals(), 100, 200).await;
    fake.queries();
    looks(&telemetry, &signals(), 200, 205).await;
    let queries = fake.queries();
    // All requests, failed ones, buckets, sums.
    assert_eq!(queries.len(), 4, "{queries:#?}");
}

#[tokio::test]
async fn only_signals_that_the_application_can_feed_are_offered() {
    let offered = async |scenario: Scenario| -> Vec<String> {
        let (telemetry, _) = scenario.telemetry();
        let signals = telemetry.signals_for(&workload()).await.unwrap();
        signals.into_iter().map(|signal| signal.id).collect()
    };
    let counted: Vec<(i64, f64)> = (0..100).map(|n| (n * 5, n as f64)).collect();
    let requests = |labels: &[(&str, &str)]| {
        Scenario::new().series("http_requests_total", CANARY, "c0", labels, &counted)
    };
    assert_eq!(offered(Scenario::new()).await, Vec::<String>::new());
    assert_eq!(offered(requests(&[])).await, [REQUESTS]);
    assert_eq!(offered(requests(&[("code", "200")])).await, [ERRORS, REQUESTS]);
    assert_eq!(offered(few_pods(5)).await.len(), signals().len());
}

#[tokio::test]
async fn an_earlier_day_is_what_the_whole_workload_showed_at_these_hours_whichever_version_ran() {
    let (telemetry, _) = both_arms(5).telemetry();
    // What is known of the labels comes from looking at the release itself.
    looks(&telemetry, &signals(), 100, 400).await;
    let next_day = |seconds| Timestamp(at(seconds).0 + 86_400_000);
    let earlier = telemetry
        .earlier(&scope().workload, &signals(), next_day(90), next_day(510))
        .await
        .unwrap();
    let errors = of(&earlier, ERRORS);
    assert!(
        !errors.is_empty() && errors.len() <= 8,
        "one a minute: {}",
        errors.len()
    );
    assert!(errors.iter().all(|look| look.canary.is_no_data()));
    assert!(
        errors
            .iter()
            .all(|look| at(90).0 < look.at_ms && look.at_ms <= at(510).0)
    );
    // Eleven pods and one, at ten requests a second and eleven of which one fails.
    let (total, bad) = totals(errors, |look| &look.stable);
    assert!(bad > 0.0 && (total / bad - 121.0).abs() < 1.0, "{total} {bad}");
    let before_anything = telemetry
        .earlier(&scope().workload, &signals(), at(90), at(510))
        .await
        .unwrap();
    assert!(before_anything.iter().all(|of| of.looks.is_empty()));
}
