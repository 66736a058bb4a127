use crate::sides::Sides;
use crate::signal::Role;
use crate::verdict::{ReleaseVerdict, Sentence, SignalVerdict, Verdict};

/// One verdict from many: any critical signal that is degraded makes the release degraded; all required ones that are
/// healthy make it healthy; everything else is not enough evidence, also when nothing is required.
pub(crate) fn combine(signals: Vec<SignalVerdict>, newest_ms: Option<i64>) -> ReleaseVerdict {
    let Parts { waiting, degraded } = parts(&signals);
    let critical: Vec<&SignalVerdict> = degraded
        .into_iter()
        .filter(|signal| signal.role == Role::Critical)
        .collect();
    let required: Vec<&SignalVerdict> = signals
        .iter()
        .filter(|signal| signal.role.is_required())
        .collect();

    let (verdict, sentence) = if let Some(first) = critical.first() {
        let sentence = Sentence::Failing {
            signal: first.signal.clone(),
            reason: first.reason.clone(),
        };
        (Verdict::Degraded, sentence)
    } else if let Some(least) = waiting.first() {
        let sentence = Sentence::WaitingFor {
            signal: least.signal.clone(),
            reason: least.reason.clone(),
            expected_seconds: least.expected_seconds,
            others: u32::try_from(waiting.len() - 1).unwrap_or(u32::MAX),
        };
        (Verdict::NotEnoughEvidence, sentence)
    } else if required.is_empty() {
        (Verdict::NotEnoughEvidence, Sentence::NothingToJudge)
    } else {
        let signals = u32::try_from(required.len()).unwrap_or(u32::MAX);
        (Verdict::Healthy, Sentence::AllHealthy { signals })
    };
    let ids = |of: &[&SignalVerdict]| of.iter().map(|signal| signal.signal.clone()).collect::<Vec<_>>();
    let failing = if verdict == Verdict::Degraded {
        ids(&critical)
    } else {
        signals
            .iter()
            .filter(|s| s.verdict == Verdict::Degraded)
            .map(|s| s.signal.clone())
            .collect()
    };
    let waiting = ids(&waiting);
    let sides = Sides::of_release(&signals, verdict, |role| role == Role::Critical);
    ReleaseVerdict {
        verdict,
        failing,
        waiting,
        sides,
        sentence,
        newest_ms,
        signals,
        kayenta: None,
    }
}

/// The signals that decide.
pub(crate) struct Parts<'a> {
    /// Required ones that are not healthy, those with least of what they need first.
    pub(crate) waiting: Vec<&'a SignalVerdict>,
    /// Required ones that are degraded, critical ones first.
    pub(crate) degraded: Vec<&'a SignalVerdict>,
}

pub(crate) fn parts(signals: &[SignalVerdict]) -> Parts<'_> {
    let required = || signals.iter().filter(|signal| signal.role.is_required());
    let mut waiting: Vec<&SignalVerdict> = required()
        .filter(|signal| signal.verdict != Verdict::Healthy)
        .collect();
    waiting.sort_by(|a, b| a.evidence.fraction.total_cmp(&b.evidence.fraction));
    let mut degraded: Vec<&SignalVerdict> = required()
        .filter(|signal| signal.verdict == Verdict::Degraded)
        .collect();
    degraded.sort_by_key(|signal| signal.role != Role::Critical);
    Parts { waiting, degraded }
}
