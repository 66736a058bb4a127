use crate::api::Inner;
use crate::failure::{failure, no_such_application};
use crate::manifest_diff::manifest_diff;
use crate::picture;
use crate::runtime::{Application, Environment, now};
use crate::view::{
    ApplicationRow, Attention, Cell, CellDetail, CellRequest, CellRollBackRequest, CellState, Changes,
    ChangesRequest, Check, CheckState, Contact, ContactState, EnvironmentColumn, EnvironmentContact,
    EnvironmentIdRequest, Failure, FieldWriter, MatchApplicationRequest, Matrix, Rollback, RollbackChoice,
    RollbackSpot, RunningRelease, Said, Started, UnlockRequest, Unlocked,
};
use cluster::inventory::{Corrections, WorkloadSummary};
use conductor::Workloads as _;
use release::{GateOutcome, Stage};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The setting that holds which rows the person set against labels and names.
const CORRECTIONS: &str = "applicationCorrections";

impl Inner {
    pub(crate) async fn matrix(&self) -> Result<Matrix, Failure> {
        let environments = self.registry.all();
        let running = self.running();
        let corrections = self.corrections().await?;
        let mut rows: BTreeMap<String, ApplicationRow> = BTreeMap::new();
        let mut cells = Vec::new();
        let mut workloads = BTreeMap::new();
        for application in self.applications.all(&corrections) {
            let environment = environments
                .iter()
                .find(|known| known.id == application.workload().environment);
            let Some(environment) = environment else { continue };
            cells.push(self.matrix_cell(environment, &application, &running));
            let place = (application.row.id.clone(), environment.id.clone());
            workloads.insert(place, application.workload().clone());
            rows.insert(application.row.id.clone(), application.row);
        }
        for environment in &environments {
            self.fill_from_last_seen(environment, &mut rows, &mut cells);
        }
        let order: Vec<&str> = environments
            .iter()
            .map(|environment| environment.id.as_str())
            .collect();
        self.fill_drift(&mut cells, &order, &workloads);
        let attention = attention(&cells, &running);
        let columns = environments
            .iter()
            .map(|environment| self.column(environment))
            .collect();
        Ok(Matrix {
            environments: columns,
            applications: rows.into_values().collect(),
            cells,
            attention,
        })
    }

    /// What was seen last stands in for an environment that has not been seen in this session.
    fn fill_from_last_seen(
        &self,
        environment: &Environment,
        rows: &mut BTreeMap<String, ApplicationRow>,
        cells: &mut Vec<Cell>,
    ) {
        let seen_now = cells.iter().any(|cell| cell.environment == environment.id);
        if seen_now
            || self
                .applications
                .state(&environment.id)
                .is_some_and(|state| state.heard.is_some() && !state.loading)
        {
            return;
        }
        let Some((_, seen)) = self.applications.last_seen(&environment.id) else {
            return;
        };
        cells.extend(seen.cells);
        for row in seen.rows {
            rows.entry(row.id.clone()).or_insert(row);
        }
    }

    fn column(&self, environment: &Environment) -> EnvironmentColumn {
        let state = self.applications.state(&environment.id);
        let failure = match &state {
            Some(state) => state
                .out_of_contact
                .clone()
                .or_else(|| state.failures.values().next().cloned())
                .map(Failure::from),
            None => self.connect_failure(&environment.id),
        };
        EnvironmentColumn {
            environment: environment.tag(self.unlocks().until(&environment.id, now())),
            context: environment.context().map(str::to_owned),
            namespaces: environment.namespaces.clone(),
            contact: self.environment_contact(environment),
            loading: failure.is_none() && state.is_none_or(|state| state.loading),
            failure,
            metrics: self.has_metrics(&environment.id),
        }
    }

    fn environment_contact(&self, environment: &Environment) -> Contact {
        let state = self.applications.state(&environment.id);
        let earlier = self
            .applications
            .last_seen(&environment.id)
            .map(|(as_of, _)| as_of);
        let heard = state.as_ref().and_then(|state| state.heard).or(earlier);
        let failing = match &state {
            Some(state) => state.out_of_contact.is_some(),
            None => self.connect_failure(&environment.id).is_some(),
        };
        let contact = match (failing, state.is_some_and(|state| state.heard.is_some())) {
            (true, _) => ContactState::Lost,
            (false, true) => ContactState::Live,
            (false, false) => ContactState::Stale,
        };
        Contact {
            state: contact,
            as_of: heard,
            since: heard.unwrap_or_else(now),
        }
    }

    /// The contact of every environment.
    pub(crate) fn contacts(&self) -> Vec<EnvironmentContact> {
        self.registry
            .all()
            .iter()
            .map(|environment| EnvironmentContact {
                environment: environment.id.clone(),
                name: environment.name.clone(),
                contact: self.environment_contact(environment),
            })
            .collect()
    }

    fn matrix_cell(
        &self,
        environment: &Environment,
        application: &Application,
        running: &[RunningRelease],
    ) -> Cell {
        let summary = &application.summary;
        let release = running.iter().find(|release| {
            release.application == application.row.id && release.environment.id == environment.id
        });
        let elsewhere = self.elsewhere_state(environment, application);
        let state = match (release, elsewhere) {
            (_, Some(elsewhere)) => elsewhere,
            (Some(release), None) => release_state(release, application),
            (None, None) => idle_state(summary),
        };
        let from = release.and_then(|release| self.served_before(&release.id));
        Cell {
            application: application.row.id.clone(),
            environment: environment.id.clone(),
            state,
            version: Some(from.unwrap_or_else(|| picture::version_tag(&summary.version))),
            since: summary.since,
            workload: Some(picture::workload_name(&summary.workload)),
            ready_pods: summary.ready,
            wanted_pods: summary.replicas,
            ahead: None,
            ahead_at_least: false,
            ahead_of: None,
            rollback_targets: summary.other_revisions,
        }
    }

    /// What served before a release that goes on.
    fn served_before(&self, release: &str) -> Option<crate::view::VersionTag> {
        let actor = self
            .actors()
            .get(&release::ReleaseId(release.to_owned()))?
            .clone();
        let told = actor.live.recorder.told();
        Some(picture::version_tag(&told.release().from))
    }

    /// One application in one environment.
    pub(crate) async fn application(&self, row: &str, environment: &str) -> Result<Application, Failure> {
        self.registry.get(environment)?;
        let all = self.applications.all(&self.corrections().await?);
        all.into_iter()
            .find(|application| {
                application.row.id == row && application.workload().environment == environment
            })
            .ok_or_else(|| no_such_application(row, environment))
    }

    pub(crate) async fn cell(&self, request: CellRequest) -> Result<CellDetail, Failure> {
        let environment = self.registry.get(&request.environment)?;
        let application = self
            .application(&request.application, &request.environment)
            .await?;
        let cell = self.matrix_cell(&environment, &application, &self.running());
        let seen = self.workloads.observe(application.workload()).await?;
        let revisions = self.workloads.revisions(application.workload()).await?;
        let targets: Vec<RollbackChoice> = revisions
            .iter()
            .filter(|revision| !revision.current)
            .map(|revision| picture::choice(revision, Some(&seen.view)))
            .collect();
        let rollback = self.cell_rollback(&application, &targets).await;
        let written_by = application
            .summary
            .writers
            .iter()
            .map(|writer| FieldWriter {
                manager: writer.manager.clone(),
                at: writer.at,
            })
            .collect();
        Ok(CellDetail {
            cell,
            rollback,
            targets,
            written_by,
        })
    }

    /// The way back of a workload without a release: to the newest revision before the one in force.
    async fn cell_rollback(&self, application: &Application, targets: &[RollbackChoice]) -> Rollback {
        let Some(target) = targets.first() else {
            return Rollback {
                spot: RollbackSpot::Nothing {
                    because: Said::NoTarget,
                },
                target: None,
                checks: vec![Check {
                    state: CheckState::Warning,
                    said: Said::NoTarget,
                }],
                checked_at: None,
                estimate: None,
                steps: Vec::new(),
                others: Vec::new(),
                by_hand: None,
            };
        };
        let readiness = self.revision_readiness(application, target).await;
        let failed = readiness
            .checks
            .iter()
            .any(|check| check.state == CheckState::Failed);
        Rollback {
            spot: if failed {
                RollbackSpot::PreflightFailed
            } else {
                RollbackSpot::Ready
            },
            target: Some(target.clone()),
            checks: readiness.checks,
            checked_at: readiness.checked_at,
            estimate: readiness.estimate,
            steps: Vec::new(),
            others: targets.iter().skip(1).cloned().collect(),
            by_hand: readiness.by_hand,
        }
    }

    /// Back to a known version where Slipway has made no release: a release of its own, with the same button and the same
    /// record.
    pub(crate) async fn cell_roll_back(
        self: &Arc<Self>,
        request: CellRollBackRequest,
    ) -> Result<Started, Failure> {
        let application = self
            .application(&request.application, &request.environment)
            .await?;
        let running = self.running().into_iter().find(|release| {
            release.application == request.application && release.environment.id == request.environment
        });
        if let Some(running) = running {
            let command = release::Command::RollBack {
                target: request.target,
                reason: request.reason,
            };
            self.actor(&running.id)
                .await?
                .command(&self.person().await, command)
                .await?;
            return Ok(Started { release: running.id });
        }
        let (target, reason) = (request.target, request.reason);
        let elsewhere = self
            .roll_back_elsewhere(&application, target.clone(), reason.clone())
            .await?;
        match elsewhere {
            Some(started) => Ok(started),
            None => self.begin_rollback(&application, target, reason).await,
        }
    }

    pub(crate) async fn changes(&self, request: ChangesRequest) -> Result<Changes, Failure> {
        let all = self.registry.all();
        let place = all
            .iter()
            .position(|environment| environment.id == request.environment);
        let with = request
            .with
            .clone()
            .or_else(|| Some(all.get(place?.checked_sub(1)?)?.id.clone()));
        let Some(with) = with else {
            return Err(failure(
                "nothing-to-compare",
                "There is no environment before this one.",
                "Choose one to compare with.",
            ));
        };
        let left = self
            .application(&request.application, &request.environment)
            .await?;
        let right = self.application(&request.application, &with).await?;
        let (before, after) = (self.template(&left).await?, self.template(&right).await?);
        let title = picture::workload_name(left.workload());
        Ok(Changes {
            from: picture::version_tag(&left.summary.version),
            to: picture::version_tag(&right.summary.version),
            manifests: vec![manifest_diff(title, &before, &after)],
        })
    }

    /// The live pod template.
    pub(crate) async fn template(&self, application: &Application) -> Result<serde_json::Value, Failure> {
        let seen = self.workloads.observe(application.workload()).await?;
        Ok(seen.object.pointer("/spec/template").cloned().unwrap_or_default())
    }

    pub(crate) async fn match_application(
        &self,
        request: MatchApplicationRequest,
    ) -> Result<Matrix, Failure> {
        self.registry.get(&request.environment)?;
        let mut corrections = self.corrections().await?;
        let key = (request.environment, request.workload);
        match request.application {
            Some(row) => corrections.insert(key, row),
            None => corrections.remove(&key),
        };
        let kept: Vec<_> = corrections
            .iter()
            .map(|((place, title), row)| json!([place, title, row]))
            .collect();
        self.history.set_setting(CORRECTIONS, json!(kept)).await?;
        self.matrix().await
    }

    /// Rows that the person set against labels and names.
    pub(crate) async fn corrections(&self) -> Result<Corrections, Failure> {
        let kept = self.history.setting(CORRECTIONS).await?;
        let list: Vec<(String, String, String)> = kept
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default();
        Ok(list
            .into_iter()
            .map(|(place, title, row)| ((place, title), row))
            .collect())
    }

    pub(crate) async fn unlock(&self, request: UnlockRequest) -> Result<Unlocked, Failure> {
        self.registry.get(&request.environment)?;
        self.unlocks()
            .unlock(&request.environment, &request.reason, now())?;
        tracing::info!(environment = %request.environment, "unlocked for 30 minutes");
        self.unlocked(&request.environment).await
    }

    pub(crate) async fn lock(&self, request: EnvironmentIdRequest) -> Result<Unlocked, Failure> {
        self.registry.get(&request.environment)?;
        self.unlocks().lock(&request.environment);
        self.unlocked(&request.environment).await
    }

    async fn unlocked(&self, environment: &str) -> Result<Unlocked, Failure> {
        self.push_matrix().await;
        Ok(Unlocked {
            environment: self.tag(environment)?,
            by: self.person().await,
        })
    }
}

fn release_state(release: &RunningRelease, application: &Application) -> CellState {
    let to = application.summary.version.clone();
    CellState::Release {
        release: release.id.clone(),
        to: picture::version_tag(&to),
        stage: release.stage.clone(),
        outcome: release.outcome,
        share: release.share,
        phase: release
            .phases
            .iter()
            .rposition(|phase| phase.started_at.is_some())
            .and_then(|at| u32::try_from(at).ok())
            .unwrap_or(0),
        phases: release.phases.clone(),
        shares: release.shares.clone(),
        now: release.now,
    }
}

fn idle_state(summary: &WorkloadSummary) -> CellState {
    if summary.held || summary.rolling {
        return CellState::ForeignRollout {
            manager: summary.writers.first().map(|writer| writer.manager.clone()),
        };
    }
    match &summary.trouble {
        Some(trouble) => CellState::Trouble {
            because: Said::WorkloadTrouble {
                reason: trouble.reason.clone(),
                message: trouble.message.clone(),
            },
            since: trouble.since,
        },
        None => CellState::Idle {
            ready: summary.ready >= summary.replicas,
        },
    }
}

/// What needs a person, the most urgent first.
fn attention(cells: &[Cell], running: &[RunningRelease]) -> Vec<Attention> {
    let weight = |release: &RunningRelease| match (&release.stage, release.outcome) {
        (_, GateOutcome::Degraded) => Some(0),
        (Stage::RollingBack { .. }, _) => Some(1),
        (Stage::Held { .. }, _) => Some(2),
        _ => None,
    };
    let mut found: Vec<(u8, Attention)> = running
        .iter()
        .filter_map(|release| {
            let one = Attention {
                application: release.application.clone(),
                environment: release.environment.id.clone(),
                release: Some(release.clone()),
                because: None,
                since: None,
            };
            Some((weight(release)?, one))
        })
        .collect();
    found.extend(cells.iter().filter_map(|cell| {
        let CellState::Trouble { because, since } = &cell.state else {
            return None;
        };
        let one = Attention {
            application: cell.application.clone(),
            environment: cell.environment.clone(),
            release: None,
            because: Some(because.clone()),
            since: *since,
        };
        Some((1, one))
    }));
    found.sort_by_key(|(weight, _)| *weight);
    found.into_iter().map(|(_, attention)| attention).collect()
}
