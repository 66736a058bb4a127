use crate::api::Inner;
use crate::failure::failure;
use crate::manifest_diff::manifest_diff;
use crate::picture::{self, Told};
use crate::runtime::{Application, Environment};
use crate::view::{
    Check, CheckState, Draft, DraftRequest, Failure, Finding, PhasePods, Preflight, PreflightRequest,
    ResumeAtRequest, Said, StartRequest, Started, VersionOffer, VersionSource,
};
use cluster::NewVersion;
use cluster::holds::{possible_shares, surge_pods, target_pods};
use conductor::{Dossier, Driver, Observed, Workloads as _};
use release::{Command, Plan, Release, ReleaseId, ReleaseKind, RollbackTarget, Stage, Version};
use serde_json::Value;
use std::sync::Arc;

/// What a source gives.
struct Wanted {
    application: Application,
    environment: Environment,
    seen: Observed,
    template: Value,
    version: Version,
    before: Value,
}

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
            requests_per_second: None,
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

    /// What the source gives here: the pod template as this cluster would store it, and its version.
    async fn wanted(&self, request: &PreflightRequest) -> Result<Wanted, Failure> {
        let environment = self.registry.get(&request.environment)?;
        let application = self
            .application(&request.application, &request.environment)
            .await?;
        let seen = self.workloads.observe(application.workload()).await?;
        let live = seen.object.pointer("/spec/template").cloned().unwrap_or_default();
        let asked = self
            .new_version(&request.source, &request.application, &environment, live)
            .await?;
        let prepared = self.workloads.prepare(application.workload(), &asked).await?;
        Ok(Wanted {
            application,
            environment,
            seen,
            template: prepared.template,
            version: prepared.version,
            before: prepared.before,
        })
    }

    async fn new_version(
        &self,
        source: &VersionSource,
        row: &str,
        environment: &Environment,
        live: Value,
    ) -> Result<NewVersion, Failure> {
        Ok(match source {
            VersionSource::Environment { environment } => {
                let there = self.application(row, environment).await?;
                NewVersion::Template(self.template(&there).await?)
            }
            VersionSource::Images { containers } => NewVersion::Images(
                containers
                    .iter()
                    .map(|wanted| (wanted.container.clone(), wanted.image.clone()))
                    .collect(),
            ),
            VersionSource::Yaml { text } => NewVersion::Yaml(text.clone()),
            VersionSource::Scenario { scenario } => {
                NewVersion::Template(self.scenario_template(scenario, row, environment, live)?)
            }
        })
    }

    pub(crate) async fn preflight(&self, request: PreflightRequest) -> Result<Preflight, Failure> {
        let problems = request.plan.problems(self.has_metrics(&request.environment));
        let wanted = self.wanted(&request).await?;
        let now = self.clock_of(&wanted.environment).now();
        let mut findings = self.findings(&wanted, &request.plan).await;
        if let Some(running) = self.running_in(&wanted) {
            findings.push(finding(
                "release-under-way",
                CheckState::Failed,
                Said::ReleaseUnderWay {
                    release: running.0,
                    driver: running.1,
                },
                false,
            ));
        }
        if wanted.version.template_hash == wanted.seen.view.version.template_hash {
            let text = "This version runs here already; there is nothing to release.".to_owned();
            findings.push(finding(
                "same-version",
                CheckState::Failed,
                Said::Verbatim { text },
                false,
            ));
        }
        let pods = phase_pods(&request.plan, wanted.seen.view.replicas);
        findings.extend(impossible_shares(&pods, &request.plan));
        findings.sort_by_key(|finding| std::cmp::Reverse(weight(finding.check.state)));
        let may_start = problems.is_empty()
            && findings
                .iter()
                .all(|finding| finding.check.state != CheckState::Failed || finding.can_override);
        let title = picture::workload_name(wanted.application.workload());
        let live = wanted
            .seen
            .object
            .pointer("/spec/template")
            .cloned()
            .unwrap_or_default();
        Ok(Preflight {
            version: Some(picture::version_tag(&wanted.version)),
            problems,
            pods,
            findings,
            may_start,
            rollback_estimate: None,
            changes: vec![manifest_diff(title, &live, &wanted.template)],
            asked_at: now,
        })
    }

    /// Who releases here already: the release and its driver.
    fn running_in(&self, wanted: &Wanted) -> Option<(String, String)> {
        let actors = self.actors();
        actors.values().find_map(|actor| {
            let told = actor.live.recorder.told();
            let release = told.release();
            let here = told.dossier.workload == *wanted.application.workload();
            (here && release.stage.is_live()).then(|| (release.id.0.clone(), release.driver.name.clone()))
        })
    }

    /// What the cluster says to the plan's first act and to everything around it.
    async fn findings(&self, wanted: &Wanted, plan: &Plan) -> Vec<Finding> {
        let metrics = if self.has_metrics(&wanted.environment.id) {
            let signals =
                u32::try_from(self.signals_of(wanted.application.workload()).await.len()).unwrap_or(0);
            finding(
                "metrics",
                CheckState::Passed,
                Said::MetricsFound { signals },
                false,
            )
        } else {
            finding("metrics", CheckState::Warning, Said::MetricsMissing, false)
        };
        let mut findings = vec![metrics];
        findings.extend(
            self.cluster_findings(&wanted.application, &wanted.seen, &wanted.template, plan)
                .await,
        );
        findings
    }

    /// Starts a release. Preflight is asked again, protection is checked here.
    pub(crate) async fn start_release(self: &Arc<Self>, request: StartRequest) -> Result<Started, Failure> {
        self.may_go_forward(&request.preflight.environment, request.confirmation)?;
        let asked = self.preflight(request.preflight.clone()).await?;
        if let Some(problem) = asked.problems.first() {
            return Err(failure(
                "plan-invalid",
                format!("The release was not started: {problem}."),
                "Correct the plan.",
            ));
        }
        let stops = asked.findings.iter().find(|finding| {
            finding.check.state == CheckState::Failed
                && !(finding.can_override && request.overrides.contains(&finding.id))
        });
        if let Some(stops) = stops {
            return Err(failure(
                "preflight-failed",
                format!(
                    "The release was not started, nothing was changed: a check failed ({}).",
                    stops.id
                ),
                "See the checks beside the plan.",
            ));
        }
        let wanted = self.wanted(&request.preflight).await?;
        self.prepare_scenario(&request.preflight);
        let id = new_release_id();
        self.workloads
            .override_findings(id.clone(), request.overrides.clone());
        let person = self.person().await;
        let release = Release::planned(
            id,
            &wanted.application.row.id,
            &wanted.environment.id,
            wanted.seen.view.version.clone(),
            wanted.version.clone(),
            request.preflight.plan.clone(),
            person.clone(),
        );
        let driver = self
            .begin(
                &wanted.environment,
                &wanted.application,
                wanted.before,
                release,
                wanted.template,
                request.reason,
            )
            .await?;
        let id = driver.0.clone();
        driver.1.command(&person, Command::Start).await?;
        Ok(Started { release: id.0 })
    }

    /// Writes a release down and begins to drive it.
    async fn begin(
        self: &Arc<Self>,
        environment: &Environment,
        application: &Application,
        before: Value,
        release: Release,
        template: Value,
        reason: String,
    ) -> Result<(ReleaseId, Arc<crate::runtime::Actor>), Failure> {
        let id = release.id.clone();
        let signals = match release.kind {
            ReleaseKind::Rollout => self.signals_of(application.workload()).await,
            ReleaseKind::Rollback => Vec::new(),
        };
        let dossier = Dossier {
            signals,
            release,
            workload: application.workload().clone(),
            uid: before
                .pointer("/metadata/uid")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            created: self.clock_of(environment).now(),
            reason,
            before,
            new_template: template,
            other_templates: Default::default(),
            judging: judge::Options::default(),
            epoch: 1,
            last_operation: None,
            operations: 0,
        };
        let (recorder, ports) = self.ports(environment, Told::new(dossier.clone()));
        let driver = Driver::begin(dossier, ports.clone()).await?;
        Ok((id, self.drive(driver, recorder, ports)))
    }

    /// Goes back where Slipway has made no release.
    pub(crate) async fn begin_rollback(
        self: &Arc<Self>,
        application: &Application,
        target: RollbackTarget,
        reason: String,
    ) -> Result<Started, Failure> {
        let environment = self.registry.get(&application.workload().environment)?;
        let seen = self.workloads.observe(application.workload()).await?;
        let revisions = self.workloads.revisions(application.workload()).await?;
        let wanted = match &target {
            RollbackTarget::Before => revisions.iter().find(|revision| !revision.current),
            RollbackTarget::Revision { version, .. } => revisions
                .iter()
                .find(|revision| revision.version.template_hash == version.template_hash),
        };
        let Some(wanted) = wanted else {
            return Err(failure(
                "revision-unknown",
                "Nothing was changed: the cluster does not know that version any more.",
                "Choose another one, or release the version you want.",
            ));
        };
        let person = self.person().await;
        let release = Release::rollback(
            new_release_id(),
            &application.row.id,
            &environment.id,
            seen.view.version.clone(),
            wanted.version.clone(),
            person.clone(),
        );
        let target = RollbackTarget::Revision {
            revision: wanted.revision,
            version: wanted.version.clone(),
        };
        let (id, actor) = self
            .begin(
                &environment,
                application,
                seen.object,
                release,
                wanted.template.clone(),
                reason.clone(),
            )
            .await?;
        actor
            .command(&person, Command::RollBack { target, reason })
            .await?;
        Ok(Started { release: id.0 })
    }

    /// Takes a rolled back release up again at a phase, as a new one.
    pub(crate) async fn resume_at(self: &Arc<Self>, request: ResumeAtRequest) -> Result<Started, Failure> {
        let story = self.history.story(&ReleaseId(request.release.clone())).await?;
        let old = story.dossier.release;
        if old.stage != Stage::RolledBack {
            return Err(failure(
                "not-rolled-back",
                "Only a release that was rolled back can be taken up again.",
                "",
            ));
        }
        let phases = old
            .plan
            .phases
            .get(request.phase as usize..)
            .unwrap_or_default()
            .to_vec();
        let text = serde_yaml_ng::to_string(&story.dossier.new_template).unwrap_or_default();
        let preflight = PreflightRequest {
            application: old.application,
            environment: old.environment,
            source: VersionSource::Yaml { text },
            plan: Plan { phases, ..old.plan },
        };
        let reason = format!("Takes up {} again", request.release);
        let start = StartRequest {
            preflight,
            overrides: Vec::new(),
            reason,
            confirmation: request.confirmation,
        };
        self.start_release(start).await
    }
}

pub(crate) fn finding(id: &str, state: CheckState, said: Said, can_override: bool) -> Finding {
    Finding {
        id: id.to_owned(),
        check: Check { state, said },
        can_override,
    }
}

fn weight(state: CheckState) -> u8 {
    match state {
        CheckState::Failed => 3,
        CheckState::Warning => 2,
        CheckState::Running => 1,
        CheckState::Passed => 0,
    }
}

fn phase_pods(plan: &Plan, replicas: u32) -> Vec<PhasePods> {
    let surge = surge_pods(plan.surge_limit, replicas);
    plan.phases
        .iter()
        .map(|phase| {
            if phase.share.is_whole() {
                return PhasePods {
                    canary: replicas,
                    stable: 0,
                    possible: true,
                    nearest: Vec::new(),
                };
            }
            match target_pods(phase.share, replicas, surge) {
                Ok((canary, stable)) => PhasePods {
                    canary,
                    stable,
                    possible: true,
                    nearest: Vec::new(),
                },
                Err(problem) => PhasePods {
                    canary: 0,
                    stable: replicas,
                    possible: false,
                    nearest: problem.nearest,
                },
            }
        })
        .collect()
}

fn impossible_shares(pods: &[PhasePods], plan: &Plan) -> Vec<Finding> {
    pods.iter()
        .zip(&plan.phases)
        .enumerate()
        .filter(|(_, (pods, _))| !pods.possible)
        .map(|(index, (pods, phase))| {
            let said = Said::ShareImpossible {
                phase: u32::try_from(index).unwrap_or(u32::MAX),
                share: phase.share,
                nearest: pods.nearest.clone(),
            };
            finding(&format!("share-{index}"), CheckState::Failed, said, false)
        })
        .collect()
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

/// A short name that is easy to say and, in practice, nobody else has: six letters and digits without those that look alike.
fn new_release_id() -> ReleaseId {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut random: u64 = rand::random();
    let mut name = String::from("R-");
    for _ in 0..6 {
        name.push(char::from(DIGITS[(random % 32) as usize]));
        random /= 32;
    }
    ReleaseId(name)
}
