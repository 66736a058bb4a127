//! What others do to the workload, each through the API server.

use crate::deployment::{NAME, NAMESPACE, THIRD_IMAGE, manifest, workload};
use crate::fault::Fault;
use crate::happening::Happening;
use crate::room::Room;
use practice::{Resource, User, path_of};
use serde_json::json;
use std::time::Duration;

const QUOTA: &str = "small";

impl Room {
    /// Lets something happen that is not about one Slipway.
    pub fn outside(&mut self, what: &Happening) {
        let before = self.deployment();
        self.say(|| format!("OUTSIDE {what:?}"));
        // From here on not everything that happens to the workload is Slipway's doing.
        if *what != Happening::LeaseDeleted {
            self.checks.disturbed = Some(self.world.elapsed());
        }
        let fault = self.do_outside(what);
        self.counts.add(fault);
        self.collect();
        let after = self.deployment();
        self.outsider_wrote(before.as_deref(), after.as_deref());
    }

    fn do_outside(&mut self, what: &Happening) -> Fault {
        let admin = &User::Admin;
        let manifest = manifest(&self.scenario);
        // What the server refuses to others is their concern.
        match what {
            Happening::Apply => {
                let _ = self.world.kubectl_apply(admin, &manifest);
                Fault::KubectlApply
            }
            Happening::GitOpsReverts => {
                let differs = self.deployment().is_none_or(|live| {
                    live.pointer("/spec/template/spec/containers/0/image")
                        != manifest.pointer("/spec/template/spec/containers/0/image")
                });
                if differs {
                    let _ = self.world.kubectl_apply(admin, &manifest);
                }
                Fault::GitOps
            }
            Happening::SetImage => {
                let _ = self
                    .world
                    .kubectl_set_image(admin, NAMESPACE, NAME, "app", THIRD_IMAGE);
                Fault::KubectlSetImage
            }
            Happening::Undo => {
                let _ = self.world.kubectl_rollout_undo(admin, NAMESPACE, NAME, 0);
                Fault::KubectlUndo
            }
            Happening::Pause(paused) => {
                let _ = self.world.kubectl_pause(admin, NAMESPACE, NAME, *paused);
                Fault::KubectlPause
            }
            Happening::Scale { replicas } => {
                self.scale(*replicas);
                Fault::KubectlScale
            }
            Happening::Autoscaled { replicas } => {
                self.scale(*replicas);
                Fault::Autoscaler
            }
            Happening::Annotate => {
                let at = self.now().as_millis().to_string();
                self.merge(&json!({"metadata": {"annotations": {"team.test/note": at}}}));
                Fault::KubectlAnnotate
            }
            Happening::Strategy => {
                let surge = self.dice.number(1, 4);
                self.merge(&json!({"spec": {"strategy": {"rollingUpdate": {"maxSurge": surge}}}}));
                Fault::KubectlStrategy
            }
            Happening::Recreated => {
                let _ = self
                    .world
                    .kubectl_delete(admin, Resource::Deployments, NAMESPACE, NAME);
                self.collect();
                let _ = self.world.kubectl_apply(admin, &manifest);
                Fault::Recreated
            }
            Happening::LeaseDeleted => {
                let at = workload();
                let _ = self.world.kubectl_delete(
                    admin,
                    Resource::Leases,
                    NAMESPACE,
                    &cluster::lease::object_name(&at),
                );
                self.checks.lease_deleted = Some(self.now());
                Fault::LeaseDeleted
            }
            Happening::PodsLost { count } => {
                self.lose_pods(*count);
                Fault::PodsLost
            }
            Happening::Quota(on) => {
                self.quota(*on);
                Fault::Quota
            }
            other => unreachable!("{other:?} is not about the cluster"),
        }
    }

    fn scale(&mut self, replicas: u64) {
        let replicas = i64::try_from(replicas).unwrap_or(0);
        let _ = self.world.kubectl_scale(&User::Admin, NAMESPACE, NAME, replicas);
    }

    fn merge(&mut self, patch: &serde_json::Value) {
        let path = format!(
            "{}?fieldManager=kubectl-edit",
            path_of(Resource::Deployments, NAMESPACE, NAME)
        );
        let media = "application/merge-patch+json";
        let _ = self.world.send(&User::Admin, "PATCH", &path, media, patch);
    }

    fn lose_pods(&mut self, count: u64) {
        for _ in 0..count {
            let pods = self.world.list(Resource::Pods, Some(NAMESPACE));
            if pods.is_empty() {
                return;
            }
            let pod = self.dice.pick(pods.as_slice()).clone();
            let name = crate::truth::text(&pod, "/metadata/name").to_owned();
            let path = path_of(Resource::Pods, NAMESPACE, &name);
            let now = json!({"gracePeriodSeconds": 0});
            let _ = self
                .world
                .send(&User::Admin, "DELETE", &path, "application/json", &now);
        }
    }

    fn quota(&mut self, on: bool) {
        let admin = &User::Admin;
        if !on {
            let _ = self
                .world
                .kubectl_delete(admin, Resource::ResourceQuotas, NAMESPACE, QUOTA);
            return;
        }
        let pods = self.world.list(Resource::Pods, Some(NAMESPACE)).len();
        let quota = json!({
            "apiVersion": "v1", "kind": "ResourceQuota",
            "metadata": {"name": QUOTA, "namespace": NAMESPACE},
            "spec": {"hard": {"pods": pods.to_string()}},
        });
        let path = path_of(Resource::ResourceQuotas, NAMESPACE, "");
        let _ = self.world.send(admin, "POST", &path, "application/json", &quota);
    }

    /// After an own act somebody else may write within seconds.
    pub fn maybe_react(&mut self) {
        let rate = self.scenario.rates.reaction;
        if self.scenario.reactions.is_empty() || !self.chance(rate) {
            return;
        }
        let what = self.dice.pick(&self.scenario.reactions).clone();
        let delay = match self.dice.number(0, 3) {
            0 => Duration::from_millis(self.dice.number(0, 30)),
            _ => self.dice.millis(30, 4_000),
        };
        let at = self.now() + delay;
        let place = self.scenario.script.partition_point(|(other, _)| *other <= at);
        self.scenario.script.insert(place, (at, what));
    }
}
