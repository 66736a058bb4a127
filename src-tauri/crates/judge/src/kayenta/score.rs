use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::KayentaOptions;
use crate::combine::{Parts, parts};
use crate::sides::Sides;
use crate::signal::{Role, SignalKind};
use crate::verdict::{ReleaseVerdict, Sentence, SignalVerdict, Verdict};

/// Weights of the groups that signals are scored in, in percent. Groups without a weight share what is left of 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct GroupWeights {
    /// Error ratios.
    pub errors: Option<f64>,
    /// Latencies.
    pub latency: Option<f64>,
    /// Counts of events.
    pub counts: Option<f64>,
    /// Levels and speeds.
    pub levels: Option<f64>,
}

impl GroupWeights {
    fn all(&self) -> [Option<f64>; 4] {
        [self.errors, self.latency, self.counts, self.levels]
    }

    pub(crate) fn are_possible(&self) -> bool {
        let given = self.all();
        let weights = given.iter().flatten();
        weights.clone().all(|w| (0.0..=100.0).contains(w)) && weights.sum::<f64>() <= 100.0 + 1e-9
    }
}

/// Groups by name, in the order of the weights.
const GROUPS: [&str; 4] = ["errors", "latency", "counts", "levels"];

fn group(kind: SignalKind) -> usize {
    match kind {
        SignalKind::ErrorRatio => 0,
        SignalKind::Latency { .. } => 1,
        SignalKind::Count => 2,
        SignalKind::Gauge | SignalKind::Rate => 3,
    }
}

/// Part of a group's signals that passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GroupScore {
    /// `errors`, `latency`, `counts` or `levels`.
    pub group: String,
    /// 0 to 100.
    pub score: f64,
    /// Its weight in the release's score, in percent.
    pub weight: f64,
}

/// The score of a release by Kayenta's rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KayentaScore {
    /// 0 to 100; 0 if a critical signal failed critically.
    pub score: f64,
    /// From here the release is healthy.
    pub pass: f64,
    /// Below this it is degraded.
    pub marginal: f64,
    /// The groups that had data.
    pub groups: Vec<GroupScore>,
}

/// What the score needs to know of a signal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored {
    pub(crate) kind: SignalKind,
    pub(crate) role: Role,
    pub(crate) verdict: Verdict,
    /// It failed by as much as fails the whole release.
    pub(crate) critical: bool,
}

/// Whether a critical signal failed by as much as fails the whole release.
fn is_fatal(signals: &[Scored]) -> bool {
    signals
        .iter()
        .any(|signal| signal.role == Role::Critical && signal.critical)
}

/// None without any signal that counts and has data.
pub(crate) fn score(signals: &[Scored], options: &KayentaOptions) -> Option<KayentaScore> {
    let mut passed = [0.0; GROUPS.len()];
    let mut known = [0.0; GROUPS.len()];
    let mut has_signals = [false; GROUPS.len()];
    let counted = signals.iter().filter(|signal| signal.role.is_required());
    for signal in counted {
        let group = group(signal.kind);
        has_signals[group] = true;
        if signal.verdict != Verdict::NotEnoughEvidence {
            known[group] += 1.0;
        }
        if signal.verdict == Verdict::Healthy {
            passed[group] += 1.0;
        }
    }
    let weights = options.weights.all();
    let given: f64 = weights.iter().flatten().sum();
    let without = (0..GROUPS.len())
        .filter(|group| has_signals[*group] && weights[*group].is_none())
        .count();
    let share = (100.0 - given) / without.max(1) as f64;
    let mut groups: Vec<GroupScore> = (0..GROUPS.len())
        .filter(|group| known[*group] > 0.0)
        .map(|group| GroupScore {
            group: GROUPS[group].to_owned(),
            score: 100.0 * passed[group] / known[group],
            weight: weights[group].unwrap_or(share),
        })
        .collect();
    // Kayenta leaves a group without data, or a weight for a group that no signal is in, as a loss. A signal without data
    // is not enough evidence here, so the weights of the groups that are known make the whole.
    let whole: f64 = groups.iter().map(|group| group.weight).sum();
    if whole <= 0.0 {
        return None;
    }
    for group in &mut groups {
        group.weight *= 100.0 / whole;
    }
    let score = if is_fatal(signals) {
        0.0
    } else {
        groups
            .iter()
            .map(|group| group.score * group.weight / 100.0)
            .sum()
    };
    Some(KayentaScore {
        score,
        pass: options.pass,
        marginal: options.marginal,
        groups,
    })
}

/// The release's verdict by its score: pass is healthy (if every required signal has data), marginal is not enough evidence,
/// anything less is degraded.
pub(crate) fn combine(
    signals: Vec<SignalVerdict>,
    scored: &[Scored],
    options: &KayentaOptions,
    newest_ms: Option<i64>,
) -> ReleaseVerdict {
    let Parts { waiting, degraded } = parts(&signals);
    let found = score(scored, options);
    let unknown = |signal: &SignalVerdict| signal.verdict == Verdict::NotEnoughEvidence;
    let (failing, verdict) = match &found {
        Some(_) if is_fatal(scored) => (degraded.clone(), Verdict::Degraded),
        // Signals whose data still come may yet change the score.
        _ if waiting.iter().any(|signal| unknown(signal)) => (Vec::new(), Verdict::NotEnoughEvidence),
        Some(found) if found.score < found.marginal => (degraded.clone(), Verdict::Degraded),
        Some(found) if found.score >= found.pass => (Vec::new(), Verdict::Healthy),
        _ => (Vec::new(), Verdict::NotEnoughEvidence),
    };
    let required = signals.iter().filter(|signal| signal.role.is_required()).count();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let sentence = match (verdict, failing.first(), waiting.first()) {
        (Verdict::Degraded, Some(first), _) => Sentence::Failing {
            signal: first.signal.clone(),
            reason: first.reason.clone(),
        },
        (Verdict::Healthy, _, _) => Sentence::AllHealthy {
            signals: count(required - waiting.len()),
        },
        (_, _, Some(least)) => Sentence::WaitingFor {
            signal: least.signal.clone(),
            reason: least.reason.clone(),
            expected_seconds: least.expected_seconds,
            others: count(waiting.len() - 1),
        },
        _ => Sentence::NothingToJudge,
    };
    let ids = |of: &[&SignalVerdict]| of.iter().map(|signal| signal.signal.clone()).collect::<Vec<_>>();
    let (failing, waiting) = if verdict == Verdict::Degraded {
        (ids(&failing), ids(&waiting))
    } else {
        let any = signals.iter().filter(|s| s.verdict == Verdict::Degraded);
        (any.map(|s| s.signal.clone()).collect(), ids(&waiting))
    };
    // Every required signal counts in the score.
    let sides = Sides::of_release(&signals, verdict, Role::is_required);
    ReleaseVerdict {
        verdict,
        failing,
        waiting,
        sides,
        sentence,
        newest_ms,
        signals,
        kayenta: found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(kind: SignalKind, verdict: Verdict) -> Scored {
        Scored {
            kind,
            role: Role::Required,
            verdict,
            critical: false,
        }
    }

    const LATENCY: SignalKind = SignalKind::Latency {
        quantile: 0.95,
        objective: 0.3,
    };

    #[test]
    fn groups_share_the_weight_and_a_group_scores_by_the_part_that_passed() {
        let signals = [
            scored(SignalKind::ErrorRatio, Verdict::Healthy),
            scored(SignalKind::ErrorRatio, Verdict::Degraded),
            scored(LATENCY, Verdict::Healthy),
        ];
        let found = score(&signals, &KayentaOptions::default()).unwrap();
        assert_eq!(found.score, 75.0);
        let weights = GroupWeights {
            errors: Some(80.0),
            ..GroupWeights::default()
        };
        let options = KayentaOptions {
            weights,
            ..KayentaOptions::default()
        };
        assert_eq!(score(&signals, &options).unwrap().score, 60.0);
    }

    #[test]
    fn what_is_advisory_or_without_data_is_not_scored() {
        let mut advisory = scored(LATENCY, Verdict::Degraded);
        advisory.role = Role::Advisory;
        let healthy = scored(SignalKind::ErrorRatio, Verdict::Healthy);
        let unknown = scored(SignalKind::Count, Verdict::NotEnoughEvidence);
        let found = score(&[healthy, advisory, unknown], &KayentaOptions::default()).unwrap();
        assert_eq!((found.score, found.groups.len()), (100.0, 1));
        assert_eq!(score(&[unknown], &KayentaOptions::default()), None);
    }

    #[test]
    fn a_critical_failure_alone_brings_the_score_to_zero() {
        let mut failed = scored(SignalKind::ErrorRatio, Verdict::Degraded);
        (failed.role, failed.critical) = (Role::Critical, true);
        let healthy = scored(LATENCY, Verdict::Healthy);
        let found = score(&[healthy, healthy, healthy, failed], &KayentaOptions::default()).unwrap();
        assert_eq!(found.score, 0.0);
    }
}
