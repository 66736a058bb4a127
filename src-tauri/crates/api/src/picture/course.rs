use super::Told;
use crate::view::{Bounds, Course, VerdictChange};
use judge::SignalVerdict;
use release::Timestamp;

/// Intervals drawn of one signal at most; more are thinned evenly.
const MOST_BOUNDS: usize = 180;

/// What the judge knew of a signal from the start on.
pub(crate) fn course(told: &Told, signal: &str) -> Course {
    let known: Vec<(Timestamp, &SignalVerdict)> = told
        .snapshots
        .iter()
        .filter_map(|snapshot| {
            let verdict = snapshot.verdict.as_ref()?;
            let of = verdict.signals.iter().find(|one| one.signal == signal)?;
            Some((snapshot.at, of))
        })
        .collect();
    drawn(&known)
}

fn drawn(known: &[(Timestamp, &SignalVerdict)]) -> Course {
    let newest = known.iter().rev().find(|(_, of)| of.interval.is_some());
    let interval_of = newest.map(|(_, of)| of.interval_of);
    let mut bounds: Vec<Bounds> = known
        .iter()
        .filter(|(_, of)| Some(of.interval_of) == interval_of)
        .filter_map(|(at, of)| {
            let (low, high) = of.interval?;
            (low.is_finite() && high.is_finite()).then_some(Bounds {
                at: *at,
                low,
                high,
                effect: of.effect,
            })
        })
        .collect();
    let stride = bounds.len().div_ceil(MOST_BOUNDS).max(1);
    // From the end, so that the newest one is always there.
    bounds = bounds.into_iter().rev().step_by(stride).collect();
    bounds.reverse();

    let mut changes: Vec<VerdictChange> = Vec::new();
    for (at, of) in known {
        if changes.last().is_none_or(|last| last.verdict != of.verdict) {
            changes.push(VerdictChange {
                at: *at,
                verdict: of.verdict,
                reason: of.reason.clone(),
                evidence: of.evidence,
            });
        }
    }
    Course {
        interval_of,
        bounds,
        changes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use judge::{Basis, Evidence, IntervalOf, Needed, Reason, Role, Verdict};

    fn verdict(verdict: Verdict, interval: (f64, f64), edge: Option<f64>) -> SignalVerdict {
        SignalVerdict {
            signal: "errors".into(),
            role: Role::Critical,
            verdict,
            reason: Reason::Collecting {
                have: interval.1,
                need: 1.0,
            },
            evidence: Evidence {
                fraction: 0.5,
                towards: None,
                have: 1.0,
                need: 2.0,
                needed: Needed::Requests,
            },
            sides: None,
            basis: Basis::Concurrent,
            canary: None,
            stable: None,
            interval: Some(interval),
            interval_of: edge.map_or(IntervalOf::Difference, |edge| IntervalOf::ShareOver { edge }),
            effect: Some(0.005),
            overdispersion: 1.0,
            expected_seconds: None,
            canary_interval: None,
            began: None,
            newest_ms: None,
        }
    }

    fn course_of(verdicts: &[SignalVerdict]) -> Course {
        let known: Vec<_> = verdicts
            .iter()
            .enumerate()
            .map(|(n, of)| (Timestamp(n as i64 * 5_000), of))
            .collect();
        drawn(&known)
    }

    #[test]
    fn only_changes_of_the_verdict_are_told_with_the_numbers_of_their_moment() {
        let course = course_of(&[
            verdict(Verdict::NotEnoughEvidence, (-0.3, 0.3), None),
            verdict(Verdict::NotEnoughEvidence, (-0.2, 0.2), None),
            verdict(Verdict::Healthy, (-0.1, 0.1), None),
            verdict(Verdict::Degraded, (0.1, 0.4), None),
        ]);
        let told: Vec<_> = course
            .changes
            .iter()
            .map(|change| (change.at.0, change.verdict))
            .collect();
        assert_eq!(
            told,
            [
                (0, Verdict::NotEnoughEvidence),
                (10_000, Verdict::Healthy),
                (15_000, Verdict::Degraded)
            ]
        );
        assert!(matches!(course.changes[1].reason, Reason::Collecting { have, .. } if have == 0.1));
    }

    #[test]
    fn intervals_of_another_edge_are_not_drawn_beside_the_newest_ones() {
        let course = course_of(&[
            verdict(Verdict::NotEnoughEvidence, (-0.9, 0.9), Some(0.1)),
            verdict(Verdict::NotEnoughEvidence, (-0.2, 0.2), Some(0.3)),
        ]);
        assert_eq!(course.interval_of, Some(IntervalOf::ShareOver { edge: 0.3 }));
        assert_eq!(course.bounds.len(), 1);
        assert_eq!(course.bounds[0].high, 0.2);
    }

    #[test]
    fn a_long_course_is_thinned_and_keeps_its_newest_interval() {
        let many: Vec<SignalVerdict> = (0..1000)
            .map(|n| verdict(Verdict::NotEnoughEvidence, (-1.0, f64::from(n)), None))
            .collect();
        let course = course_of(&many);
        assert!(course.bounds.len() <= MOST_BOUNDS);
        assert_eq!(course.bounds.last().unwrap().high, 999.0);
    }
}
