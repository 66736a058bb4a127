//! The times at which looks end: the same for both arms and for all signals of one question.

/// The finest grid, in milliseconds.
const FINEST_MS: i64 = 1_000;
/// The usual grid, in milliseconds: that of a source whose scrapes are not known, of values that the source works out itself,
/// and of what is past.
pub(crate) const STEP_MS: i64 = 5_000;
/// The coarsest grid, in milliseconds: sources that are asked less often than this are not followed.
const MOST_STEP_MS: i64 = 120_000;
/// How far back the grid is finer than usual, in milliseconds: looks at what is past come too late to be quick, and each is kept.
const FINE_SPAN_MS: i64 = 30_000;
/// Looks that one question gives at most; of a longer time only the newest part is looked at.
pub(crate) const MOST_LOOKS: i64 = 720;

/// The step for a scrape interval: a whole number of seconds, from the usual step on of usual steps, and never shorter than the
/// interval, because in a shorter one the scrapes of the two arms would hardly ever meet. A fiftieth is allowed for jitter.
pub(crate) fn step_ms(scrape_interval_ms: Option<i64>) -> i64 {
    let interval = scrape_interval_ms.unwrap_or(STEP_MS);
    let least = interval - interval / 50;
    let unit = if least > STEP_MS { STEP_MS } else { FINEST_MS };
    let steps = (least + unit - 1).div_euclid(unit);
    (steps * unit).clamp(FINEST_MS, MOST_STEP_MS)
}

/// How far the samples of a source reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The newest sample of any process.
    pub(crate) newest_ms: Option<i64>,
    /// No process that is still scraped is expected to have another sample up to this time.
    pub(crate) whole_ms: Option<i64>,
}

/// How long to wait before a time is final, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    /// If all samples are there that are expected: series that nobody knew may come with the last of them.
    pub(crate) whole_ms: i64,
    /// If newer samples have come, but not of every process: a scrape takes a moment before it can be asked for.
    pub(crate) settle_ms: i64,
    /// If none have: the source's clock may be behind, or it has stopped.
    pub(crate) missing_ms: i64,
}

impl Patience {
    /// For scrapes at this interval: `settle_ms` and `missing_ms` at the most.
    pub(crate) fn with(interval_ms: Option<i64>, settle_ms: i64, missing_ms: i64) -> Patience {
        let whole_ms = interval_ms.map_or(settle_ms, |interval| {
            (interval / WHOLE_PART).max(LEAST_WHOLE_MS).min(settle_ms)
        });
        Patience {
            whole_ms,
            settle_ms,
            missing_ms,
        }
    }

    /// When a time of the grid after `last_ms` is expected to be final: the first that is not past already.
    pub(crate) fn expected_ms(self, last_ms: i64, step_ms: i64, now_ms: i64) -> i64 {
        let next = (last_ms.div_euclid(step_ms) + 1) * step_ms;
        let missed = (now_ms - self.whole_ms - next).div_euclid(step_ms) + 1;
        next + missed.max(0) * step_ms + self.whole_ms
    }
}

/// The part of a scrape interval that is waited for after a time.
const WHOLE_PART: i64 = 4;
/// The least of it, in milliseconds: longer than a scrape usually takes.
const LEAST_WHOLE_MS: i64 = 250;

/// Grid times in `after_ms < t ≤ until_ms` that are final: all samples have come, or have been waited for. A step finer than
/// usual is taken only for the last half minute.
pub(crate) fn times(
    after_ms: i64,
    until_ms: i64,
    step_ms: i64,
    reach: Reach,
    patience: Patience,
) -> Vec<i64> {
    let until =
        |reached: Option<i64>, wait: i64| reached.unwrap_or(i64::MIN).min(until_ms.saturating_sub(wait));
    let given_up = until_ms.saturating_sub(patience.missing_ms);
    let last = until(reach.newest_ms, patience.settle_ms)
        .max(until(reach.whole_ms, patience.whole_ms))
        .max(given_up)
        .min(until_ms);
    let usual = step_ms.max(STEP_MS);
    let fine_from = if step_ms < usual {
        (until_ms.saturating_sub(FINE_SPAN_MS)).div_euclid(usual) * usual
    } else {
        last
    };
    let mut times = on_grid(after_ms, last.min(fine_from), usual);
    if step_ms < usual {
        times.extend(on_grid(after_ms.max(fine_from), last, step_ms));
    }
    times
}

/// The newest multiples of a step with `after_ms < t ≤ last_ms`.
fn on_grid(after_ms: i64, last_ms: i64, step_ms: i64) -> Vec<i64> {
    let first = (after_ms.div_euclid(step_ms) + 1) * step_ms;
    let first = first.max((last_ms.div_euclid(step_ms) - MOST_LOOKS + 1) * step_ms);
    let count = if last_ms < first {
        0
    } else {
        (last_ms - first) / step_ms + 1
    };
    (0..count).map(|n| first + n * step_ms).collect()
}

/// The place in `times` of the look that a sample at `at_ms` belongs to: the first one that does not end before it.
pub(crate) fn place(times: &[i64], after_ms: i64, at_ms: i64) -> Option<usize> {
    if at_ms <= after_ms {
        return None;
    }
    let place = times.partition_point(|end| *end < at_ms);
    (place < times.len()).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PATIENCE: Patience = Patience {
        whole_ms: 250,
        settle_ms: 2_000,
        missing_ms: 15_000,
    };

    fn newest(newest_ms: Option<i64>) -> Reach {
        Reach {
            newest_ms,
            whole_ms: None,
        }
    }

    #[test]
    fn the_step_is_never_shorter_than_the_scrape_interval() {
        for (interval, expected) in [
            (None, 5_000),
            (Some(200), 1_000),
            (Some(1_000), 1_000),
            (Some(1_015), 1_000),
            (Some(1_500), 2_000),
            (Some(3_000), 3_000),
            (Some(4_500), 5_000),
            (Some(5_040), 5_000),
            (Some(15_000), 15_000),
            (Some(14_980), 15_000),
            (Some(30_000), 30_000),
            (Some(60_010), 60_000),
            (Some(3_600_000), 120_000),
        ] {
            assert_eq!(step_ms(interval), expected, "{interval:?}");
        }
    }

    #[test]
    fn a_time_is_final_when_newer_samples_came_or_were_waited_for_in_vain() {
        let times = |of| super::times(100_000, 122_000, 5_000, newest(of), PATIENCE);
        assert_eq!(times(Some(121_000)), [105_000, 110_000, 115_000, 120_000]);
        assert_eq!(times(Some(112_000)), [105_000, 110_000]);
        assert_eq!(times(Some(90_000)), [105_000]);
        assert_eq!(times(None), [105_000]);
    }

    #[test]
    fn a_time_at_which_all_samples_are_there_is_final_sooner() {
        let times = |whole_ms, until_ms| {
            let reach = Reach {
                newest_ms: Some(until_ms),
                whole_ms: Some(whole_ms),
            };
            super::times(119_000, until_ms, 1_000, reach, PATIENCE)
        };
        assert_eq!(times(121_900, 121_300), [120_000, 121_000]);
        assert_eq!(
            times(121_900, 121_200),
            [120_000],
            "series nobody knew may be late"
        );
        assert_eq!(
            times(120_900, 121_300),
            [120_000],
            "one process may have another sample"
        );
        assert_eq!(
            times(110_000, 122_000),
            [120_000],
            "a process that stays away is not waited for longer"
        );
    }

    #[test]
    fn what_is_past_is_looked_at_as_coarsely_as_usual() {
        let until = 200_300;
        let reach = Reach {
            newest_ms: Some(until),
            whole_ms: Some(until + 700),
        };
        let times = super::times(150_000, until, 1_000, reach, PATIENCE);
        let coarse = [155_000, 160_000, 165_000, 170_000];
        let fine = (171..=200).map(|second| second * 1_000);
        assert_eq!(times, coarse.into_iter().chain(fine).collect::<Vec<_>>());
    }

    #[test]
    fn the_next_look_is_expected_soon_after_its_time_and_never_in_the_past() {
        assert_eq!(PATIENCE.expected_ms(100_000, 1_000, 100_300), 101_250);
        assert_eq!(PATIENCE.expected_ms(100_000, 1_000, 101_249), 101_250);
        assert_eq!(PATIENCE.expected_ms(100_000, 1_000, 101_250), 102_250);
        assert_eq!(PATIENCE.expected_ms(100_000, 5_000, 131_000), 135_250);
        let of = |interval| Patience::with(Some(interval), 2_000, 15_000).whole_ms;
        assert_eq!(
            [of(200), of(1_000), of(5_000), of(30_000)],
            [250, 250, 1_250, 2_000]
        );
        assert_eq!(Patience::with(None, 2_000, 15_000).whole_ms, 2_000);
    }

    proptest! {
        #[test]
        fn questions_in_any_rhythm_give_every_time_once(
            start in 1_000_000i64..2_000_000,
            strides in proptest::collection::vec(1i64..40_000, 1..20),
        ) {
            let mut after = start;
            let mut until = start;
            let mut found = Vec::new();
            for stride in strides {
                until += stride;
                let times = times(after, until, 5_000, newest(Some(until)), PATIENCE);
                prop_assert!(times.iter().all(|t| after < *t && *t <= until));
                after = times.last().copied().unwrap_or(after);
                found.extend(times);
            }
            let expected = super::times(start, until, 5_000, newest(Some(until)), PATIENCE);
            prop_assert_eq!(found, expected);
        }
    }
}
