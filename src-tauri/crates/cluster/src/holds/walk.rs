//! From share to share.

use super::foreign;
use super::next::Situation;
use super::originals::{HOLD_DEADLINE_SECONDS, HOLD_MIN_READY_SECONDS};
use super::patch::PatchBuilder;
use super::share::{TargetPods, surge_pods, target};
use conductor::{ActKind, Next, Waiting};
use release::Share;
use serde_json::json;

/// The pods as the ReplicaSets want them: the state of the walk. `maxSurge` and `maxUnavailable` follow from it and not the
/// other way round, because others change the number of replicas and the controller then scales both in proportion.
#[derive(Debug, Clone, Copy)]
struct Pods {
    replicas: u32,
    canary: u32,
    stable: u32,
}

impl Pods {
    fn all(self) -> u32 {
        self.canary + self.stable
    }

    /// Pods above the wanted number: the `maxSurge` at which the controller stands still here.
    fn surge(self) -> u32 {
        self.all().saturating_sub(self.replicas)
    }

    /// Pods of the old version below the wanted number: the `maxUnavailable` at which the controller stands still here.
    fn missing(self) -> u32 {
        self.replicas.saturating_sub(self.stable)
    }
}

pub(crate) fn towards(at: &Situation<'_>, share: Share) -> Next {
    let live = &at.live;
    let surge_limit = surge_pods(at.pursuit.surge_limit, live.replicas);
    if at.pursuit.last_operation.is_none() {
        if let Some(what) = at.not_adoptable() {
            return Next::Foreign { what };
        }
        if live.replicas == 0 {
            return Next::Wait(Waiting::NoReplicas);
        }
        if live.paused {
            return Next::Wait(Waiting::Paused);
        }
        return match target(share, live.replicas, surge_limit) {
            Ok(goal) => begin(at, goal, surge_limit),
            Err(problem) => Next::ShareNotPossible {
                replicas: live.replicas,
                nearest: problem.nearest,
            },
        };
    }
    if let Some(what) = at.foreign() {
        return Next::Foreign { what };
    }
    if at.controller_is_behind() {
        return Next::Wait(if live.paused {
            Waiting::Paused
        } else {
            Waiting::Controller
        });
    }
    if live.replicas == 0 {
        return Next::Wait(Waiting::NoReplicas);
    }
    let arm = at.arm(at.new_hash);
    let others = at.others(at.new_hash);
    let pods = Pods {
        replicas: live.replicas,
        canary: arm.wanted,
        stable: others.wanted,
    };
    // While the controller scales, one ReplicaSet is seen before the other: the share counts against no fewer than N pods.
    let counted = if at.rules.counts_pods {
        pods.canary
    } else {
        pods.canary.min(live.surge + live.unavailable)
    };
    let found = Share::of_pods(counted, pods.all().max(pods.replicas));
    if found > share {
        return Next::Exceeded { share: found };
    }
    if !live.held() {
        return Next::Foreign {
            what: foreign::hold_removed(live),
        };
    }
    let goal = match target(share, live.replicas, surge_limit) {
        Ok(goal) => goal,
        Err(problem) => {
            return Next::ShareNotPossible {
                replicas: live.replicas,
                nearest: problem.nearest,
            };
        }
    };
    if !controller_stands_still(at, pods) {
        return Next::Wait(if live.paused {
            Waiting::Paused
        } else {
            Waiting::Controller
        });
    }
    let all_ready = arm.ready >= pods.canary;
    let not_ready = Next::Wait(Waiting::PodsReady {
        ready: arm.ready,
        wanted: pods.canary,
    });
    let next = step(at, pods, goal, surge_limit);
    match next {
        Some((_, _, ActKind::MakeRoom { .. })) if !at.rules.wait_for_ready => {}
        _ if !all_ready => return not_ready,
        _ => {}
    }
    match next {
        Some(_) if live.paused => Next::Wait(Waiting::Paused),
        Some((surge, unavailable, kind)) => {
            let mut patch = PatchBuilder::guarded(at);
            patch.surge(surge, unavailable);
            patch.sign(at.pursuit);
            Next::Act(patch.act(at.pursuit, kind))
        }
        None => {
            let left = (arm.pods + others.pods).saturating_sub(pods.all());
            if left > 0 {
                Next::Wait(Waiting::PodsGone { left })
            } else {
                Next::Arrived
            }
        }
    }
}

/// Whether the controller has done all that the present surge and unavailable allow it to do.
///
/// It takes old pods away down to N − u, and fills up with new ones to N + s in all, but to no more than N new ones; it never
/// removes new ones ("Rolling Update Deployment" in Kubernetes' documentation).
fn controller_stands_still(at: &Situation<'_>, pods: Pods) -> bool {
    let stable_left = pods.replicas.saturating_sub(at.live.unavailable);
    let filled = (pods.replicas.saturating_add(at.live.surge))
        .saturating_sub(pods.stable)
        .min(pods.replicas);
    pods.stable <= stable_left && pods.canary >= filled
}

/// The next `(maxSurge, maxUnavailable)` and what it is for; `None` at the goal.
fn step(at: &Situation<'_>, pods: Pods, goal: TargetPods, surge_limit: u32) -> Option<(u32, u32, ActKind)> {
    let to_add = goal.canary.saturating_sub(pods.canary);
    if to_add > 0 {
        let room = surge_limit.saturating_sub(pods.surge());
        let batch = to_add.min(room);
        if batch > 0 {
            let canary = pods.canary + batch;
            let kind = ActKind::AddPods { canary };
            let surge = if at.rules.whole_surge {
                goal.canary.min(surge_limit)
            } else {
                pods.surge() + batch
            };
            return Some((surge, pods.missing(), kind));
        }
        if surge_limit == 0 && pods.surge() == 0 {
            let batch = to_add.min(less_capacity_batch(at)?);
            let canary = pods.canary + batch;
            return Some((0, pods.missing() + batch, ActKind::AddPods { canary }));
        }
    }
    let target_stable = if to_add > 0 {
        // Room for the next batch: every surge pod replaces one of the old version.
        pods.replicas.saturating_sub(pods.canary)
    } else {
        goal.stable
    };
    let stable = target_stable.max(goal.stable);
    if pods.stable > stable {
        let surge = (pods.canary + stable).saturating_sub(pods.replicas);
        let unavailable = pods.replicas.saturating_sub(stable);
        return Some((surge, unavailable, ActKind::MakeRoom { stable }));
    }
    None
}

/// Without surge, old pods go before new ones come: as many at once as the workload's own `maxUnavailable` says.
fn less_capacity_batch(at: &Situation<'_>) -> Option<u32> {
    at.pursuit
        .accept_less_capacity
        .then(|| super::max_unavailable_pods(&at.pursuit.before).max(1))
}

fn begin(at: &Situation<'_>, goal: TargetPods, surge_limit: u32) -> Next {
    let live = &at.live;
    let (surge, unavailable) = if surge_limit > 0 {
        (goal.canary.min(surge_limit), 0)
    } else {
        match less_capacity_batch(at) {
            Some(batch) => (0, goal.canary.min(batch)),
            None => {
                return Next::ShareNotPossible {
                    replicas: live.replicas,
                    nearest: Vec::new(),
                };
            }
        }
    };
    let (surge, mut unavailable) = if at.rules.wait_for_ready {
        (surge, unavailable)
    } else {
        (0, surge.max(unavailable))
    };
    if at.rules.own_unavailable {
        unavailable = unavailable.max(super::max_unavailable_pods(&at.pursuit.before));
    }
    let mut patch = PatchBuilder::guarded(at);
    patch.template(&at.pursuit.new_template);
    // Above the old deadline first or last makes no difference: the server validates the whole.
    patch.deadline(Some(json!(HOLD_DEADLINE_SECONDS)));
    patch.min_ready(Some(json!(HOLD_MIN_READY_SECONDS)));
    patch.surge(surge, unavailable);
    patch.sign(at.pursuit);
    let all = live.replicas + surge;
    let share = Share::of_pods(surge + unavailable, all);
    Next::Act(patch.act(at.pursuit, ActKind::Begin { share }))
}
