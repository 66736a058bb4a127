//! From counters as they were scraped to what was counted between scrapes.
//!
//! Prometheus' own `rate` and `increase` extrapolate to the edges of the window, which makes counts that nobody made. Here
//! the difference of two neighbouring scrapes belongs to the moment of the later one, whole.

use std::collections::{BTreeMap, BTreeSet};

/// One counter of one process, as scraped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Counter<K> {
    /// Names the process: counters of one process are reset together.
    pub(crate) process: String,
    /// What the counter counts; several counters may count the same (other methods, other paths).
    pub(crate) class: K,
    /// Milliseconds and value; any order, times may repeat.
    pub(crate) samples: Vec<(i64, f64)>,
}

/// What was counted between two neighbouring scrapes of a process.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Increase<K> {
    /// The process.
    pub(crate) process: String,
    /// The later scrape.
    pub(crate) at_ms: i64,
    /// The earlier scrape.
    pub(crate) since_ms: i64,
    /// What was counted, by class. A class that is not here was not scraped.
    pub(crate) by: BTreeMap<K, f64>,
}

/// The increases of all processes, in the order of processes and times.
///
/// - The first scrape of a process is where counting begins.
/// - If any counter of a process went down, the process started anew, and all its counters began at 0.
/// - A counter that appears in a process which was scraped before began at 0: client libraries make a counter when its
///   labels first occur, and the first error must not be lost.
/// - A scrape that is missing adds its part to the next one.
pub(crate) fn increases<K: Ord + Clone>(counters: &[Counter<K>]) -> Vec<Increase<K>> {
    let mut processes: BTreeMap<&str, Vec<&Counter<K>>> = BTreeMap::new();
    for counter in counters {
        processes.entry(&counter.process).or_default().push(counter);
    }
    processes
        .into_iter()
        .flat_map(|(process, counters)| of_process(process, &counters))
        .collect()
}

fn of_process<K: Ord + Clone>(process: &str, counters: &[&Counter<K>]) -> Vec<Increase<K>> {
    let mut scrapes: BTreeMap<i64, BTreeMap<usize, f64>> = BTreeMap::new();
    for (index, counter) in counters.iter().enumerate() {
        for (at, value) in &counter.samples {
            if value.is_finite() && *value >= 0.0 {
                scrapes.entry(*at).or_default().insert(index, *value);
            }
        }
    }
    let settled = scrapes.keys().next().map_or(i64::MAX, |first| {
        first + gaps(counters).first().map_or(0, |shortest| shortest / 2)
    });
    // Value and time of each counter's newest sample.
    let mut last: BTreeMap<usize, (f64, i64)> = BTreeMap::new();
    let mut found = Vec::new();
    let mut before: Option<i64> = None;
    for (at, values) in scrapes {
        let went_down = |index: &usize, value: &f64| last.get(index).is_some_and(|(last, _)| value < last);
        // A counter that was away since may have gone down at an earlier scrape; that says nothing about the others now.
        let was_reset = values.iter().any(|(index, value)| {
            went_down(index, value) && last.get(index).map(|(_, seen)| *seen) == before
        });
        let alone: BTreeSet<usize> = values
            .iter()
            .filter(|(index, value)| went_down(index, value))
            .map(|(index, _)| *index)
            .collect();
        if was_reset {
            last.values_mut().for_each(|(value, _)| *value = 0.0);
        }
        for index in alone {
            last.insert(index, (0.0, at));
        }
        let mut by: BTreeMap<K, f64> = BTreeMap::new();
        for (index, value) in &values {
            let begins = match last.get(index) {
                Some((last, _)) => Some(*last),
                // A process whose counters come with times of their own has its first scrape over some time.
                None if before.is_some() && (at > settled || was_reset) => Some(0.0),
                None => None,
            };
            if let (Some(begins), Some(counter)) = (begins, counters.get(*index)) {
                *by.entry(counter.class.clone()).or_insert(0.0) += value - begins;
            }
        }
        if let (Some(since_ms), false) = (before, by.is_empty()) {
            found.push(Increase {
                process: process.to_owned(),
                at_ms: at,
                since_ms,
                by,
            });
        }
        last.extend(values.into_iter().map(|(index, value)| (index, (value, at))));
        before = Some(at);
    }
    found
}

/// The times between neighbouring samples of the same counter, in milliseconds, the shortest first.
fn gaps<K>(counters: &[&Counter<K>]) -> Vec<i64> {
    let mut gaps: Vec<i64> = Vec::new();
    for counter in counters {
        let times: BTreeSet<i64> = counter.samples.iter().map(|(at, _)| *at).collect();
        gaps.extend(times.iter().zip(times.iter().skip(1)).map(|(a, b)| b - a));
    }
    gaps.sort_unstable();
    gaps
}

/// The median time between neighbouring scrapes, over all processes, in milliseconds.
pub(crate) fn scrape_interval<K>(counters: &[Counter<K>]) -> Option<i64> {
    let gaps = gaps(&counters.iter().collect::<Vec<_>>());
    gaps.get(gaps.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counter(process: &str, class: &'static str, samples: &[(i64, f64)]) -> Counter<&'static str> {
        Counter {
            process: process.into(),
            class,
            samples: samples.to_vec(),
        }
    }

    fn found(counters: &[Counter<&'static str>]) -> Vec<(i64, Vec<(&'static str, f64)>)> {
        increases(counters)
            .into_iter()
            .map(|increase| (increase.at_ms, increase.by.into_iter().collect()))
            .collect()
    }

    #[test]
    fn counting_begins_at_the_first_scrape() {
        let counters = [counter(
            "a",
            "all",
            &[(0, 900.0), (5_000, 910.0), (10_000, 910.0)],
        )];
        assert_eq!(
            found(&counters),
            [(5_000, vec![("all", 10.0)]), (10_000, vec![("all", 0.0)])]
        );
    }

    #[test]
    fn a_restart_resets_every_counter_of_the_process_also_one_that_is_already_higher_again() {
        let counters = [
            counter("a", "all", &[(0, 500.0), (5_000, 600.0), (10_000, 130.0)]),
            counter("a", "fast", &[(0, 100.0), (5_000, 110.0), (10_000, 120.0)]),
        ];
        assert_eq!(
            found(&counters)[1],
            (10_000, vec![("all", 130.0), ("fast", 120.0)])
        );
    }

    #[test]
    fn the_first_error_of_a_running_process_counts() {
        let counters = [
            counter("a", "good", &[(0, 10.0), (5_000, 20.0), (10_000, 30.0)]),
            counter("a", "bad", &[(10_000, 3.0)]),
        ];
        assert_eq!(found(&counters)[1], (10_000, vec![("bad", 3.0), ("good", 10.0)]));
    }

    #[test]
    fn counters_that_are_scraped_at_times_of_their_own_do_not_begin_at_zero() {
        let counters = [
            counter("a", "good", &[(0, 1_000.0), (5_000, 1_010.0)]),
            counter("a", "bad", &[(40, 77.0), (5_040, 78.0)]),
        ];
        let total: f64 = found(&counters)
            .iter()
            .flat_map(|(_, by)| by)
            .map(|(_, n)| n)
            .sum();
        assert_eq!(total, 11.0);
    }

    #[test]
    fn what_is_no_number_is_as_if_it_was_not_scraped() {
        let counters = [counter(
            "a",
            "all",
            &[(0, 10.0), (5_000, f64::NAN), (10_000, -3.0), (15_000, 16.0)],
        )];
        assert_eq!(found(&counters), [(15_000, vec![("all", 6.0)])]);
    }

    /// What a process did between two scrapes.
    #[derive(Debug, Clone)]
    struct Tick {
        good: u32,
        bad: u32,
        restarts: bool,
        scraped: bool,
        twice: bool,
    }

    fn ticks() -> impl Strategy<Value = Vec<Tick>> {
        let tick = (0..1_000u32, 0..10u32, 0..8u8, 0..4u8, any::<bool>());
        proptest::collection::vec(tick, 1..30).prop_map(|ticks| {
            ticks
                .into_iter()
                .map(|(good, bad, restart, scrape, twice)| Tick {
                    good,
                    bad,
                    restarts: restart == 0,
                    scraped: scrape != 0,
                    twice,
                })
                .collect()
        })
    }

    /// The counters of a process with these ticks, and what it truly counted after its first scrape.
    fn scraped(name: &str, ticks: &[Tick]) -> (Vec<Counter<&'static str>>, f64) {
        let (mut good, mut bad, mut truth) = (0.0, 0.0, 0.0);
        let mut counters = [counter(name, "good", &[]), counter(name, "bad", &[])];
        let mut began = false;
        for (n, tick) in ticks.iter().enumerate() {
            if tick.restarts {
                (good, bad) = (0.0, 0.0);
            }
            good += f64::from(tick.good);
            bad += f64::from(tick.bad);
            if began {
                truth += f64::from(tick.good + tick.bad);
            }
            if tick.scraped {
                began = true;
                for _ in 0..=usize::from(tick.twice) {
                    let at = i64::try_from(n).unwrap() * 5_000;
                    counters[0].samples.push((at, good));
                    // The client library makes this counter with the first error.
                    if bad > 0.0 {
                        counters[1].samples.push((at, bad));
                    }
                }
            }
        }
        (counters.to_vec(), truth)
    }

    fn total(counters: &[Counter<&'static str>]) -> f64 {
        increases(counters)
            .iter()
            .flat_map(|increase| increase.by.values())
            .sum()
    }

    proptest! {
        #[test]
        fn nothing_is_ever_negative_or_counted_that_did_not_happen(ticks in ticks()) {
            let (counters, truth) = scraped("a", &ticks);
            for increase in increases(&counters) {
                prop_assert!(increase.by.values().all(|n| *n >= 0.0));
                prop_assert!(increase.since_ms < increase.at_ms);
            }
            prop_assert!(total(&counters) <= truth);
        }

        #[test]
        fn without_restarts_nothing_is_lost_to_missing_scrapes_duplicates_or_order(
            ticks in ticks(),
            shuffle in any::<u64>(),
        ) {
            let mut ticks: Vec<Tick> = ticks
                .into_iter()
                .map(|tick| Tick { restarts: false, ..tick })
                .collect();
            if let Some(last) = ticks.last_mut() {
                last.scraped = true;
            }
            let (mut counters, truth) = scraped("a", &ticks);
            for counter in &mut counters {
                let length = counter.samples.len().max(1);
                counter.samples.rotate_left(usize::try_from(shuffle).unwrap_or(0) % length);
            }
            prop_assert_eq!(total(&counters), truth);
        }

        #[test]
        fn processes_do_not_disturb_each_other(one in ticks(), other in ticks()) {
            let (mut both, _) = scraped("a", &one);
            let alone = total(&both) + total(&scraped("b", &other).0);
            both.extend(scraped("b", &other).0);
            prop_assert_eq!(total(&both), alone);
        }
    }
}
