use super::{Class, EffectSizes, Series, classify};
use crate::arm::Arm;
use crate::judge::Arms;
use crate::mann_whitney::MannWhitney;
use crate::options::Options;
use crate::track::{Decision, Track};
use crate::verdict::{Evidence, Needed, Reason, Verdict};

/// A signal's class, and the test behind it.
pub(crate) fn class(track: &Track, options: &Options, series: &Series) -> (Class, Option<MannWhitney>) {
    let (stable, canary) = series.values();
    let rule = &track.spec.rule;
    let sizes: EffectSizes = rule.kayenta.unwrap_or_default();
    classify(&stable, &canary, rule.worse.sign(), &sizes, &options.kayenta)
}

/// The verdict about a signal by its class, once both arms have shown enough values. The absolute limit, if there is one, has
/// been looked at before.
pub(crate) fn decide(track: &Track, options: &Options, series: &Series) -> (Decision, Option<MannWhitney>) {
    let (have, need) = (
        series.least() as f64,
        f64::from(options.kayenta.least_values.max(1)),
    );
    if have < need {
        return (collecting(track, options, have, need), None);
    }
    let (class, test) = class(track, options, series);
    let (stable, canary) = series.values();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (stable, canary) = (mean(&stable), mean(&canary));
    // What the tolerance allows takes the place of an effect.
    let effect = test.map_or(0.0, |test| options.kayenta.tolerance * test.estimate.abs());
    let decision = match class {
        Class::NoData => collecting(track, options, have, need),
        Class::Pass => Decision::certain(
            Verdict::Healthy,
            Reason::NoWorse {
                canary,
                stable,
                effect,
            },
            track.basis(),
        ),
        Class::Fail { .. } => Decision::certain(
            Verdict::Degraded,
            Reason::WorseThanStable {
                canary,
                stable,
                effect,
            },
            track.basis(),
        ),
    };
    (decision, test)
}

fn collecting(track: &Track, options: &Options, have: f64, need: f64) -> Decision {
    let seconds = track.phase.seconds();
    let is_cold = track.phase.looks_counted == 0 && seconds < options.warmup_seconds;
    let reason = if is_cold && track.phase.canary_ms.is_some() {
        Reason::WarmingUp {
            seconds: options.warmup_seconds - seconds,
        }
    } else if track.phase.arms == Arms::CanaryOnly && have <= 0.0 && track.before.size <= 0.0 {
        Reason::NoStable
    } else if have <= 0.0 {
        Reason::NoTraffic { arm: Arm::Canary }
    } else {
        Reason::Collecting { have, need }
    };
    let mut decision = Decision::unknown(reason);
    decision.evidence = Evidence::of(have, need, Needed::Looks);
    decision.basis = track.basis();
    decision.expected_seconds = track.phase.seconds_per_look().map(|s| s * (need - have));
    decision
}
