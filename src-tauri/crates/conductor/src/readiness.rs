use crate::WorkloadView;
use release::GateOutcome;

/// The gate readiness: healthy if the new version has pods, as many as it wants, and all are Ready; degraded if one of
/// them is in trouble that waiting is not expected to end; else not known yet.
pub fn readiness(view: &WorkloadView, new_template_hash: &str) -> GateOutcome {
    let Some(arm) = view.arm(new_template_hash) else {
        return GateOutcome::NotEnoughEvidence;
    };
    if arm.troubles.iter().any(|trouble| trouble.lasting) {
        GateOutcome::Degraded
    } else if arm.wanted > 0 && arm.ready >= arm.wanted {
        GateOutcome::Healthy
    } else {
        GateOutcome::NotEnoughEvidence
    }
}
