use crate::api::Inner;
use crate::failure::failure;
use crate::picture::Told;
use crate::runtime::{Application, Environment};
use crate::view::{
    CheckState, Failure, PreflightRequest, ResumeAtRequest, StartRequest, Started, VersionSource,
};
use conductor::{Dossier, Driver, Manifest, Workloads as _};
use release::{Command, Plan, Release, ReleaseId, ReleaseKind, RollbackTarget, Stage};
use serde_json::Value;
use std::sync::Arc;

impl Inner {
    /// Starts a release. Preflight is asked again, protection is checked here.
    pub(crate) async fn start_release(self: &Arc<Self>, request: StartRequest) -> Result<Started, Failure> {
        self.may_go_forward(&request.preflight.environment, request.confirmation)?;
        let wanted = self.wanted(&request.preflight).await?;
        let asked = self.preflight_of(&request.preflight.plan, &wanted).await;
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
                wanted.before.into(),
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
        before: Manifest,
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
            new_template: template.into(),
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
