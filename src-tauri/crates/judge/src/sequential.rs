//! The sequential method: tests that stay valid however often one looks.

use crate::arm::Arm;
use crate::bet::Sample;
use crate::count_test::CountTest;
use crate::histogram::Histogram;
use crate::judge::Arms;
use crate::latency_test::LatencyTest;
use crate::levels::{Levels, Standing};
use crate::options::Options;
use crate::pace::Pace;
use crate::proportion_test::ProportionTest;
use crate::signal::{SignalKind, SignalSpec, Worse};
use crate::totals::Pair;
use crate::track::{Decision, Track};
use crate::verdict::{Evidence, IntervalOf, Needed, Reason, Verdict};

/// The test of a signal's comparison with stable.
#[derive(Debug, Clone)]
pub(crate) enum SequentialTest {
    Proportion(Box<ProportionTest>),
    Latency(Box<LatencyTest>),
    Count(Box<CountTest>),
}

impl SequentialTest {
    /// None for signals without a sequential test: levels and speeds follow no law that could be assumed, and
    /// neighbouring values are hardly ever independent; they are held against thresholds.
    pub(crate) fn new(spec: &SignalSpec, levels: Levels) -> Option<Self> {
        let effect = spec.rule.against_stable?;
        match (spec.kind, spec.rule.worse) {
            // Relative to a share of successes is not relative to the failures that are counted.
            (SignalKind::ErrorRatio, Worse::Lower) if effect.relative.is_some() => None,
            (SignalKind::ErrorRatio, _) => Some(SequentialTest::Proportion(Box::new(ProportionTest::new(
                effect, levels,
            )))),
            (SignalKind::Latency { quantile, objective }, Worse::Higher) => Some(SequentialTest::Latency(
                Box::new(LatencyTest::new(effect, quantile, objective, levels)),
            )),
            (SignalKind::Count, Worse::Higher) => {
                Some(SequentialTest::Count(Box::new(CountTest::new(effect, levels))))
            }
            _ => None,
        }
    }

    pub(crate) fn new_phase(&mut self) {
        match self {
            SequentialTest::Proportion(test) => test.new_phase(),
            SequentialTest::Latency(test) => test.new_phase(),
            SequentialTest::Count(test) => test.new_phase(),
        }
    }

    /// One look. Where the canary is not known, stable alone teaches what is normal.
    pub(crate) fn observe(&mut self, worse: Worse, pace: Pace, look: &Pair) {
        let both = look.canary.looks > 0.0;
        match self {
            SequentialTest::Proportion(test) => {
                let bad = |size: f64, bad: f64| match worse {
                    Worse::Higher => Sample::new(size, bad),
                    Worse::Lower => Sample::new(size, size - bad),
                };
                let stable = bad(look.stable.size, look.stable.sum);
                let canary = bad(look.canary.size, look.canary.sum);
                if both {
                    test.observe(pace, stable, canary)
                } else {
                    test.learn(pace, stable, canary)
                }
            }
            SequentialTest::Latency(test) => {
                let (stable, canary): (&Histogram, _) = (&look.stable.histogram, &look.canary.histogram);
                if both {
                    test.observe(pace, stable, canary)
                } else {
                    test.observe_stable(pace, stable)
                }
            }
            SequentialTest::Count(test) => {
                let stable = (look.stable.sum, look.stable.size);
                let canary = (look.canary.sum, look.canary.size);
                if both {
                    test.observe(pace, stable, canary)
                } else {
                    test.learn(pace, stable, canary)
                }
            }
        }
    }

    /// The same before it is reduced to what is known of scatter by now: no smaller where it is positive.
    pub(crate) fn degraded_log(&self) -> f64 {
        match self {
            SequentialTest::Proportion(test) => test.degraded_log(),
            SequentialTest::Latency(test) => test.degraded_log(),
            SequentialTest::Count(test) => test.degraded_log(),
        }
    }

    /// Logarithm of the evidence against "no worse".
    pub(crate) fn degraded_evidence(&self) -> f64 {
        match self {
            SequentialTest::Proportion(test) => test.degraded_evidence(),
            SequentialTest::Latency(test) => test.degraded_evidence(),
            SequentialTest::Count(test) => test.degraded_evidence(),
        }
    }

    /// Calls the canary worse on evidence of the whole release, if this signal sees something worth stopping for.
    pub(crate) fn reject(&mut self) {
        match self {
            SequentialTest::Proportion(test) => test.reject(),
            SequentialTest::Latency(test) => test.reject(),
            SequentialTest::Count(test) => test.reject(),
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        match self {
            SequentialTest::Proportion(test) => test.standing(),
            SequentialTest::Latency(test) => test.standing(),
            SequentialTest::Count(test) => test.standing(),
        }
    }

    pub(crate) fn interval_of(&self) -> IntervalOf {
        match self {
            SequentialTest::Latency(test) => test
                .interval_edge()
                .map_or(IntervalOf::Difference, |edge| IntervalOf::ShareOver { edge }),
            _ => IntervalOf::Difference,
        }
    }
}

/// The verdict of a test's standing. The absolute limit, if there is one, has been looked at before.
pub(crate) fn decide(track: &Track, options: &Options, levels: Levels, standing: &Standing) -> Decision {
    let totals = track.phase.window.totals();
    let kind = track.spec.kind;
    let (canary, stable) = (
        totals.canary.value(kind),
        track.compared_with(&totals.stable).value(kind),
    );
    let effect = track
        .spec
        .rule
        .against_stable
        .map_or(0.0, |effect| effect.at(stable.unwrap_or(0.0)));
    let known = canary.zip(stable);
    if standing.rejected {
        let reason = match (standing.edge, known) {
            (Some((edge, canary_share, stable_share)), _) => Reason::SlowerThanStable {
                edge,
                canary_share,
                stable_share,
            },
            (None, Some((canary, stable))) => Reason::WorseThanStable {
                canary,
                stable,
                effect,
            },
            (None, None) => Reason::NoTraffic { arm: Arm::Canary },
        };
        return Decision::certain(Verdict::Degraded, reason, track.basis());
    }
    let Some((canary, stable)) = known else {
        return missing(track, options, &totals);
    };
    if standing.healthy >= levels.healthy {
        let reason = Reason::NoWorse {
            canary,
            stable,
            effect,
        };
        return Decision::certain(Verdict::Healthy, reason, track.basis());
    }
    let (log, level) = match standing.towards {
        Some(Verdict::Degraded) => (standing.degraded, levels.degraded),
        _ => (standing.healthy, levels.healthy),
    };
    // Something that only half a look is missing of is still missing.
    let fraction = (log / level).clamp(0.0, 0.99);
    let (have, need, needed) = in_requests(track, fraction, standing.looks_until());
    let evidence = Evidence {
        fraction,
        towards: standing.towards,
        have,
        need,
        needed,
    };
    Decision {
        verdict: Verdict::NotEnoughEvidence,
        reason: Reason::Collecting { have, need },
        evidence,
        basis: track.basis(),
        expected_seconds: standing
            .looks_until()
            .zip(track.phase.seconds_per_look())
            .map(|(looks, s)| looks * s),
    }
}

/// People know requests, not logarithms: what the canary has had in this phase, and about what it takes.
fn in_requests(track: &Track, fraction: f64, looks_until: Option<f64>) -> (f64, f64, Needed) {
    let (have, needed) = counted(track);
    let looks = f64::from(track.phase.looks_counted);
    let need = match looks_until {
        Some(more) if looks > 0.0 => have * (1.0 + more / looks),
        _ => have / fraction.max(0.05),
    };
    (have, need.max(have).ceil(), needed)
}

/// What the canary has had in this phase. Counts have no requests; looks stand for them.
fn counted(track: &Track) -> (f64, Needed) {
    match track.spec.kind {
        SignalKind::Count => (f64::from(track.phase.looks_counted), Needed::Looks),
        _ => (track.phase.canary_size, Needed::Requests),
    }
}

/// How much of what it takes speaks for one verdict: `log` of `level`. In requests while it grows, since they are what
/// people know; else nobody can say how many it would take, and it is the logarithm itself.
pub(crate) fn side(
    track: &Track,
    towards: Verdict,
    log: f64,
    level: f64,
    looks_until: Option<f64>,
) -> Evidence {
    let fraction = (log / level).clamp(0.0, 1.0);
    let (have, need, needed) = match looks_until {
        Some(_) if track.phase.looks_counted > 0 && fraction > 0.0 => {
            in_requests(track, fraction, looks_until)
        }
        _ => (log.clamp(0.0, level), level, Needed::LogEvidence),
    };
    Evidence {
        fraction,
        towards: Some(towards),
        have,
        need,
        needed,
    }
}

fn missing(track: &Track, options: &Options, totals: &Pair) -> Decision {
    let seconds = track.phase.seconds();
    if totals.canary.looks <= 0.0 && seconds < options.warmup_seconds {
        return Decision::unknown(Reason::WarmingUp {
            seconds: options.warmup_seconds - seconds,
        });
    }
    if track.phase.arms == Arms::CanaryOnly && track.before.size <= 0.0 {
        return Decision::unknown(Reason::NoStable);
    }
    let arm = if totals.canary.size > 0.0 {
        Arm::Stable
    } else {
        Arm::Canary
    };
    Decision::unknown(Reason::NoTraffic { arm })
}
