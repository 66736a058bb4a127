use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::levels::{Levels, Standing};
use crate::sequential;
use crate::signal::Role;
use crate::threshold;
use crate::track::{Decision, Track};
use crate::verdict::{Basis, Evidence, Needed, Reason, SignalVerdict, Verdict};

/// How much speaks for each of the two verdicts, each against what it needs: the two are different questions, so that the one
/// is not what the other lacks. Neither fraction is a probability.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sides {
    /// For "no worse by the smallest effect worth stopping for"; none where that can never be said.
    pub healthy: Option<Evidence>,
    /// For "worse"; none where that can never be said.
    pub degraded: Option<Evidence>,
}

/// What is short of a verdict is shown as short of it, however little is missing.
const ALMOST: f64 = 0.99;

impl Sides {
    /// Both sides of one signal. None if it is never judged.
    ///
    /// By a sequential test each side is the logarithm of its e-process against its level. An absolute limit is evidence of
    /// "worse" only, in seconds past it. Methods that wait for a number of requests or looks and then compare have
    /// something on the one side that the totals so far would decide for.
    pub(crate) fn of(
        track: &Track,
        levels: Levels,
        standing: Option<&Standing>,
        decided: &Decision,
    ) -> Option<Sides> {
        let mut sides = match decided.reason {
            Reason::Context => return None,
            // What is not known any more speaks for nothing.
            Reason::NoData { .. } | Reason::WrongReading => Sides::nothing(),
            _ => match standing {
                Some(standing) => Sides::of_test(track, levels, standing),
                None if decided.basis == Basis::Itself => Sides {
                    healthy: None,
                    ..Sides::nothing()
                },
                None => Sides::of_totals(track, decided),
            },
        };
        if let Some(past) = threshold::time_past_limit(track)
            && sides
                .degraded
                .is_none_or(|other| past.fraction > other.fraction || other.needed == Needed::Nothing)
        {
            sides.degraded = Some(past);
        }
        Some(sides.with(decided.verdict))
    }

    /// Both sides of a release: the required signal with least on its side decides for healthy, and of those that can `stop`
    /// the release the one with most decides for degraded.
    pub(crate) fn of_release(
        signals: &[SignalVerdict],
        verdict: Verdict,
        stops: impl Fn(Role) -> bool,
    ) -> Option<Sides> {
        let all_required = signals.iter().filter(|signal| signal.role.is_required());
        let healthy = all_required
            .map(|signal| signal.sides.and_then(|sides| sides.healthy))
            .reduce(|a, b| a.zip(b).map(|(a, b)| if b.fraction < a.fraction { b } else { a }))?;
        let stopping = signals.iter().filter(|signal| stops(signal.role));
        let degraded = stopping
            .filter_map(|signal| signal.sides?.degraded)
            .reduce(|a, b| if b.fraction > a.fraction { b } else { a });
        Some(Sides { healthy, degraded }.with(verdict))
    }

    fn nothing() -> Sides {
        let none = |towards| Evidence {
            towards: Some(towards),
            ..Evidence::none()
        };
        Sides {
            healthy: Some(none(Verdict::Healthy)),
            degraded: Some(none(Verdict::Degraded)),
        }
    }

    fn of_test(track: &Track, levels: Levels, standing: &Standing) -> Sides {
        let (healthy, degraded) = (Verdict::Healthy, Verdict::Degraded);
        let side = |towards, log, level, looks| Some(sequential::side(track, towards, log, level, looks));
        Sides {
            healthy: side(healthy, standing.healthy, levels.healthy, standing.healthy_in),
            degraded: side(degraded, standing.degraded, levels.degraded, standing.degraded_in),
        }
    }

    fn of_totals(track: &Track, decided: &Decision) -> Sides {
        let mut sides = Sides::nothing();
        // Seconds past a limit are told on their own.
        if decided.evidence.needed == Needed::Seconds {
            return sides;
        }
        let leaning = threshold::leaning(track);
        for side in [&mut sides.healthy, &mut sides.degraded].into_iter().flatten() {
            if leaning.is_some() && side.towards == leaning {
                *side = Evidence {
                    towards: leaning,
                    ..decided.evidence
                };
            }
        }
        sides
    }

    /// With what a verdict says about them: a side is complete if, and only if, it is the verdict.
    fn with(self, verdict: Verdict) -> Sides {
        let of = |side: Verdict, found: Option<Evidence>| match found {
            _ if verdict == side => Some(Evidence::complete(side)),
            Some(found) => Some(Evidence {
                fraction: found.fraction.min(ALMOST),
                ..found
            }),
            None => None,
        };
        Sides {
            healthy: of(Verdict::Healthy, self.healthy),
            degraded: of(Verdict::Degraded, self.degraded),
        }
    }
}
