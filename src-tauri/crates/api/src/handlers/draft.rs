use crate::api::Inner;
use crate::picture;
use crate::view::{Draft, DraftRequest, Failure, VersionOffer, VersionSource};
use cluster::holds::{possible_shares, surge_pods};
use conductor::Workloads as _;
use release::{Plan, ReleaseKind, Version};
use serde_json::Value;

impl Inner {
    pub(crate) async fn draft(&self, request: DraftRequest) -> Result<Draft, Failure> {
        let application = self
            .application(&request.application, &request.environment)
            .await?;
        let seen = self.workloads.observe(application.workload()).await?;
        let template = seen.object.pointer("/spec/template").cloned().unwrap_or_default();
        let plan = self
            .last_plan(&request)
            .await
            .unwrap_or_else(|| possible_plan(seen.view.replicas));
        let surge = surge_pods(plan.surge_limit, seen.view.replicas);
        let mut possible = possible_shares(seen.view.replicas, surge);
        possible.push(release::Share::WHOLE);
        Ok(Draft {
            application: request.application.clone(),
            environment: self.tag(&request.environment)?,
            current: picture::version_tag(&seen.view.version),
            current_yaml: serde_yaml_ng::to_string(&template).unwrap_or_default(),
            offers: self.offers(&request, &seen.view.version, &template).await,
            replicas: seen.view.replicas,
            possible_shares: possible,
            metrics: self.has_metrics(&request.environment),
            requests_per_second: self
                .serving(application.workload(), &seen.view)
                .await
                .map(|serving| serving.per_second),
            plan,
        })
    }

    /// The plan used last for this application here.
    async fn last_plan(&self, request: &DraftRequest) -> Option<Plan> {
        let filter = history::Filter {
            applications: vec![request.application.clone()],
            environments: vec![request.environment.clone()],
            kind: Some(ReleaseKind::Rollout),
            limit: 1,
            ..history::Filter::default()
        };
        let listing = self.history.list(filter).await.ok()?;
        let story = self.history.story(&listing.releases.first()?.id).await.ok()?;
        Some(story.dossier.release.plan)
    }

    /// Versions that run elsewhere, the environments before this one first; in practice also the next versions.
    async fn offers(&self, request: &DraftRequest, current: &Version, template: &Value) -> Vec<VersionOffer> {
        let mut offers = Vec::new();
        for environment in self.registry.all() {
            if environment.id == request.environment {
                continue;
            }
            let Ok(there) = self.application(&request.application, &environment.id).await else {
                continue;
            };
            let images_differ = there.summary.version.containers != current.containers;
            if images_differ {
                offers.push(VersionOffer {
                    source: VersionSource::Environment {
                        environment: environment.id.clone(),
                    },
                    version: picture::version_tag(&there.summary.version),
                    environment: self.tag(&environment.id).ok(),
                    since: there.summary.since,
                });
            }
        }
        offers.extend(self.scenario_offers(request, template));
        offers
    }
}

/// The default plan with each share moved to one that this number of pods can express.
fn possible_plan(replicas: u32) -> Plan {
    let mut plan = Plan::default();
    let possible = possible_shares(replicas, surge_pods(plan.surge_limit, replicas));
    let mut phases = Vec::new();
    for mut phase in std::mem::take(&mut plan.phases) {
        if !phase.share.is_whole() {
            let distance = |share: &release::Share| share.basis_points().abs_diff(phase.share.basis_points());
            let Some(nearest) = possible.iter().min_by_key(|share| distance(share)) else {
                continue;
            };
            phase.share = *nearest;
        }
        let is_new = phases
            .last()
            .is_none_or(|last: &release::Phase| last.share < phase.share);
        if is_new {
            phases.push(phase);
        }
    }
    plan.phases = phases;
    plan
}
