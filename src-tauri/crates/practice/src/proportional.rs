//! Proportional scaling: what happens to several active ReplicaSets when `spec.replicas` changes in the middle of a rollout
//! or while it is paused.

use crate::deployment_controller::Rollout;
use crate::workload::{DESIRED_REPLICAS, Deployment, MAX_REPLICAS, ReplicaSet};
use crate::world::World;

impl World {
    /// Scales the only active ReplicaSet, or all active ones in proportion.
    pub(crate) fn scale_proportionally(&mut self, rollout: &mut Rollout) {
        let deployment = rollout.deployment.clone();
        let wanted = deployment.replicas();
        if let Some(set) = active_or_latest(rollout) {
            self.scale_replica_set(set, wanted, &deployment, false);
            return;
        }
        if is_saturated(rollout) {
            for set in rollout.old.iter_mut().filter(|set| set.replicas() > 0) {
                self.scale_replica_set(set, 0, &deployment, false);
            }
            return;
        }
        if !deployment.is_rolling() {
            return;
        }
        let mut active: Vec<&mut ReplicaSet> = rollout
            .old
            .iter_mut()
            .chain(rollout.new.iter_mut())
            .filter(|set| set.replicas() > 0)
            .collect();
        let most = if wanted > 0 {
            wanted + deployment.max_surge()
        } else {
            0
        };
        let to_add = most - active.iter().map(|set| set.replicas()).sum::<i64>();
        // Largest first; of the same size the newer first when growing, the older first when shrinking.
        active.sort_by(|one, other| {
            let by_age = one.age_order().cmp(&other.age_order());
            let by_age = if to_add > 0 { by_age.reverse() } else { by_age };
            other.replicas().cmp(&one.replicas()).then(if to_add == 0 {
                std::cmp::Ordering::Equal
            } else {
                by_age
            })
        });
        let mut added = 0;
        let mut sizes = Vec::with_capacity(active.len());
        for set in &active {
            let share = proportion(set, &deployment, to_add, added);
            added += share;
            sizes.push(set.replicas() + share);
        }
        if let Some(largest) = sizes.first_mut() {
            *largest = (*largest + to_add - added).max(0);
        }
        for (set, size) in active.into_iter().zip(sizes) {
            self.scale_replica_set(set, size, &deployment, true);
        }
    }
}

/// The only active ReplicaSet; without one the new, else the newest. `None` when several are active.
fn active_or_latest(rollout: &mut Rollout) -> Option<&mut ReplicaSet> {
    let active = rollout.all().filter(|set| set.replicas() > 0).count();
    match active {
        0 if rollout.new.is_some() => rollout.new.as_mut(),
        0 => rollout.old.last_mut(),
        1 => rollout
            .old
            .iter_mut()
            .chain(rollout.new.iter_mut())
            .find(|set| set.replicas() > 0),
        _ => None,
    }
}

/// Whether the new ReplicaSet has, and was scaled for, every replica, and all are available.
fn is_saturated(rollout: &Rollout) -> bool {
    let wanted = rollout.deployment.replicas();
    rollout.new.as_ref().is_some_and(|set| {
        set.replicas() == wanted
            && set.annotated(DESIRED_REPLICAS) == Some(wanted)
            && set.status("availableReplicas") == wanted
    })
}

/// How many of the replicas still to add (or, negative, to remove) fall to this ReplicaSet.
fn proportion(set: &ReplicaSet, deployment: &Deployment, to_add: i64, added: i64) -> i64 {
    if set.replicas() == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let left = to_add - added;
    let share = fraction(set, deployment);
    if to_add > 0 {
        share.min(left)
    } else {
        share.max(left)
    }
}

/// The ReplicaSet's growth if its part of the whole stays what it was when it was last scaled.
fn fraction(set: &ReplicaSet, deployment: &Deployment) -> i64 {
    if deployment.replicas() == 0 {
        return -set.replicas();
    }
    let most = deployment.replicas() + deployment.max_surge();
    let before = set
        .annotated(MAX_REPLICAS)
        .filter(|most| *most > 0)
        .or_else(|| crate::object::integer(&deployment.0, &["status", "replicas"]))
        .unwrap_or(0);
    if before == 0 {
        return 0;
    }
    let size = (set.replicas() * most) as f64 / before as f64;
    size.round() as i64 - set.replicas()
}
