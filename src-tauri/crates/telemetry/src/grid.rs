//! The times at which looks end: the same for both arms and for all signals of one question.

/// The finest grid, in milliseconds.
pub(crate) const STEP_MS: i64 = 5_000;
/// The coarsest grid, in milliseconds: sources that are asked less often than this are not followed.
const MOST_STEP_MS: i64 = 120_000;
/// Looks that one question gives at most; of a longer time only the newest part is looked at.
pub(crate) const MOST_LOOKS: i64 = 720;

/// The step for a scrape interval: a whole number of the finest steps, and never shorter than the interval, because in a
/// shorter one the scrapes of the two arms would hardly ever meet. A fiftieth is allowed for jitter.
pub(crate) fn step_ms(scrape_interval_ms: Option<i64>) -> i64 {
    let interval = scrape_interval_ms.unwrap_or(STEP_MS);
    let steps = (interval - interval / 50 + STEP_MS - 1).div_euclid(STEP_MS);
    (steps * STEP_MS).clamp(STEP_MS, MOST_STEP_MS)
}

/// How long to wait before a time is final, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    /// If newer samples have come: a scrape takes a moment before it can be asked for.
    pub(crate) settle_ms: i64,
    /// If none have: the source's clock may be behind, or it has stopped.
    pub(crate) missing_ms: i64,
}

/// Grid times in `after_ms < t ≤ until_ms` that are final: newer samples have come, or have been waited for in vain.
pub(crate) fn times(
    after_ms: i64,
    until_ms: i64,
    step_ms: i64,
    newest_ms: Option<i64>,
    patience: Patience,
) -> Vec<i64> {
    let seen = newest_ms
        .unwrap_or(i64::MIN)
        .min(until_ms.saturating_sub(patience.settle_ms));
    let given_up = until_ms.saturating_sub(patience.missing_ms);
    let last = seen.max(given_up).min(until_ms);
    let first = (after_ms.div_euclid(step_ms) + 1) * step_ms;
    let first = first.max((last.div_euclid(step_ms) - MOST_LOOKS + 1) * step_ms);
    let count = if last < first {
        0
    } else {
        (last - first) / step_ms + 1
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
        settle_ms: 2_000,
        missing_ms: 15_000,
    };

    #[test]
    fn the_step_is_never_shorter_than_the_scrape_interval() {
        for (interval, expected) in [
            (None, 5_000),
            (Some(1_000), 5_000),
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
        let times = |newest| super::times(100_000, 122_000, 5_000, newest, PATIENCE);
        assert_eq!(times(Some(121_000)), [105_000, 110_000, 115_000, 120_000]);
        assert_eq!(times(Some(112_000)), [105_000, 110_000]);
        assert_eq!(times(Some(90_000)), [105_000]);
        assert_eq!(times(None), [105_000]);
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
                let times = times(after, until, 5_000, Some(until), PATIENCE);
                prop_assert!(times.iter().all(|t| after < *t && *t <= until));
                after = times.last().copied().unwrap_or(after);
                found.extend(times);
            }
            let expected = super::times(start, until, 5_000, Some(until), PATIENCE);
            prop_assert_eq!(found, expected);
        }
    }
}
