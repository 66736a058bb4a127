use crate::api::Inner;
use crate::handlers::findings;
use crate::handlers::preflight::finding;
use crate::picture::{Readiness, Told};
use crate::runtime::Application;
use crate::view::{
    Check, CheckState, Contact, ContactState, Estimate, Finding, LiveRelease, RollbackChoice, Said,
};
use conductor::{Dossier, Manifest, Observed, Pursuit, Workloads as _};
use release::{Goal, MAX_PHASES, Plan, ReleaseId, RollbackTarget, Share, Stage};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Inner {
    /// Checks the way back of every release that goes on or was completed here.
    pub(crate) async fn check_ways_back(self: &Arc<Self>) {
        let over = |actor: &crate::runtime::Actor| {
            // From there is no way back, so nothing is asked of the cluster for it.
            let stage = actor.live.recorder.told().release().stage.clone();
            matches!(stage, Stage::RolledBack | Stage::Refused { .. })
        };
        let ids: Vec<ReleaseId> = {
            let actors = self.actors();
            actors
                .iter()
                .filter(|(_, actor)| !over(actor))
                .map(|(id, _)| id.clone())
                .collect()
        };
        for id in ids {
            self.check_way_back(&id).await;
        }
    }

    /// Asks the cluster whether it would take the exact patch of the way back.
    async fn check_way_back(self: &Arc<Self>, id: &ReleaseId) {
        let Some(actor) = self.actors().get(id).cloned() else {
            return;
        };
        let Some(seen) = actor.live.view().and_then(|view| view.seen) else {
            return;
        };
        let dossier = actor.live.recorder.told().dossier.clone();
        // Whoever wrote last: the way back is checked against the object as it is.
        let operation = seen.view.operation.clone();
        let dossier = Dossier {
            last_operation: operation.clone(),
            ..dossier
        };
        let target = match &dossier.release.stage {
            Stage::RollingBack { target, .. } => target.clone(),
            _ => RollbackTarget::Before,
        };
        let goal = Goal::RolledBack { target };
        let pursuit = Pursuit::of(&dossier, goal, operation.into_iter().collect(), true);
        // Without an answer what was found last stays: the command by hand is needed most when there is no contact.
        let Some(readiness) = self.readiness(&dossier.workload, &pursuit, &seen).await else {
            return;
        };
        let others = self
            .workloads
            .revisions(&dossier.workload)
            .await
            .unwrap_or_default();
        let others = others
            .iter()
            .filter(|revision| {
                !revision.current && revision.version.template_hash != dossier.release.from.template_hash
            })
            .map(|revision| crate::picture::choice(revision, Some(&seen.view)))
            .collect();
        let checked_at = Some(actor.ports.clock.now());
        actor.live.set_readiness(Readiness {
            others,
            checked_at,
            ..readiness
        });
    }

    async fn readiness(
        &self,
        workload: &conductor::WorkloadRef,
        pursuit: &Pursuit,
        seen: &Observed,
    ) -> Option<Readiness> {
        let ready = self
            .workloads
            .rollback_readiness(pursuit, workload, seen)
            .await
            .ok()?;
        let mut checks: Vec<Check> = ready.findings.iter().map(findings::check).collect();
        checks.extend(findings::passed(&ready.findings));
        Some(Readiness {
            checks,
            estimate: ready.expected_seconds.map(|seconds| Estimate {
                seconds,
                measured_starts: ready.measured_starts,
            }),
            by_hand: Some(ready.by_hand),
            ..Readiness::default()
        })
    }

    /// The way back of a workload that Slipway does not release, to one revision.
    pub(crate) async fn revision_readiness(
        &self,
        application: &Application,
        target: &RollbackChoice,
    ) -> Readiness {
        let RollbackTarget::Revision { version, .. } = &target.target else {
            return Readiness::default();
        };
        let Ok(seen) = self.workloads.observe(application.workload()).await else {
            return Readiness::default();
        };
        let revisions = self
            .workloads
            .revisions(application.workload())
            .await
            .unwrap_or_default();
        let found = revisions
            .into_iter()
            .find(|known| known.version.template_hash == version.template_hash);
        let Some(found) = found else {
            return Readiness::default();
        };
        let live = seen.object.pointer("/spec/template").cloned().unwrap_or_default();
        let goal = Goal::RolledBack {
            target: target.target.clone(),
        };
        let pursuit = Pursuit::imagined(&seen, goal, found.template.into(), live.into(), &Plan::default());
        let mut readiness = self
            .readiness(application.workload(), &pursuit, &seen)
            .await
            .unwrap_or_default();
        readiness.checks.insert(0, warmth(target, seen.view.replicas));
        readiness.checked_at = Some(self.now_of(&application.workload().environment));
        readiness
    }

    /// What the cluster says to a plan, the worst first.
    pub(crate) async fn cluster_findings(
        &self,
        application: &Application,
        seen: &Observed,
        template: &Value,
        plan: &Plan,
    ) -> Vec<Finding> {
        let phases = plan.phases.iter().take(MAX_PHASES);
        let shares: Vec<Share> = phases.map(|phase| phase.share).collect();
        let first = shares.first().copied().unwrap_or(Share::WHOLE);
        let goal = if first.is_whole() {
            Goal::Promoted
        } else {
            Goal::Share { share: first }
        };
        let template = Manifest::from(template.clone());
        let pursuit = Pursuit::imagined(seen, goal, template.clone(), template, plan);
        match self
            .workloads
            .preflight(&pursuit, application.workload(), &shares)
            .await
        {
            Ok(found) => {
                // Shares that are not possible are said phase by phase, and not twice.
                let told = found.iter().filter(|one| one.code != "share-not-possible");
                let mut all: Vec<Finding> = told.map(findings::finding).collect();
                let good = findings::passed(&found).into_iter().enumerate();
                all.extend(good.map(|(index, check)| Finding {
                    id: format!("passed-{index}"),
                    check,
                    can_override: false,
                }));
                all
            }
            Err(error) => {
                let said = Said::Verbatim { text: error.message };
                vec![finding("cluster-unseen", CheckState::Failed, said, false)]
            }
        }
    }

    /// A release of the record as the live screen shows it, with nothing live about it.
    pub(crate) fn live_recorded(&self, told: &Told, readiness: &Readiness) -> LiveRelease {
        let environment = &told.release().environment;
        let now = told.ended().unwrap_or_else(|| self.now_of(environment));
        let view = told
            .snapshots
            .iter()
            .rev()
            .find_map(|snapshot| snapshot.workload.as_ref());
        let person = told.release().driver.clone();
        let around = crate::picture::Around {
            environment: self.recorded_tag(environment),
            view,
            contact: Contact {
                state: ContactState::Recorded,
                as_of: Some(now),
                since: now,
            },
            in_contact: false,
            signals_failure: None,
            signal_problems: BTreeMap::default(),
            driven: None,
            readiness,
            person: &person,
            resumes: None,
            now,
        };
        crate::picture::live(told, &around)
    }
}

fn warmth(target: &RollbackChoice, replicas: u32) -> Check {
    let missing = replicas.saturating_sub(target.warm_pods);
    let said = if missing > 0 {
        Said::PodsMustStart {
            count: missing,
            version: target.label.clone(),
        }
    } else {
        Said::PodsWarm {
            count: target.warm_pods,
            version: target.label.clone(),
        }
    };
    Check {
        state: CheckState::Passed,
        said,
    }
}
