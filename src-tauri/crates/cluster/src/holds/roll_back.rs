use super::foreign;
use super::next::Situation;
use super::originals::{DEADLINE, HOLD_DEADLINE_SECONDS, HOLD_MIN_READY_SECONDS, Originals};
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
    let marked = live
        .marker
        .as_ref()
        .is_some_and(|marker| marker.release == at.pursuit.release.0);
    let to_before = target == at.before_hash;
    if at.pursuit.last_operation.is_none()
        && !marked
        && to_before
        && originals.min_ready() == HOLD_MIN_READY_SECONDS
    {
        // It was prepared in somebody else's hold and never acted: nothing is its own to restore, and what was there is that hold.
        return Next::Arrived;
    }
    if live.template_hash != target {
        // A person's click wins over whatever others did; a rule stops and asks.
        if !at.pursuit.insist
            && let Some(what) = not_for_a_rule(at)
        {
            return Next::Foreign { what };
        }
        return back(at, &originals, target, ActKind::RollBack);
    }
    let left_its_strategy = at.left_its_strategy(&originals);
    let restored = at.pursuit.trail.restored()
        && at.rules.restores_once
        && !at.is_ours()
        && !left_its_strategy
        && !at.is_marked_by_a_later_driver_than_the_last_act();
    let another_holds = at.another_holds() && at.rules.restores_once;
    if !marked && (restored && !live.held() || another_holds) {
        // Everything is as it had been; what others have done since is theirs.
        return Next::Arrived;
    }
    if !another_holds && (live.paused || live.min_ready_seconds != originals.min_ready() && live.held()) {
        return back(at, &originals, target, ActKind::Tidy);
    }
    if let Some(waiting) = at.until_everything_is(target, false) {
        return Next::Wait(waiting);
    }
    if at.pursuit.on_its_way {
        // Nothing is to be done, but an act whose answer never came may still arrive, and what it tests still holds: any write
        // of ours takes that away.
        let mut patch = PatchBuilder::guarded(at);
        patch.sign(at.pursuit);
        return Next::Act(patch.act(at.pursuit, ActKind::Tidy));
    }
    if marked && (restored || another_holds) {
        // Everything was as it had been; `rollout undo` put old marks back, and they are all that is left to take away.
        let mut patch = PatchBuilder::guarded(at);
        patch.unsign();
        return Next::Act(patch.act(at.pursuit, ActKind::Tidy));
    }
    tidy(at, &originals, marked, left_its_strategy)
}

/// The target's version serves: what the release has left is put back as it was before.
fn tidy(at: &Situation<'_>, originals: &Originals, marked: bool, left_its_strategy: bool) -> Next {
    let strategy_differs = at.strategy_differs(originals);
    let mut patch = PatchBuilder::guarded(at);
    if at.is_ours() || marked || !at.rules.restores_once && strategy_differs {
        patch.originals(originals);
        patch.unsign();
    } else {
        // Without marks only what is known to be left by this release is its own to restore; under another release's marks nothing
        // is.
        let left_its_deadline = at.hold_left_its_deadline(originals);
        if at.live.marker.is_some() || !left_its_strategy && !left_its_deadline {
            return Next::Arrived;
        }
        if left_its_deadline {
            patch.deadline(originals.progress_deadline_seconds.clone());
        }
        if left_its_strategy {
            patch.strategy(originals.max_surge.clone(), originals.max_unavailable.clone());
        }
    }
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
    let mut patch = if kind == ActKind::RollBack && at.pursuit.insist && at.pursuit.last_try {
        PatchBuilder::insisting(at)
    } else {
        PatchBuilder::guarded(at)
    };
    if kind == ActKind::RollBack {
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
        // The plan has room for more pods than wanted, so nothing needs to go first.
        let room = surge_pods(at.pursuit.surge_limit, live.replicas) > 0 && !at.pursuit.accept_less_capacity;
        let unavailable = if room && surge.is_some() {
            Some(json!(0))
        } else {
            originals.max_unavailable.clone()
        };
        patch.strategy(surge, unavailable);
    }
    patch.sign(at.pursuit);
    Next::Act(patch.act(at.pursuit, kind))
}
