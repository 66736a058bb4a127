//! From increases to readings on the grid.

use crate::answer::{Labels, Series};
use crate::counter::{Counter, Increase, increases, scrape_interval};
use crate::grid::{Reach, place};
use judge::{Quality, Reading};
use std::collections::BTreeMap;

/// Labels that together name a process that is scraped.
const PROCESS: [&str; 12] = [
    "job",
    "instance",
    "container",
    "namespace",
    "pod",
    "exported_namespace",
    "exported_pod",
    "kubernetes_namespace",
    "kubernetes_pod_name",
    "kubernetes_pod",
    "k8s_pod_name",
    "service_instance_id",
];

/// What a counter counts. Bounds are ordered by their bits, which for positive numbers is the order of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Everything, or events.
    All,
    /// What was bad.
    Bad,
    /// Observations up to a bound.
    UpTo(u64),
    /// The sum of all observations.
    Sum,
}

/// One arm's counters of one signal.
pub(crate) type Counters = Vec<Counter<Class>>;

/// Nothing is counted that was there before a time.
pub(crate) fn begin_at(counters: &mut Counters, from_ms: i64) {
    for counter in counters {
        counter.samples.retain(|(at, _)| *at >= from_ms);
    }
}

fn process(labels: &Labels) -> String {
    let named: Vec<&str> = PROCESS
        .iter()
        .filter_map(|name| labels.get(*name).map(String::as_str))
        .collect();
    if named.is_empty() {
        // Nothing tells the process: then every series is its own.
        return format!("{labels:?}");
    }
    named.join("\u{1f}")
}

/// Series that count all the same.
pub(crate) fn of_class(series: &[Series], class: Class) -> Counters {
    series
        .iter()
        .map(|one| Counter {
            process: process(&one.labels),
            class,
            samples: one.samples.clone(),
        })
        .collect()
}

/// Series of buckets, by their bound. A series without a bound that can be read is left out.
pub(crate) fn of_buckets(series: &[Series]) -> Counters {
    series
        .iter()
        .filter_map(|one| {
            let bound: f64 = one.labels.get("le")?.parse().ok()?;
            // Counts below zero seconds have no meaning, and a bound of −0 would be out of order.
            (bound > 0.0).then(|| Counter {
                process: process(&one.labels),
                class: Class::UpTo(bound.to_bits()),
                samples: one.samples.clone(),
            })
        })
        .collect()
}

/// What a label of a prediction says, if it can be read.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "positive" => Some(true),
        "false" | "0" | "no" | "negative" => Some(false),
        _ => None,
    }
}

/// Series of predictions with their truth, as all and bad ones of what is asked. A series that does not say both is left out.
pub(crate) fn of_labelled(series: &[Series], quality: Quality) -> Counters {
    let says = |one: &Series, label: &str| yes_or_no(one.labels.get(label)?);
    let mut counters = Vec::new();
    for one in series {
        let (Some(said), Some(was)) = (says(one, "predicted"), says(one, "actual")) else {
            continue;
        };
        if quality.counts(said, was) {
            counters.extend(of_class(std::slice::from_ref(one), Class::All));
            if said != was {
                counters.extend(of_class(std::slice::from_ref(one), Class::Bad));
            }
        }
    }
    counters
}

/// How a signal's readings are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Making {
    Ratio,
    /// With the unit of the bounds in seconds.
    Histogram(f64),
    Events,
    Speed,
}

/// How far the samples reach, and how far they are apart, in milliseconds.
pub(crate) fn rhythm(counters: &[&Counters]) -> (Reach, Option<i64>) {
    let interval = counters.iter().filter_map(|of_arm| scrape_interval(of_arm)).max();
    let all = counters.iter().flat_map(|of_arm| of_arm.iter());
    let mut processes: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for counter in all {
        if let Some(newest) = counter.samples.iter().map(|(at, _)| *at).max() {
            processes.entry(&counter.process).or_default().push(newest);
        }
    }
    let newest_ms = processes.values().flatten().max().copied();
    let whole_ms = newest_ms
        .zip(interval)
        .and_then(|(newest, interval)| whole(&processes, newest, interval));
    (Reach { newest_ms, whole_ms }, interval)
}

/// Scrapes that a process or a single series may miss before it counts as gone.
const MISSED: i64 = 3;

/// Until when no sample is missing, given the newest sample of each counter by process: a scrape is whole when every counter that
/// the one before had has come, and the next one is not expected before nine tenths of the interval.
fn whole(processes: &BTreeMap<&str, Vec<i64>>, newest: i64, interval: i64) -> Option<i64> {
    let is_there = |at: &i64, newest: i64| newest - at <= MISSED * interval;
    let until = processes.values().filter_map(|of_process| {
        let last = of_process.iter().max()?;
        if !is_there(last, newest) {
            return None;
        }
        of_process.iter().filter(|at| is_there(at, *last)).min()
    });
    until.min().map(|oldest| oldest + interval - interval / 10)
}

/// The readings of one arm at every time of the grid.
pub(crate) fn readings(making: Making, counters: &Counters, times: &[i64], after_ms: i64) -> Vec<Reading> {
    let mut cells: Vec<Vec<Increase<Class>>> = vec![Vec::new(); times.len()];
    for increase in increases(counters) {
        if let Some(cell) = place(times, after_ms, increase.at_ms).and_then(|place| cells.get_mut(place)) {
            cell.push(increase);
        }
    }
    cells.iter().map(|cell| reading(making, cell)).collect()
}

fn reading(making: Making, cell: &[Increase<Class>]) -> Reading {
    if cell.is_empty() {
        return Reading::NoData;
    }
    match making {
        Making::Ratio => Reading::ratio(sum(cell, Class::All), sum(cell, Class::Bad)),
        Making::Histogram(unit) => histogram(cell, unit),
        Making::Events => Reading::count(sum(cell, Class::All), exposure_seconds(cell)),
        Making::Speed => speed(cell),
    }
}

fn sum(cell: &[Increase<Class>], class: Class) -> f64 {
    // From zero on: the sum of no numbers is -0.
    cell.iter()
        .filter_map(|increase| increase.by.get(&class))
        .fold(0.0, |sum, by| sum + by)
}

fn seconds(increase: &Increase<Class>) -> f64 {
    (increase.at_ms - increase.since_ms) as f64 / 1000.0
}

fn exposure_seconds(cell: &[Increase<Class>]) -> f64 {
    cell.iter().map(seconds).sum()
}

/// The speeds of all processes together; each over the time of its own scrapes.
fn speed(cell: &[Increase<Class>]) -> Reading {
    let mut processes: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for increase in cell {
        let (events, time) = processes.entry(&increase.process).or_default();
        *events += increase.by.get(&Class::All).copied().unwrap_or(0.0);
        *time += seconds(increase);
    }
    Reading::value(
        processes
            .values()
            .filter(|(_, time)| *time > 0.0)
            .map(|(events, time)| events / time)
            .sum(),
    )
}

/// Buckets of all processes together. Bounds that not every process has are dropped: counts up to the other bounds stay exact.
fn histogram(cell: &[Increase<Class>], unit: f64) -> Reading {
    let with_buckets = || cell.iter().filter(|increase| bounds(increase).next().is_some());
    let Some(first) = with_buckets().next() else {
        return Reading::NoData;
    };
    let shared: Vec<u64> = bounds(first)
        .filter(|bound| with_buckets().all(|increase| increase.by.contains_key(&Class::UpTo(*bound))))
        .collect();
    let buckets: Vec<(f64, f64)> = shared
        .iter()
        .map(|bound| (f64::from_bits(*bound) * unit, sum(cell, Class::UpTo(*bound))))
        .collect();
    let has_sums = with_buckets().all(|increase| increase.by.contains_key(&Class::Sum));
    let total = if has_sums {
        sum(cell, Class::Sum) * unit
    } else {
        by_middles(&buckets)
    };
    Reading::cumulative_histogram(&buckets, total)
}

fn bounds(increase: &Increase<Class>) -> impl Iterator<Item = u64> {
    increase.by.keys().filter_map(|class| match class {
        Class::UpTo(bound) => Some(*bound),
        _ => None,
    })
}

/// The sum of all observations if each lay in the middle of its bucket, and those of the last one at its lower bound.
fn by_middles(cumulative: &[(f64, f64)]) -> f64 {
    let (mut lower, mut below, mut total) = (0.0, 0.0, 0.0);
    for (upper, up_to) in cumulative {
        let middle = if upper.is_finite() {
            (lower + upper) / 2.0
        } else {
            lower
        };
        total += middle * (up_to - below);
        (lower, below) = (*upper, *up_to);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(labels: &[(&str, &str)], samples: &[(i64, f64)]) -> Series {
        Series {
            labels: labels
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            samples: samples.to_vec(),
        }
    }

    const TIMES: [i64; 3] = [5_000, 10_000, 15_000];

    #[test]
    fn a_time_without_a_scrape_is_no_data_and_one_without_requests_is_zero() {
        let all = [series(&[("pod", "a")], &[(1_000, 5.0), (6_000, 5.0)])];
        let readings = readings(Making::Ratio, &of_class(&all, Class::All), &TIMES, 0);
        assert_eq!(
            readings,
            [Reading::NoData, Reading::ratio(0.0, 0.0), Reading::NoData]
        );
    }

    #[test]
    fn predictions_and_their_truth_become_the_ratio_that_is_asked_for() {
        let one = |said: &str, was: &str, end: f64| {
            series(
                &[("pod", "a"), ("predicted", said), ("actual", was)],
                &[(0, 1.0), (4_000, 1.0 + end)],
            )
        };
        let all = [
            one("true", "true", 60.0),
            one("true", "false", 20.0),
            one("false", "true", 10.0),
            one("0", "no", 110.0),
            one("perhaps", "true", 1000.0),
        ];
        let ratio = |quality| readings(Making::Ratio, &of_labelled(&all, quality), &TIMES, 0)[0].clone();
        assert_eq!(ratio(Quality::Accuracy), Reading::ratio(200.0, 30.0));
        assert_eq!(ratio(Quality::Precision), Reading::ratio(80.0, 20.0));
        assert_eq!(ratio(Quality::Recall), Reading::ratio(70.0, 10.0));
        assert_eq!(ratio(Quality::F1), Reading::ratio(90.0, 30.0));
    }

    #[test]
    fn pods_are_summed_and_a_pod_of_two_paths_too() {
        let all = [
            series(&[("pod", "a"), ("path", "/")], &[(0, 5.0), (4_000, 15.0)]),
            series(&[("pod", "a"), ("path", "/cart")], &[(0, 1.0), (4_000, 3.0)]),
            series(&[("pod", "b")], &[(2_000, 100.0), (5_000, 130.0)]),
        ];
        let mut counters = of_class(&all, Class::All);
        counters.extend(of_class(&all[1..2], Class::Bad));
        let readings = readings(Making::Ratio, &counters, &TIMES, 0);
        assert_eq!(readings[0], Reading::ratio(42.0, 2.0));
    }

    #[test]
    fn buckets_become_a_histogram_in_seconds_with_the_bounds_that_all_pods_share() {
        let bucket = |pod: &str, le: &str, end: f64| {
            series(&[("pod", pod), ("le", le)], &[(0, 10.0), (4_000, 10.0 + end)])
        };
        let all = [
            bucket("a", "100", 5.0),
            bucket("a", "250", 7.0),
            bucket("a", "+Inf", 8.0),
            bucket("b", "100", 1.0),
            bucket("b", "+Inf", 2.0),
            bucket("b", "nonsense", 2.0),
        ];
        let mut counters = of_buckets(&all);
        for pod in ["a", "b"] {
            let sums = [series(&[("pod", pod)], &[(0, 0.0), (4_000, 600.0)])];
            counters.extend(of_class(&sums, Class::Sum));
        }
        let readings = readings(Making::Histogram(0.001), &counters, &TIMES, 0);
        assert_eq!(readings[0], Reading::histogram(vec![0.1], vec![6.0, 4.0], 1.2));
    }

    #[test]
    fn speeds_are_per_second_of_each_pods_own_scrapes() {
        let all = [
            series(&[("pod", "a")], &[(-11_000, 0.0), (4_000, 150.0)]),
            series(&[("pod", "b")], &[(0, 0.0), (5_000, 100.0)]),
        ];
        let readings = readings(Making::Speed, &of_class(&all, Class::All), &TIMES, 0);
        assert_eq!(readings[0], Reading::value(30.0));
    }

    #[test]
    fn exposure_is_pods_times_seconds() {
        let all = [
            series(&[("pod", "a")], &[(0, 0.0), (5_000, 1.0)]),
            series(&[("pod", "b")], &[(0, 0.0), (5_000, 0.0)]),
        ];
        let readings = readings(Making::Events, &of_class(&all, Class::All), &TIMES, 0);
        assert_eq!(readings[0], Reading::count(1.0, 10.0));
    }
}
