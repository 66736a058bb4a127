use crate::reading::Reading;

/// What a signal showed at some time in the past, from the history: a release's looks, or stable alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// End of the interval, milliseconds since 1970.
    pub at_ms: i64,
    /// What it showed.
    pub reading: Reading,
}

/// How a signal's value changes from one time of the day to another, as earlier days had it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Season {
    /// The value at the later time over that at the earlier one: geometric mean of the days.
    pub ratio: f64,
    /// The smallest of the days.
    pub low: f64,
    /// The largest of the days: what a day may do by itself.
    pub high: f64,
    /// Days that have both times.
    pub days: u32,
}

const DAY_MS: i64 = 86_400_000;

/// Days that it takes to speak of a season.
const LEAST_DAYS: u32 = 3;

/// What earlier days did between the times of `before` and of `now` (each from, to; milliseconds since 1970): for a comparison of
/// a canary that serves alone with what stable showed before. With the result the expectation is
/// `value before × ratio`, and what lies between `× low` and `× high` may be the time of day: such a comparison stays
/// weaker than one side by side ([`crate::Basis::Before`]), since it assumes that today is like the days before.
///
/// None with fewer than three days that show both times. Days of zero are left out, since a ratio needs a base.
pub fn same_hours(history: &[Past], before: (i64, i64), now: (i64, i64)) -> Option<Season> {
    let oldest = history.iter().map(|past| past.at_ms).min()?;
    let mut logs: Vec<f64> = Vec::new();
    // Whole days back, until nothing is left.
    for days in (1..).take_while(|days| now.1.saturating_sub(days * DAY_MS) >= oldest) {
        let mean = |(from, to): (i64, i64)| mean_between(history, from - days * DAY_MS, to - days * DAY_MS);
        if let (Some(earlier), Some(later)) = (mean(before), mean(now))
            && earlier > 0.0
            && later > 0.0
        {
            logs.push((later / earlier).ln());
        }
    }
    let days = u32::try_from(logs.len()).unwrap_or(u32::MAX);
    if days < LEAST_DAYS {
        return None;
    }
    let edge = |of: fn(f64, f64) -> f64, start: f64| logs.iter().copied().fold(start, of).exp();
    Some(Season {
        ratio: (logs.iter().sum::<f64>() / f64::from(days)).exp(),
        low: edge(f64::min, f64::INFINITY),
        high: edge(f64::max, f64::NEG_INFINITY),
        days,
    })
}

/// The mean over all that was counted in this time; for a histogram the mean duration.
fn mean_between(history: &[Past], from: i64, to: i64) -> Option<f64> {
    let (mut sum, mut size) = (0.0, 0.0);
    for past in history
        .iter()
        .filter(|past| past.at_ms > from && past.at_ms <= to)
    {
        let (more, of) = match past.reading.clone().checked() {
            Reading::NoData => (0.0, 0.0),
            Reading::Ratio { total, bad } => (bad, total),
            Reading::Histogram { counts, sum, .. } => (sum, counts.iter().sum()),
            Reading::Count { events, exposure } => (events, exposure),
            Reading::Value { value } => (value, 1.0),
        };
        (sum, size) = (sum + more, size + of);
    }
    (size > 0.0).then(|| sum / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    /// Each hour of so many days: one percent fails by night, two by day, a little more each day.
    fn history(days: i64) -> Vec<Past> {
        (0..days * 24)
            .map(|hour| {
                let by_day = (8..20).contains(&(hour % 24));
                let bad = if by_day { 20.0 } else { 10.0 } + (hour / 24) as f64;
                Past {
                    at_ms: hour * HOUR + HOUR / 2,
                    reading: Reading::ratio(1000.0, bad),
                }
            })
            .collect()
    }

    /// From this hour of the sixth day to the next one.
    fn hour(of_day: i64) -> (i64, i64) {
        ((5 * 24 + of_day) * HOUR, (5 * 24 + of_day + 1) * HOUR)
    }

    #[test]
    fn the_morning_is_expected_to_be_what_it_was_on_the_days_before() {
        let season = same_hours(&history(5), hour(6), hour(9)).unwrap();
        assert_eq!(season.days, 5);
        assert!((1.7..2.0).contains(&season.ratio), "{season:?}");
        assert!(season.low <= season.ratio && season.ratio <= season.high);
        let flat = same_hours(&history(5), hour(10), hour(12)).unwrap();
        assert!((flat.ratio - 1.0).abs() < 1e-9, "{flat:?}");
    }

    #[test]
    fn too_few_days_hours_that_are_missing_and_days_of_zero_say_nothing() {
        assert_eq!(same_hours(&history(2), hour(6), hour(9)), None);
        assert_eq!(same_hours(&[], hour(6), hour(9)), None);
        let mut gaps = history(5);
        gaps.retain(|past| past.at_ms / HOUR % 24 != 9);
        assert_eq!(same_hours(&gaps, hour(6), hour(9)), None);
        let mut zero = history(5);
        for past in &mut zero {
            past.reading = Reading::ratio(1000.0, 0.0);
        }
        assert_eq!(same_hours(&zero, hour(6), hour(9)), None);
    }
}
