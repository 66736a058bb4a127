use super::foreign;
use super::next::Situation;
use super::originals::{DEADLINE, HOLD_DEADLINE_SECONDS, Originals};
use super::patch::PatchBuilder;
use super::share::surge_pods;
use super::template::hash_of;
use crate::field::{field, number};
use conductor::{ActKind, Next};
use serde_json::json;

pub(crate) fn next(at: &Situation<'_>) -> Next {
    let live = &at.live;
    let originals = Originals::of(&at.pursuit.before);
    let target = hash_of(&at.pursuit.template);
    if live.template_hash != target {
        // A person's click wins over whatever others did; a rule stops and asks.
        if !at.pursuit.insist
            && let Some(what) = not_for_a_rule(at)
        {
            return Next::Foreign { what };
        }
        return back(at, &originals, target, ActKind::RollBack);
    }
    if live.paused || live.min_ready_seconds != originals.min_ready() && live.held() {
        return back(at, &originals, target, ActKind::Tidy);
    }
    if let Some(waiting) = at.until_everything_is(target, false) {
        return Next::Wait(waiting);
    }
    if at.may_be_on_its_way() {
        // Nothing is to be done, but an act whose answer never came may still arrive, and what it tests still holds: any write
        // of ours takes that away.
        let mut patch = PatchBuilder::guarded(live, &at.pursuit.uid);
        patch.sign(at.pursuit);
        return Next::Act(patch.act(at.pursuit, ActKind::Tidy));
    }
    let marked = live
        .marker
        .as_ref()
        .is_some_and(|marker| marker.release == at.pursuit.release.0);
    if at.pursuit.restored && at.rules.restores_once && !at.is_ours() {
        // Everything was as it had been; `rollout undo` put old marks back, and they are all that is left to take away.
        if !marked {
            return Next::Arrived;
        }
        let mut patch = PatchBuilder::guarded(live, &at.pursuit.uid);
        patch.unsign();
        return Next::Act(patch.act(at.pursuit, ActKind::Tidy));
    }
    let ours = at.is_ours() || marked || at.hold_left_its_deadline(&originals);
    let strategy_differs = {
        let now = Originals::of(live.object);
        now.max_surge != originals.max_surge || now.max_unavailable != originals.max_unavailable
    };
    if !ours && (at.rules.restores_once || !strategy_differs) {
        return Next::Arrived;
    }
    let mut patch = PatchBuilder::guarded(live, &at.pursuit.uid);
    patch.originals(&originals);
    patch.unsign();
    let kind = if strategy_differs {
        ActKind::RestoreSurge
    } else {
        ActKind::Tidy
    };
    Next::Act(patch.act(at.pursuit, kind))
}

fn not_for_a_rule(at: &Situation<'_>) -> Option<String> {
    at.pursuit.last_operation.as_ref()?;
    if at.live.template_hash == at.new_hash && !at.is_ours() && !at.live.held() {
        // The update was finished by hand.
        return Some(foreign::hold_removed(&at.live));
    }
    at.foreign()
}

/// The one patch that goes back: the whole target template, the workload's own settings, and no pause.
///
/// Where old pods must start again, `maxSurge` is raised so that all of them start at once, and none that serves goes
/// before they do; what that needs different is restored by the next act, with the deadline, which a long hold has used up.
fn back(at: &Situation<'_>, originals: &Originals, target: &str, kind: ActKind) -> Next {
    let live = &at.live;
    let mut patch = PatchBuilder::guarded(live, &at.pursuit.uid);
    if kind == ActKind::RollBack {
        if !at.pursuit.insist && at.pursuit.last_operation.is_some() && !at.controller_is_behind() {
            // A rule's rollback that arrives late must not take away what somebody has put back with all its marks.
            patch.test_revision();
        }
        if at.rules.replaces_template {
            patch.template(&at.pursuit.template);
        } else {
            patch.merged_template(&at.pursuit.template);
        }
    }
    if at.rules.unpauses {
        patch.unpause();
    }
    patch.min_ready(originals.min_ready_seconds.clone());
    // What a hold lets go may not be seen to be gone yet; where there is none, the controller takes away what it likes.
    let may_be_gone = if live.held() {
        live.unavailable.min(live.replicas)
    } else if kind == ActKind::RollBack {
        live.replicas
    } else {
        0
    };
    let missing = live
        .replicas
        .saturating_sub(at.arm(target).wanted)
        .max(may_be_gone);
    let own_surge = super::max_surge_pods(&at.pursuit.before);
    if missing == 0 || live.recreate {
        patch.deadline(originals.progress_deadline_seconds.clone());
        if !live.recreate {
            patch.strategy(originals.max_surge.clone(), originals.max_unavailable.clone());
        }
    } else {
        if number(live.object, DEADLINE) <= originals.min_ready() && field(live.object, DEADLINE).is_some() {
            patch.deadline(Some(json!(HOLD_DEADLINE_SECONDS)));
        }
        let surge = if missing > own_surge {
            Some(json!(missing))
        } else {
            originals.max_surge.clone()
        };
        // Where there was a hold there was room for more pods than wanted, so nothing needs to go first.
        let room = surge_pods(at.pursuit.surge_limit, live.replicas) > 0 && !at.pursuit.accept_less_capacity;
        let unavailable = if at.pursuit.last_operation.is_some() && room && surge.is_some() {
            Some(json!(0))
        } else {
            originals.max_unavailable.clone()
        };
        patch.strategy(surge, unavailable);
    }
    patch.sign(at.pursuit);
    Next::Act(patch.act(at.pursuit, kind))
}
