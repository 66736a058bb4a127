use crate::api::Inner;
use crate::handlers::traffic::rise;
use crate::handlers::wanted::Wanted;
use crate::manifest_diff::manifest_diff;
use crate::picture;
use crate::view::{
    Check, CheckState, Estimate, Failure, Finding, PhasePods, Preflight, PreflightRequest, Said, Sees,
};
use cluster::holds::{surge_pods, target_pods};
use judge::Role;
use release::{MAX_PHASES, Plan};

impl Inner {
    pub(crate) async fn preflight(&self, request: PreflightRequest) -> Result<Preflight, Failure> {
        let wanted = self.wanted(&request).await?;
        Ok(self.preflight_of(&request.plan, &wanted).await)
    }

    /// Every check of a plan for a version that is prepared already.
    pub(crate) async fn preflight_of(&self, plan: &Plan, wanted: &Wanted) -> Preflight {
        let problems = plan.problems(self.has_metrics(&wanted.environment.id));
        let now = self.clock_of(&wanted.environment).now();
        let mut findings = self.findings(wanted, plan).await;
        if let Some(running) = self.running_in(wanted) {
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
        if let Some((release, driver)) = self.driven_elsewhere(wanted.application.workload()) {
            findings.push(finding(
                "driven-by-other",
                CheckState::Failed,
                Said::ReleaseUnderWay { release, driver },
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
        let mut pods = phase_pods(plan, wanted.seen.view.replicas);
        self.fill_rises(wanted, plan, &mut pods).await;
        findings.extend(impossible_shares(&pods, plan));
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
        let rollback_estimate = self.way_back(wanted, plan, &pods).await;
        Preflight {
            version: Some(picture::version_tag(&wanted.version)),
            problems,
            pods,
            findings,
            may_start,
            rollback_estimate,
            changes: vec![manifest_diff(title, &live, &wanted.template)],
            asked_at: now,
        }
    }

    /// What each phase can see at the traffic of now.
    async fn fill_rises(&self, wanted: &Wanted, plan: &Plan, pods: &mut [PhasePods]) {
        let workload = wanted.application.workload();
        let Some(serving) = self.serving(workload, &wanted.seen.view).await else {
            return;
        };
        let signals = self.signals_of(workload).await;
        let critical = signals
            .iter()
            .filter(|signal| signal.role == Role::Critical)
            .count();
        for (pods, phase) in pods.iter_mut().zip(&plan.phases) {
            if !phase.share.is_whole() {
                pods.sees = Some(Sees {
                    rise: rise(serving, phase, u32::try_from(critical).unwrap_or(1)),
                    per_second: serving.per_second,
                });
            }
        }
    }

    /// How long the way back should take where most of the new version serves beside the old one.
    async fn way_back(&self, wanted: &Wanted, plan: &Plan, pods: &[PhasePods]) -> Option<Estimate> {
        let replicas = wanted.seen.view.replicas;
        let largest = plan
            .phases
            .iter()
            .zip(pods)
            .rfind(|(phase, _)| !phase.share.is_whole());
        let warm = largest.map_or(0, |(_, pods)| pods.stable);
        let to_start = replicas.saturating_sub(warm);
        let asked = self
            .workloads
            .seconds_back(wanted.application.workload(), &wanted.seen, to_start);
        let (seconds, measured_starts) = asked.await.ok()?;
        seconds.map(|seconds| Estimate {
            seconds,
            measured_starts,
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
        let (state, said) = self.metrics_said(wanted.application.workload()).await;
        let metrics = finding("metrics", state, said, false);
        let mut findings = vec![metrics];
        findings.extend(
            self.cluster_findings(&wanted.application, &wanted.seen, &wanted.template, plan)
                .await,
        );
        findings
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
    let readable = plan.phases.iter().take(MAX_PHASES);
    readable
        .map(|phase| {
            if phase.share.is_whole() {
                return PhasePods {
                    canary: replicas,
                    stable: 0,
                    possible: true,
                    nearest: Vec::new(),
                    sees: None,
                };
            }
            match target_pods(phase.share, replicas, surge) {
                Ok((canary, stable)) => PhasePods {
                    canary,
                    stable,
                    possible: true,
                    nearest: Vec::new(),
                    sees: None,
                },
                Err(problem) => PhasePods {
                    canary: 0,
                    stable: replicas,
                    possible: false,
                    nearest: problem.nearest,
                    sees: None,
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
