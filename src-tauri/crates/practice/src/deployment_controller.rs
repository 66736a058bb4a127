//! The Deployment controller: finds or makes the new ReplicaSet and moves pods between it and the old ones.
//!
//! The steps follow Kubernetes 1.36's controller (`pkg/controller/deployment`): native holds depend on the exact
//! arithmetic, in the exact order.

use crate::conditions::{Condition, set_condition};
use crate::object;
use crate::rollout_status::Status;
use crate::selector::LabelSelector;
use crate::store::Key;
use crate::workload::*;
use crate::world::World;
use crate::{kinds::Resource, rollout_status};
use serde_json::{Value, json};
use std::sync::Arc;

/// The controller's name as field manager.
pub(crate) const MANAGER: &str = "kube-controller-manager";

/// A Deployment with its ReplicaSets while the controller works on them.
pub(crate) struct Rollout {
    pub(crate) deployment: Deployment,
    /// The ReplicaSet with the Deployment's template, if there is one.
    pub(crate) new: Option<ReplicaSet>,
    /// All the others, oldest first.
    pub(crate) old: Vec<ReplicaSet>,
}

impl Rollout {
    pub(crate) fn all(&self) -> impl Iterator<Item = &ReplicaSet> {
        self.old.iter().chain(self.new.iter())
    }

    pub(crate) fn pods_wanted(&self) -> i64 {
        self.all().map(ReplicaSet::replicas).sum()
    }

    pub(crate) fn total(&self, field: &str) -> i64 {
        self.all().map(|set| set.status(field)).sum()
    }
}

impl World {
    pub(crate) fn sync_deployment(&mut self, namespace: &str, name: &str) {
        let key = Key::new(Resource::Deployments, namespace, name);
        let Some(object) = self.store.get(&key) else {
            return;
        };
        let mut deployment = Deployment(object.clone());
        if object::is_deleting(&deployment.0) {
            return;
        }
        self.note_pause(&mut deployment);
        let revision = self.store.revision();
        let mut rollout = self.find_replica_sets(deployment, false);
        // What was found and left as it was would be found again.
        let is_settled = rollout.new.is_some() && self.store.revision() == revision;
        if rollout.deployment.is_paused() || self.is_scaling_event(&rollout) {
            self.scale_proportionally(&mut rollout);
            if rollout.deployment.is_paused() {
                self.clean_history(&rollout);
            }
            let status = rollout_status::observed(&rollout, self.clock.now());
            self.write_status(&rollout.deployment, status);
            return;
        }
        if rollout.deployment.is_rolling() {
            if !is_settled {
                rollout = self.find_replica_sets(rollout.deployment, true);
            }
            self.roll(&mut rollout);
        } else {
            self.recreate(&mut rollout);
        }
    }

    /// ReplicaSets of the Deployment; makes the new one if asked to. Revisions and copied annotations are brought up to date.
    pub(crate) fn find_replica_sets(&mut self, deployment: Deployment, make: bool) -> Rollout {
        self.adopt_orphans(&deployment);
        let mut sets: Vec<ReplicaSet> = self
            .store
            .list(Resource::ReplicaSets, Some(deployment.namespace()))
            .filter(|(_, set)| {
                object::controller_of(set)
                    .is_some_and(|owner| object::text(owner, &["uid"]) == object::uid(&deployment.0))
            })
            .map(|(_, set)| ReplicaSet(set.clone()))
            .collect();
        sets.sort_by(|one, other| one.age_order().cmp(&other.age_order()));
        let position = sets
            .iter()
            .position(|set| same_template(set.template(), deployment.template()));
        let new = position.map(|position| sets.remove(position));
        let mut rollout = Rollout {
            deployment,
            new,
            old: sets,
        };
        let revision = rollout.old.iter().map(ReplicaSet::revision).max().unwrap_or(0) + 1;
        if rollout.new.is_some() {
            self.refresh_new(&mut rollout, revision);
        } else if make {
            self.make_new(&mut rollout, revision);
        }
        rollout
    }

    /// ReplicaSets without a controller that the Deployment's selector picks become its own.
    fn adopt_orphans(&mut self, deployment: &Deployment) {
        let orphans: Vec<(Key, Arc<Value>)> = self
            .store
            .list(Resource::ReplicaSets, Some(deployment.namespace()))
            .filter(|(_, set)| object::controller_of(set).is_none() && !object::is_deleting(set))
            .map(|(key, set)| (key.clone(), set.clone()))
            .collect();
        if orphans.is_empty() {
            return;
        }
        let selector = object::at(&deployment.0, &["spec", "selector"]).unwrap_or(&Value::Null);
        let selector = LabelSelector::from_object(selector);
        if selector.is_empty() {
            return;
        }
        for (key, set) in orphans {
            if !selector.matches_object(&set) {
                continue;
            }
            let mut set = (*set).clone();
            let owner = object::controller_reference(&deployment.0, "apps/v1", "Deployment");
            object::set(&mut set, &["metadata", "ownerReferences"], json!([owner]));
            self.write(key, set, MANAGER, "");
        }
    }

    fn refresh_new(&mut self, rollout: &mut Rollout, revision: i64) {
        let Some(mut set) = rollout.new.take() else { return };
        let mut changed = copy_annotations(&rollout.deployment, &mut set, revision, true);
        let min_ready = rollout.deployment.min_ready_seconds();
        if object::integer(&set.0, &["spec", "minReadySeconds"]).unwrap_or(0) != min_ready {
            set_or_omit(set.edit(), min_ready);
            changed = true;
        }
        if changed {
            set = self.write_replica_set(set);
            rollout.new = Some(set);
            return;
        }
        let mut next = rollout.deployment.clone();
        let mut update = set_revision(&mut next, object::annotation(&set.0, REVISION).unwrap_or("1"));
        if rollout.deployment.progress_deadline().is_some()
            && object::condition(&next.0, "Progressing").is_none()
        {
            let message = format!("Found new replica set {:?}", set.name());
            let condition = Condition {
                kind: "Progressing",
                status: "True",
                reason: "FoundNewReplicaSet",
                message: &message,
            };
            set_condition(next.edit(), condition, self.clock.now());
            update = true;
        }
        rollout.new = Some(set);
        if update {
            rollout.deployment = self.write_deployment(next);
        }
    }

    fn make_new(&mut self, rollout: &mut Rollout, revision: i64) {
        let deployment = rollout.deployment.clone();
        let mut template = deployment.template().clone();
        let collisions = object::integer(&deployment.0, &["status", "collisionCount"]).unwrap_or(0);
        let hash = template_hash(&template, collisions);
        object::set(&mut template, &["metadata", "labels", HASH_LABEL], json!(hash));
        let mut selector = object::at(&deployment.0, &["spec", "selector"])
            .cloned()
            .unwrap_or(json!({}));
        object::set(&mut selector, &["matchLabels", HASH_LABEL], json!(hash));
        let name = format!("{}-{hash}", deployment.name());
        if self
            .store
            .get(&Key::new(Resource::ReplicaSets, deployment.namespace(), &name))
            .is_some()
        {
            // Somebody else's, such as a deleted namesake's that is not collected yet: another name, at the next look.
            let mut next = deployment;
            object::set(next.edit(), &["status", "collisionCount"], json!(collisions + 1));
            rollout.deployment = self.write_deployment(next);
            return;
        }
        let mut set = ReplicaSet(Arc::new(json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {
                "name": name, "namespace": deployment.namespace(),
                "labels": object::at(&template, &["metadata", "labels"]),
                "ownerReferences": [object::controller_reference(&deployment.0, "apps/v1", "Deployment")],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
            "status": {"replicas": 0},
        })));
        set_or_omit(set.edit(), deployment.min_ready_seconds());
        copy_annotations(&deployment, &mut set, revision, false);
        set_replica_annotations(&mut set, &deployment);
        rollout.new = Some(set.clone());
        let replicas = new_replicas(rollout);
        object::set(set.edit(), &["spec", "replicas"], json!(replicas));
        let set = self.write_replica_set(set);
        if replicas > 0 {
            let message = format!("Scaled up replica set {name} from 0 to {replicas}");
            self.record_event(&deployment.0, "Normal", "ScalingReplicaSet", &message);
        }
        let mut next = deployment;
        let mut update = set_revision(&mut next, &revision.to_string());
        if rollout.deployment.progress_deadline().is_some() {
            let message = format!("Created new replica set {name:?}");
            let condition = Condition {
                kind: "Progressing",
                status: "True",
                reason: "NewReplicaSetCreated",
                message: &message,
            };
            set_condition(next.edit(), condition, self.clock.now());
            update = true;
        }
        rollout.new = Some(set);
        if update {
            rollout.deployment = self.write_deployment(next);
        }
    }

    /// Whether `spec.replicas` changed since the active ReplicaSets were last scaled.
    fn is_scaling_event(&self, rollout: &Rollout) -> bool {
        let wanted = rollout.deployment.replicas();
        rollout
            .all()
            .filter(|set| set.replicas() > 0)
            .filter_map(|set| set.annotated(DESIRED_REPLICAS))
            .any(|desired| desired != wanted)
    }

    fn note_pause(&mut self, deployment: &mut Deployment) {
        if deployment.progress_deadline().is_none() {
            return;
        }
        let reason = object::condition(&deployment.0, "Progressing")
            .map_or("", |condition| object::text(condition, &["reason"]));
        let (reason, message) = match (deployment.is_paused(), reason) {
            (_, "ProgressDeadlineExceeded") => return,
            (true, "DeploymentPaused") => return,
            (true, _) => ("DeploymentPaused", "Deployment is paused"),
            (false, "DeploymentPaused") => ("DeploymentResumed", "Deployment is resumed"),
            (false, _) => return,
        };
        let mut next = deployment.clone();
        let condition = Condition {
            kind: "Progressing",
            status: "Unknown",
            reason,
            message,
        };
        set_condition(next.edit(), condition, self.clock.now());
        *deployment = self.write_deployment(next);
    }

    /// Sets a ReplicaSet's size and notes what it was scaled for. `force` writes the annotations even at the same size.
    /// Answers whether the size changed.
    pub(crate) fn scale_replica_set(
        &mut self,
        set: &mut ReplicaSet,
        size: i64,
        deployment: &Deployment,
        force: bool,
    ) -> bool {
        let before = set.replicas();
        if !force && before == size {
            return false;
        }
        let mut next = set.clone();
        object::set(next.edit(), &["spec", "replicas"], json!(size));
        set_replica_annotations(&mut next, deployment);
        *set = self.write_replica_set(next);
        if before != size {
            let direction = if before < size { "up" } else { "down" };
            let message = format!(
                "Scaled {direction} replica set {} from {before} to {size}",
                set.name()
            );
            self.record_event(&deployment.0, "Normal", "ScalingReplicaSet", &message);
        }
        before != size
    }

    /// Deletes old ReplicaSets without pods beyond the history limit, oldest revision first.
    pub(crate) fn clean_history(&mut self, rollout: &Rollout) {
        let Some(limit) = rollout.deployment.history_limit() else {
            return;
        };
        let mut sets: Vec<&ReplicaSet> = rollout
            .old
            .iter()
            .filter(|set| !object::is_deleting(&set.0))
            .collect();
        let excess = usize::try_from(sets.len() as i64 - limit).unwrap_or(0);
        sets.sort_by_key(|set| (set.revision(), set.age_order()));
        for set in sets.into_iter().take(excess) {
            let observed = object::integer(&set.0, &["metadata", "generation"]).unwrap_or(0)
                <= set.status("observedGeneration");
            if set.status("replicas") == 0 && set.replicas() == 0 && observed {
                let key = Key::new(Resource::ReplicaSets, rollout.deployment.namespace(), set.name());
                self.remove_object(&key, None);
            }
        }
    }

    fn write_replica_set(&mut self, set: ReplicaSet) -> ReplicaSet {
        let key = Key::new(Resource::ReplicaSets, object::namespace(&set.0), set.name());
        ReplicaSet(self.write(key, set.0, MANAGER, ""))
    }

    pub(crate) fn write_deployment(&mut self, deployment: Deployment) -> Deployment {
        let key = Key::new(Resource::Deployments, deployment.namespace(), deployment.name());
        Deployment(self.write(key, deployment.0, MANAGER, "status"))
    }

    /// Writes a new status if it says anything new.
    pub(crate) fn write_status(&mut self, deployment: &Deployment, status: Status<'_>) {
        if status.is(deployment.status()) {
            return;
        }
        let mut next = deployment.clone();
        next.edit()["status"] = status.into_value();
        self.write_deployment(next);
    }
}

fn set_or_omit(set: &mut Value, min_ready_seconds: i64) {
    if min_ready_seconds == 0 {
        object::remove(set, &["spec", "minReadySeconds"]);
    } else {
        object::set(set, &["spec", "minReadySeconds"], json!(min_ready_seconds));
    }
}

fn set_revision(deployment: &mut Deployment, revision: &str) -> bool {
    if object::annotation(&deployment.0, REVISION) == Some(revision) {
        return false;
    }
    object::set(
        deployment.edit(),
        &["metadata", "annotations", REVISION],
        json!(revision),
    );
    true
}

fn set_replica_annotations(set: &mut ReplicaSet, deployment: &Deployment) {
    let desired = deployment.replicas();
    let most = desired + deployment.max_surge();
    object::set(
        set.edit(),
        &["metadata", "annotations", DESIRED_REPLICAS],
        json!(desired.to_string()),
    );
    object::set(
        set.edit(),
        &["metadata", "annotations", MAX_REPLICAS],
        json!(most.to_string()),
    );
}

/// Copies the Deployment's annotations to the new ReplicaSet and raises its revision; true when something changed.
fn copy_annotations(deployment: &Deployment, set: &mut ReplicaSet, revision: i64, exists: bool) -> bool {
    let mut changed = false;
    for (key, value) in object::strings(&deployment.0, &["metadata", "annotations"]) {
        if !NOT_COPIED.contains(&key) && object::annotation(&set.0, key) != Some(value) {
            object::set(set.edit(), &["metadata", "annotations", key], json!(value));
            changed = true;
        }
    }
    let old = set.revision();
    if old < revision {
        object::set(
            set.edit(),
            &["metadata", "annotations", REVISION],
            json!(revision.to_string()),
        );
        changed = true;
        // It comes back: remember which revision it was.
        if exists && old > 0 {
            let history = match object::annotation(&set.0, REVISION_HISTORY) {
                Some(history) if !history.is_empty() => format!("{history},{old}"),
                _ => old.to_string(),
            };
            object::set(
                set.edit(),
                &["metadata", "annotations", REVISION_HISTORY],
                json!(history),
            );
        }
    }
    changed
}

/// How many replicas the new ReplicaSet should have: up to the surge limit, never more than wanted.
pub(crate) fn new_replicas(rollout: &Rollout) -> i64 {
    let wanted = rollout.deployment.replicas();
    let current = rollout.new.as_ref().map_or(0, ReplicaSet::replicas);
    if !rollout.deployment.is_rolling() {
        return wanted;
    }
    let room = wanted + rollout.deployment.max_surge() - rollout.pods_wanted();
    if room <= 0 {
        current
    } else {
        current + room.min(wanted - current)
    }
}
