use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One look of two arms: when it ended, and requests and bad ones of stable and canary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passed {
    /// End of the interval, milliseconds since 1970.
    pub at_ms: i64,
    /// Stable's requests (or exposure) and bad ones (or events).
    pub stable: (f64, f64),
    /// The canary's.
    pub canary: (f64, f64),
}

/// When a difference began. Times are the ends of looks, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChangePoint {
    /// The first look that shows it.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// It may have begun from here …
    #[ts(type = "number")]
    pub earliest_ms: i64,
    /// … to here (likelihoods within a factor of 6.8 of the largest: about 95 % of a large sample's).
    #[ts(type = "number")]
    pub latest_ms: i64,
}

/// Drop of the log-likelihood from its peak inside which a start is plausible: half of the 95 % quantile of chi-square with one
/// degree of freedom.
const PLAUSIBLE: f64 = 1.92;

/// Estimates when the canary began to differ from stable: the split of the looks at which the likelihood is largest that the
/// canary's part of all bad requests was its part of all requests before, and a larger one from then on (Hinkley, "Inference
/// about the change-point in a sequence of random variables", 1970; the statistic is the maximum of a CUSUM with the later part
/// estimated). None without anything bad, or where the canary is nowhere worse.
///
/// Assumes one change at most, and independent requests. What happens to both arms alike does no harm.
pub fn change_point(looks: &[Passed]) -> Option<ChangePoint> {
    // From each start on: the canary's bad, all bad, and how many of them would be the canary's if it were no worse.
    let (mut canary, mut all, mut expected) = (0.0, 0.0, 0.0);
    let mut gains: Vec<(i64, f64)> = Vec::with_capacity(looks.len());
    for look in looks.iter().rev() {
        let requests = look.stable.0 + look.canary.0;
        if requests > 0.0 && look.canary.0 > 0.0 {
            let bad = look.stable.1 + look.canary.1;
            canary += look.canary.1;
            all += bad;
            expected += bad * look.canary.0 / requests;
        }
        let gain = if all > 0.0 && canary > expected {
            let (was, is) = (expected / all, canary / all);
            let rest = if is < 1.0 {
                (all - canary) * ((1.0 - is) / (1.0 - was)).ln()
            } else {
                0.0
            };
            canary * (is / was).ln() + rest
        } else {
            0.0
        };
        gains.push((look.at_ms, gain));
    }
    let best = gains.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    if best.1 <= 0.0 {
        return None;
    }
    let plausible = || {
        gains
            .iter()
            .filter(|(_, gain)| *gain >= best.1 - PLAUSIBLE)
            .map(|(at, _)| *at)
    };
    Some(ChangePoint {
        at_ms: best.0,
        earliest_ms: plausible().min()?,
        latest_ms: plausible().max()?,
    })
}

/// Looks that are kept one by one; neighbours of the older half are put together when there are more.
const MOST: usize = 240;

/// The looks of a release in constant memory, the newest one by one, the oldest in ever longer parts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    looks: VecDeque<Passed>,
}

impl Kept {
    pub(crate) fn push(&mut self, look: Passed) {
        if self.looks.len() == MOST {
            let mut fewer: VecDeque<Passed> = VecDeque::with_capacity(MOST);
            for (index, look) in self.looks.iter().enumerate() {
                match fewer.back_mut() {
                    Some(last) if index < MOST / 2 && index % 2 == 1 => {
                        let sum = |a: (f64, f64), b: (f64, f64)| (a.0 + b.0, a.1 + b.1);
                        *last = Passed {
                            at_ms: look.at_ms,
                            stable: sum(last.stable, look.stable),
                            canary: sum(last.canary, look.canary),
                        };
                    }
                    _ => fewer.push_back(*look),
                }
            }
            self.looks = fewer;
        }
        self.looks.push_back(look);
    }

    pub(crate) fn change_point(&self) -> Option<ChangePoint> {
        let looks: Vec<Passed> = self.looks.iter().copied().collect();
        change_point(&looks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(n: i64, stable_bad: f64, canary_bad: f64) -> Passed {
        Passed {
            at_ms: n * 5000,
            stable: (900.0, stable_bad),
            canary: (100.0, canary_bad),
        }
    }

    #[test]
    fn the_first_bad_look_is_found_and_what_both_arms_suffer_is_not_taken_for_it() {
        let looks: Vec<Passed> = (0..100)
            .map(|n| match n {
                0..30 => look(n, 1.0, 0.0),
                30..60 => look(n, 18.0, 2.0),
                _ => look(n, 1.0, 3.0),
            })
            .collect();
        let found = change_point(&looks).unwrap();
        assert_eq!(found.at_ms, 300_000);
        assert!(found.earliest_ms <= 300_000 && found.latest_ms >= 300_000);
        assert!(found.latest_ms - found.earliest_ms <= 60_000, "{found:?}");
    }

    #[test]
    fn where_nothing_is_worse_nothing_began() {
        assert_eq!(change_point(&[]), None);
        let fine: Vec<Passed> = (0..50).map(|n| look(n, 9.0, 0.0)).collect();
        assert_eq!(change_point(&fine), None);
    }

    #[test]
    fn what_is_kept_of_a_long_release_still_tells_the_time_of_a_late_change() {
        let mut kept = Kept::default();
        for n in 0..5000 {
            kept.push(look(n, 1.0, if n < 4900 { f64::from(n % 9 == 0) } else { 4.0 }));
            assert!(kept.looks.len() <= MOST);
        }
        let found = kept.change_point().unwrap();
        assert!((found.at_ms - 4900 * 5000).abs() <= 10_000, "{found:?}");
    }
}
