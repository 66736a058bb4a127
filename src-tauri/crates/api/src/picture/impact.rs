use super::Told;
use super::pods::troubles;
use crate::view::Impact;
use conductor::SignalLooks;
use judge::{Look, Reading, Role, SignalKind, SignalSpec, Worse};
use release::{GateOutcome, Timestamp};

/// What users met on the new version, from the samples alone; `None` while nothing was bad.
pub(crate) fn impact(told: &Told) -> Option<Impact> {
    let harmed =
        !told.harm(Timestamp(i64::MAX)).is_empty() || told.release().health() == GateOutcome::Degraded;
    if !harmed {
        return None;
    }
    let view = told
        .snapshots
        .iter()
        .rev()
        .find_map(|snapshot| snapshot.workload.as_ref());
    let mut impact = Impact {
        failing_per_second: None,
        failed_requests: None,
        canary_requests: None,
        worst_error_ratio: None,
        worst_at: None,
        first_bad_at: None,
        last_bad_at: None,
        pod_trouble: troubles(view, &told.release().to.template_hash),
    };
    if let Some((spec, errors)) = error_looks(told) {
        count(&mut impact, spec, errors);
    }
    Some(impact)
}

fn error_looks(told: &Told) -> Option<(&SignalSpec, &SignalLooks)> {
    let spec = told
        .dossier
        .signals
        .iter()
        .find(|spec| spec.kind == SignalKind::ErrorRatio)?;
    let looks = told.looks.iter().find(|of| of.signal == spec.id)?;
    Some((spec, looks))
}

/// Whether one look of a judged signal is past the limit, or worse than stable by what is worth stopping for: what is always
/// there in the background is neither.
pub(crate) fn is_bad(spec: &SignalSpec, look: &Look) -> bool {
    let Some(canary) = spec
        .kind
        .shown(&look.canary)
        .filter(|_| spec.role != Role::Context)
    else {
        return false;
    };
    let sign = match spec.rule.worse {
        Worse::Higher => 1.0,
        Worse::Lower => -1.0,
    };
    let past_limit = spec
        .rule
        .limit
        .is_some_and(|limit| sign * (canary - limit.value) > 0.0);
    let worse = || {
        let effect = spec.rule.against_stable?;
        let stable = spec.kind.shown(&look.stable).unwrap_or(0.0);
        Some(sign * (canary - stable) > effect.at(stable))
    };
    past_limit || worse().unwrap_or(false)
}

fn count(impact: &mut Impact, spec: &SignalSpec, errors: &SignalLooks) {
    let (mut failed, mut all) = (0.0, 0.0);
    let mut worst = 0.0;
    for look in &errors.looks {
        let Reading::Ratio { total, bad } = look.canary else {
            continue;
        };
        failed += bad;
        all += total;
        let at = Timestamp(look.at_ms);
        if is_bad(spec, look) {
            impact.first_bad_at = impact.first_bad_at.or(Some(at));
            impact.last_bad_at = Some(at);
        }
        if total > 0.0 && bad / total > worst {
            worst = bad / total;
            impact.worst_at = Some(at);
        }
    }
    impact.failed_requests = Some(failed);
    impact.canary_requests = Some(all);
    impact.worst_error_ratio = (worst > 0.0).then_some(worst);
    if let [.., before, last] = errors.looks.as_slice()
        && let Reading::Ratio { bad, .. } = last.canary
        && last.at_ms > before.at_ms
    {
        impact.failing_per_second = Some(bad * 1000.0 / (last.at_ms - before.at_ms) as f64);
    }
}
