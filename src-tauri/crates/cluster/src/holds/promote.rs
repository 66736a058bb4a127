use super::foreign;
use super::next::Situation;
use super::originals::Originals;
use super::patch::PatchBuilder;
use super::share::surge_pods;
use conductor::{ActKind, Next, Waiting};
use serde_json::json;

pub(crate) fn next(at: &Situation<'_>) -> Next {
    let live = &at.live;
    let originals = Originals::of(&at.pursuit.before);
    let adopting = at.pursuit.last_operation.is_none();
    if adopting {
        if let Some(what) = at.not_adoptable() {
            return Next::Foreign { what };
        }
    } else if live.template_hash != at.new_hash || live.held() && !at.is_ours() {
        return Next::Foreign {
            what: at.foreign().unwrap_or_else(|| foreign::marks_changed(live)),
        };
    }
    if adopting || live.held() && originals.min_ready() != live.min_ready_seconds {
        return if live.paused {
            Next::Wait(Waiting::Paused)
        } else {
            promote(at, &originals, adopting)
        };
    }
    if let Some(waiting) = at.until_everything_is(at.new_hash, true) {
        return Next::Wait(if live.paused { Waiting::Paused } else { waiting });
    }
    let ours = at.is_ours() || at.hold_left_its_deadline(&originals);
    if !ours && (at.rules.restores_once || Originals::of(live.object) == originals) {
        // Somebody finished by hand; what stands is complete, and the rest is not ours to change.
        return Next::Arrived;
    }
    let mut patch = PatchBuilder::guarded(at);
    patch.originals(&originals);
    patch.unsign();
    Next::Act(patch.act(at.pursuit, ActKind::RestoreDeadline))
}

/// The new version gets everything under the workload's own `minReadySeconds`.
///
/// While pods are still to be replaced, none may be missing: the workload's own `maxUnavailable` comes back together with its
/// deadline, in the act after this one, unless the plan accepts less capacity. The deadline comes back last because a
/// hold longer than it would be reported as exceeded for a moment.
fn promote(at: &Situation<'_>, originals: &Originals, adopting: bool) -> Next {
    let live = &at.live;
    let mut patch = PatchBuilder::guarded(at);
    if adopting {
        patch.template(&at.pursuit.new_template);
    }
    patch.min_ready(originals.min_ready_seconds.clone());
    let limit = surge_pods(at.pursuit.surge_limit, live.replicas);
    let own_surge = super::max_surge_pods(&at.pursuit.before);
    if at.pursuit.accept_less_capacity || own_surge.max(limit) == 0 {
        patch.strategy(originals.max_surge.clone(), originals.max_unavailable.clone());
    } else {
        // Never more pods than the plan's limit allows, whatever the workload allows itself.
        let surge = if own_surge > 0 {
            own_surge.min(limit.max(1))
        } else {
            limit
        };
        patch.strategy(Some(json!(surge)), Some(json!(0)));
    }
    patch.sign(at.pursuit);
    Next::Act(patch.act(at.pursuit, ActKind::Promote))
}
