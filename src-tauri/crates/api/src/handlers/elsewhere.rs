//! Releases that another person's Slipway drives.

use crate::api::Inner;
use crate::failure::failure;
use crate::picture::{self, Told};
use crate::runtime::{Application, Environment};
use crate::view::{CellState, Control, Failure, Said, Started, TakeOverRequest};
use cluster::lease::{Found, found_release};
use conductor::{Charter, Driver, Leader, Leadership as _, Takeover, WorkloadRef, Workloads as _};
use release::{Command, ReleaseId, RollbackTarget};
use std::sync::{Arc, PoisonError};

/// What is known of a release that another Slipway drives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Elsewhere {
    /// The release whose marks the workload carries.
    pub(crate) release: String,
    /// Who leads; `None` if nobody does now.
    pub(crate) leader: Option<Leader>,
    /// The charter, if there is one that may be read.
    pub(crate) charter: Option<Charter>,
    /// When this was read, on the environment's monotonic clock.
    pub(crate) read_millis: u64,
}

impl Inner {
    /// Looks at the Leases and charters of all workloads that carry the marks of a release which is not driven here.
    pub(crate) async fn look_elsewhere(&self) {
        let Ok(corrections) = self.corrections().await else {
            return;
        };
        let mut found = std::collections::BTreeMap::new();
        for application in self.applications.all(&corrections) {
            let Some(release) = &application.summary.release else {
                continue;
            };
            if self.drives(release) {
                continue;
            }
            let Ok(environment) = self.registry.get(&application.workload().environment) else {
                continue;
            };
            if let Some(elsewhere) = self.read_elsewhere(&environment, application.workload()).await {
                let release = release.0.clone();
                found.insert(application.workload().clone(), Elsewhere { release, ..elsewhere });
            }
        }
        let changed = {
            let mut known = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
            let changed = !known.is_empty() || !found.is_empty();
            *known = found;
            changed
        };
        if changed {
            self.push_matrix().await;
        }
    }

    /// Whether this Slipway drives a release, or did before somebody took it over.
    fn drives(&self, release: &ReleaseId) -> bool {
        let actors = self.actors();
        actors.get(release).is_some_and(|actor| {
            let told = actor.live.recorder.told();
            told.release().stage.is_live() && !is_handed_over(&told.release().stage)
        })
    }

    async fn read_elsewhere(&self, environment: &Environment, at: &WorkloadRef) -> Option<Elsewhere> {
        let leadership = self.leadership(environment);
        let leader = leadership.leader(at).await.ok()?;
        let charter = leadership.charter(at).await.ok().flatten();
        Some(Elsewhere {
            release: String::new(),
            leader: leader.filter(|leader| !leadership.is_own(leader)),
            charter,
            read_millis: self.clock_of(environment).monotonic_millis(),
        })
    }

    /// The release of another Slipway that leads a workload now, and the person there.
    pub(crate) fn driven_elsewhere(&self, at: &WorkloadRef) -> Option<(String, String)> {
        let known = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(at)?;
        let leader = known
            .leader
            .as_ref()
            .filter(|leader| leader.remaining_millis > 0)?;
        Some((known.release.clone(), leader.person.clone()))
    }

    /// What the matrix shows of a workload that another Slipway drives.
    pub(crate) fn elsewhere_state(
        &self,
        environment: &Environment,
        application: &Application,
    ) -> Option<CellState> {
        let release = application.summary.release.as_ref()?;
        let known = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(application.workload())?;
        let now = self.clock_of(environment).monotonic_millis();
        let charter = known
            .charter
            .as_ref()
            .filter(|charter| charter.release.id == *release);
        let leader = known.leader.as_ref();
        let driver = leader
            .map(|leader| leader.person.clone())
            .or_else(|| charter.map(|charter| charter.release.driver.name.clone()));
        Some(CellState::Elsewhere {
            release: release.0.clone(),
            to: picture::version_tag(&application.summary.version),
            stage: charter.map(|charter| charter.release.stage.clone()),
            phase: charter.map_or(0, |charter| u32::try_from(charter.release.phase).unwrap_or(0)),
            phases: charter.map_or(0, |charter| {
                u32::try_from(charter.release.plan.phases.len()).unwrap_or(0)
            }),
            driver,
            since: leader.and_then(|leader| leader.since),
            take_over: take_over_control(known, charter.is_some(), now),
        })
    }

    /// Goes on with a release that another Slipway drove.
    pub(crate) async fn take_over(self: &Arc<Self>, request: TakeOverRequest) -> Result<Started, Failure> {
        self.may_go_forward(&request.environment, request.confirmation)?;
        let application = self
            .application(&request.application, &request.environment)
            .await?;
        let found = self.found(&application).await?;
        if !found.has_plan {
            return Err(failure(
                "charter-missing",
                "Nothing was taken over: the release's plan does not stand beside the workload, so nobody else can go on with it.",
                "You can roll it back.",
            ));
        }
        let release = self.take(found, &application, false).await?;
        Ok(Started { release: release.0 })
    }

    /// Rolls back a release that another Slipway drives, in the same click; `None` if no release holds the workload.
    pub(crate) async fn roll_back_elsewhere(
        self: &Arc<Self>,
        application: &Application,
        target: RollbackTarget,
        reason: String,
    ) -> Result<Option<Started>, Failure> {
        if application.summary.release.is_none() && !application.summary.held {
            return Ok(None);
        }
        let found = match self.found(application).await {
            Ok(found) => found,
            // What has no release of ours is rolled back as any other change.
            Err(failure) if failure.code == "no-release" => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let target = match &target {
            RollbackTarget::Revision { version, .. }
                if version.template_hash == found.dossier.release.from.template_hash =>
            {
                RollbackTarget::Before
            }
            _ => target,
        };
        let release = self.take(found, application, true).await?;
        let actor = self.actor(&release.0).await?;
        actor
            .command(&self.person().await, Command::RollBack { target, reason })
            .await?;
        Ok(Some(Started { release: release.0 }))
    }

    async fn found(&self, application: &Application) -> Result<Found, Failure> {
        let at = application.workload();
        let environment = self.registry.get(&at.environment)?;
        let leadership = self.leadership(&environment);
        let (charter, seen, revisions) = futures::join!(
            leadership.charter(at),
            self.workloads.observe(at),
            self.workloads.revisions(at),
        );
        let (seen, revisions) = (seen?, revisions?);
        // Without a charter the marks on the workload are enough to go back.
        let charter = charter.ok().flatten();
        let row = &application.row.id;
        Ok(found_release(at, row, charter.as_ref(), &seen, &revisions)?)
    }

    async fn take(
        self: &Arc<Self>,
        found: Found,
        application: &Application,
        to_roll_back: bool,
    ) -> Result<ReleaseId, Failure> {
        let environment = self.registry.get(&application.workload().environment)?;
        let id = found.dossier.release.id.clone();
        // What was told here before, if this Slipway drove it once.
        let told = match self.history.story(&id).await {
            Ok(story) => Told::of(&story),
            Err(_) => Told::new(found.dossier.clone()),
        };
        let (recorder, ports) = self.ports(&environment, told);
        recorder.told().dossier = found.dossier.clone();
        let taken = Takeover {
            from: found.dossier.release.driver.name.clone(),
            dossier: found.dossier,
            operations: found.operations,
            to_roll_back,
        };
        let person = self.person().await;
        let driver = Driver::take_over(taken, &person, ports.clone()).await?;
        let before = self.actors().remove(&id);
        drop(before);
        self.elsewhere
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(application.workload());
        self.drive(driver, recorder, ports);
        Ok(id)
    }
}

fn is_handed_over(stage: &release::Stage) -> bool {
    matches!(
        stage,
        release::Stage::Held {
            reason: release::HoldReason::HandedOver { .. },
            ..
        }
    )
}

/// Whether the release can be taken over now; else why not, and for how long.
fn take_over_control(known: &Elsewhere, has_plan: bool, now: u64) -> Control {
    let because = match &known.leader {
        _ if !has_plan => Some(Said::OffNoPlan),
        None => None,
        Some(leader) => {
            let passed = now.saturating_sub(known.read_millis);
            let left = leader.remaining_millis.saturating_sub(passed);
            (left > 0 && leader.offered_to.is_none()).then(|| Said::OffDriven {
                driver: leader.person.clone(),
                seconds: u32::try_from(left.div_ceil(1_000)).unwrap_or(u32::MAX),
            })
        }
    };
    Control {
        on: because.is_none(),
        off_because: because,
    }
}
