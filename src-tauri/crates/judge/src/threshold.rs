//! The threshold method: totals of the recent past against a limit and against stable plus the effect. It knows nothing
//! of chance; it only waits for a minimum of requests. Absolute limits are judged here with every method.

use crate::arm::Arm;
use crate::judge::Arms;
use crate::options::Options;
use crate::signal::{Effect, Limit};
use crate::sufficiency::sufficiency;
use crate::totals::Pair;
use crate::track::{Decision, Track};
use crate::verdict::{Basis, Evidence, Needed, Reason, Verdict};

/// Whether the canary has been past its limit for as long as the limit asks.
pub(crate) fn is_over_limit(track: &Track) -> bool {
    match (&track.spec.rule.limit, track.phase.limit.seconds_over()) {
        (Some(limit), Some(seconds)) => seconds >= limit.for_seconds,
        _ => false,
    }
}

/// The verdict by thresholds. The absolute limit has been looked at before.
pub(crate) fn decide(track: &Track, options: &Options) -> Decision {
    let totals = track.phase.window.totals();
    match &track.spec.rule.against_stable {
        Some(effect) if has_stable(track) => compare(track, options, effect, &totals),
        _ => match &track.spec.rule.limit {
            Some(limit) => within_limit(track, options, limit, &totals),
            None => match &track.spec.rule.objective {
                // Not burning, once there are enough requests.
                Some(objective) => {
                    let limit = Limit {
                        value: objective.budget(),
                        clears_at: None,
                        for_seconds: 0.0,
                    };
                    within_limit(track, options, &limit, &totals)
                }
                None => Decision::unknown(Reason::NoStable),
            },
        },
    }
}

/// What is to be said about a canary that uses up its error budget too fast.
pub(crate) fn burning(track: &Track) -> Option<Decision> {
    let (burning, objective) = (track.burning()?, track.spec.rule.objective?);
    let reason = Reason::BurningBudget {
        rate: burning.rate,
        allowed: burning.allowed,
        seconds: burning.seconds,
        good: objective.good,
    };
    Some(Decision::certain(Verdict::Degraded, reason, Basis::Limit))
}

/// What is to be said about a canary that is past its limit.
pub(crate) fn past_limit(track: &Track) -> Option<Decision> {
    let limit = track.spec.rule.limit.as_ref()?;
    let (value, seconds) = (track.phase.limit.value()?, track.phase.limit.seconds_over()?);
    if seconds >= limit.for_seconds {
        let reason = Reason::OverLimit {
            value,
            limit: limit.value,
            seconds,
        };
        return Some(Decision::certain(Verdict::Degraded, reason, Basis::Limit));
    }
    let evidence = time_past_limit(track)?;
    Some(Decision {
        verdict: Verdict::NotEnoughEvidence,
        reason: Reason::NearLimit {
            value,
            limit: limit.value,
            seconds,
            allowed_seconds: limit.for_seconds,
        },
        evidence,
        basis: Basis::Limit,
        expected_seconds: Some(limit.for_seconds - seconds),
    })
}

/// How long the canary has been past its limit, of how long it may be: evidence that it is degraded. None without a limit.
pub(crate) fn time_past_limit(track: &Track) -> Option<Evidence> {
    let limit = track.spec.rule.limit.as_ref()?;
    let over = track.phase.limit.seconds_over();
    let mut evidence = Evidence::of(over.unwrap_or(0.0), limit.for_seconds, Needed::Seconds);
    if over.is_none() {
        evidence.fraction = 0.0;
    }
    evidence.towards = Some(Verdict::Degraded);
    Some(evidence)
}

/// What the totals so far would decide, whether or not there are enough of them. None where there is nothing to divide by.
pub(crate) fn leaning(track: &Track) -> Option<Verdict> {
    let totals = track.phase.window.totals();
    let rule = &track.spec.rule;
    let canary = totals.canary.value(track.spec.kind)?;
    let compares = rule.against_stable.filter(|_| has_stable(track));
    let is_worse = match (compares, rule.limit) {
        (Some(effect), _) => {
            let stable = track.compared_with(&totals.stable).value(track.spec.kind)?;
            is_worse_by(track, canary, stable, effect.at(stable))
        }
        (None, Some(limit)) => (canary - limit.value) * rule.worse.sign() > 0.0,
        (None, None) => track.burning().is_some(),
    };
    Some(if is_worse {
        Verdict::Degraded
    } else {
        Verdict::Healthy
    })
}

fn has_stable(track: &Track) -> bool {
    track.phase.arms == Arms::Both || track.before.size > 0.0
}

fn is_worse_by(track: &Track, canary: f64, stable: f64, effect: f64) -> bool {
    let difference = (canary - stable) * track.spec.rule.worse.sign();
    difference >= effect && difference > 0.0
}

/// What is still missing, if anything is.
fn collecting(track: &Track, options: &Options, totals: &Pair, compares: bool) -> Option<Decision> {
    let kind = track.spec.kind;
    let canary = (Arm::Canary, &totals.canary);
    let stable = (Arm::Stable, track.compared_with(&totals.stable));
    let arms = if compares {
        vec![canary, stable]
    } else {
        vec![canary]
    };
    let (arm, (have, need, unit)) = arms
        .into_iter()
        .map(|(arm, totals)| (arm, sufficiency(kind, &options.minimum, totals)))
        .min_by(|(_, a), (_, b)| (a.0 / a.1).total_cmp(&(b.0 / b.1)))?;
    if have >= need {
        return None;
    }
    let seconds = track.phase.seconds();
    let reason = if seconds < options.warmup_seconds && totals.canary.looks <= 0.0 {
        Reason::WarmingUp {
            seconds: options.warmup_seconds - seconds,
        }
    } else if have <= 0.0 {
        Reason::NoTraffic { arm }
    } else {
        Reason::Collecting { have, need }
    };
    let expected = (have > 0.0 && seconds > 0.0).then(|| seconds * (need - have) / have);
    let mut decision = Decision::unknown(reason);
    decision.evidence = Evidence::of(have, need, unit);
    decision.expected_seconds = expected;
    decision.basis = basis(track, compares);
    Some(decision)
}

fn basis(track: &Track, compares: bool) -> Basis {
    match (compares, track.phase.arms) {
        (false, _) => Basis::Limit,
        (true, Arms::Both) => Basis::Concurrent,
        (true, Arms::CanaryOnly) => Basis::Before,
    }
}

fn compare(track: &Track, options: &Options, effect: &Effect, totals: &Pair) -> Decision {
    if let Some(decision) = collecting(track, options, totals, true) {
        return decision;
    }
    let kind = track.spec.kind;
    let values = (
        totals.canary.value(kind),
        track.compared_with(&totals.stable).value(kind),
    );
    let (Some(canary), Some(stable)) = values else {
        return Decision::unknown(Reason::NoTraffic { arm: Arm::Canary });
    };
    let effect = effect.at(stable);
    if is_worse_by(track, canary, stable, effect) {
        let reason = Reason::WorseThanStable {
            canary,
            stable,
            effect,
        };
        return Decision::certain(Verdict::Degraded, reason, basis(track, true));
    }
    Decision::certain(
        Verdict::Healthy,
        Reason::NoWorse {
            canary,
            stable,
            effect,
        },
        basis(track, true),
    )
}

fn within_limit(track: &Track, options: &Options, limit: &Limit, totals: &Pair) -> Decision {
    if let Some(decision) = collecting(track, options, totals, false) {
        return decision;
    }
    match totals.canary.value(track.spec.kind) {
        Some(value) => {
            let reason = Reason::WithinLimit {
                value,
                limit: limit.value,
            };
            Decision::certain(Verdict::Healthy, reason, Basis::Limit)
        }
        None => Decision::unknown(Reason::NoTraffic { arm: Arm::Canary }),
    }
}
