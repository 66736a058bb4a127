//! One step of a rollout: rolling or recreating.

use crate::deployment_controller::{Rollout, new_replicas};
use crate::kinds::Resource;
use crate::object;
use crate::rollout_status;
use crate::workload::ReplicaSet;
use crate::world::World;

impl World {
    /// One step of a rolling update: first up, else down, else tidy up.
    pub(crate) fn roll(&mut self, rollout: &mut Rollout) {
        if !self.grow_new(rollout) && !self.shrink_old(rollout) && rollout_status::is_complete(rollout) {
            self.clean_history(rollout);
        }
        self.write_rollout_status(rollout);
    }

    fn grow_new(&mut self, rollout: &mut Rollout) -> bool {
        let wanted = rollout.deployment.replicas();
        let size = match &rollout.new {
            Some(set) if set.replicas() > wanted => wanted,
            _ => new_replicas(rollout),
        };
        let deployment = rollout.deployment.clone();
        rollout
            .new
            .as_mut()
            .is_some_and(|set| self.scale_replica_set(set, size, &deployment, false))
    }

    fn shrink_old(&mut self, rollout: &mut Rollout) -> bool {
        let old_pods: i64 = rollout.old.iter().map(ReplicaSet::replicas).sum();
        if old_pods == 0 {
            return false;
        }
        let least = rollout.deployment.replicas() - rollout.deployment.max_unavailable();
        // New pods that are not available yet must not be counted on.
        let unavailable_new = rollout
            .new
            .as_ref()
            .map_or(0, |set| set.replicas() - set.status("availableReplicas"));
        let room = rollout.pods_wanted() - least - unavailable_new;
        if room <= 0 {
            return false;
        }
        let Some(cleaned) = self.remove_unhealthy(rollout, room) else {
            return false;
        };
        let removed = self.remove_available(rollout, least);
        cleaned + removed > 0
    }

    /// Takes away old pods that are not available, at most `limit`. `None`: a ReplicaSet reports more available pods than it
    /// should have, so its status is older than its size; nothing may be concluded from it yet.
    fn remove_unhealthy(&mut self, rollout: &mut Rollout, limit: i64) -> Option<i64> {
        let deployment = rollout.deployment.clone();
        let mut removed = 0;
        for set in rollout.old.iter_mut().filter(|set| set.replicas() > 0) {
            if removed >= limit {
                break;
            }
            let unhealthy = set.replicas() - set.status("availableReplicas");
            if unhealthy < 0 {
                return None;
            }
            let count = unhealthy.min(limit - removed);
            if count > 0 {
                self.scale_replica_set(set, set.replicas() - count, &deployment, false);
                removed += count;
            }
        }
        Some(removed)
    }

    /// Takes away old pods as long as `least` stay available.
    fn remove_available(&mut self, rollout: &mut Rollout, least: i64) -> i64 {
        let deployment = rollout.deployment.clone();
        let spare = rollout.total("availableReplicas") - least;
        let mut removed = 0;
        for set in rollout.old.iter_mut().filter(|set| set.replicas() > 0) {
            let count = set.replicas().min(spare - removed);
            if count <= 0 {
                break;
            }
            self.scale_replica_set(set, set.replicas() - count, &deployment, false);
            removed += count;
        }
        removed
    }

    /// All old pods away, then all new ones.
    pub(crate) fn recreate(&mut self, rollout: &mut Rollout) {
        let deployment = rollout.deployment.clone();
        let mut scaled = false;
        for set in rollout.old.iter_mut().filter(|set| set.replicas() > 0) {
            scaled |= self.scale_replica_set(set, 0, &deployment, false);
        }
        if scaled || self.old_pods_run(rollout) {
            self.write_rollout_status(rollout);
            return;
        }
        if rollout.new.is_none() {
            *rollout = self.find_replica_sets(deployment, true);
        }
        let deployment = rollout.deployment.clone();
        if let Some(set) = rollout.new.as_mut() {
            self.scale_replica_set(set, deployment.replicas(), &deployment, false);
        }
        if rollout_status::is_complete(rollout) {
            self.clean_history(rollout);
        }
        self.write_rollout_status(rollout);
    }

    fn old_pods_run(&self, rollout: &Rollout) -> bool {
        rollout.old.iter().any(|set| set.status("replicas") > 0)
            || self
                .store
                .list(Resource::Pods, Some(rollout.deployment.namespace()))
                .any(|(_, pod)| {
                    let phase = object::text(pod, &["status", "phase"]);
                    let owner = object::controller_of(pod).map_or("", |owner| object::text(owner, &["uid"]));
                    !matches!(phase, "Failed" | "Succeeded")
                        && rollout.old.iter().any(|set| object::uid(&set.0) == owner)
                })
    }

    fn write_rollout_status(&mut self, rollout: &Rollout) {
        let (status, check_at) = rollout_status::progressed(rollout, self.clock.now());
        self.write_status(&rollout.deployment, status);
        if let Some(seconds) = check_at {
            let work = crate::work::Work::Deployment(
                rollout.deployment.namespace().to_owned(),
                rollout.deployment.name().to_owned(),
            );
            let due = self.clock.elapsed()
                + std::time::Duration::from_secs(u64::try_from(seconds.max(1)).unwrap_or(1));
            self.queue.add(work, due);
        }
    }
}
