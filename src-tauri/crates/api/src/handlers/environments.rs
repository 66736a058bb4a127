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
use conductor::Workloads as _;
use release::{GateOutcome, Stage};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The setting that holds which rows the person matched workloads to.
const MATCHES: &str = "applicationMatches";

impl Inner {
    pub(crate) async fn matrix(&self) -> Result<Matrix, Failure> {
        let environments = self.registry.all();
        let running = self.running();
        let mut rows: BTreeMap<String, ApplicationRow> = BTreeMap::new();
        let mut columns = Vec::new();
        let mut cells = Vec::new();
        for environment in &environments {
            let seen = self.applications.of(&environment.id);
            columns.push(self.column(environment));
            for application in &seen.applications {
                rows.entry(application.row.clone())
                    .or_insert_with(|| ApplicationRow {
                        id: application.row.clone(),
                        name: application.row.clone(),
                        part_of: application.part_of.clone(),
                    });
                cells.push(self.matrix_cell(environment, application, &running));
            }
        }
        let order: Vec<&str> = environments
            .iter()
            .map(|environment| environment.id.as_str())
            .collect();
        fill_drift(&mut cells, &order);
        let attention = attention(&cells, &running);
        Ok(Matrix {
            environments: columns,
            applications: rows.into_values().collect(),
            cells,
            attention,
        })
    }

    fn column(&self, environment: &Environment) -> EnvironmentColumn {
        let seen = self.applications.of(&environment.id);
        EnvironmentColumn {
            environment: environment.tag(self.unlocks().until(&environment.id, now())),
            context: environment.context().map(str::to_owned),
            namespaces: environment.namespaces.clone(),
            contact: self.environment_contact(environment),
            loading: seen.as_of.is_none() && seen.failure.is_none(),
            failure: seen.failure,
            metrics: self.has_metrics(&environment.id),
        }
    }

    fn environment_contact(&self, environment: &Environment) -> Contact {
        let seen = self.applications.of(&environment.id);
        let state = match (&seen.failure, seen.as_of) {
            (Some(_), _) => ContactState::Lost,
            (None, Some(_)) => ContactState::Live,
            (None, None) => ContactState::Stale,
        };
        let now = self.clock_of(environment).now();
        Contact {
            state,
            as_of: seen.as_of,
            since: seen.failing_since.or(seen.as_of).unwrap_or(now),
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
        let view = &application.view;
        let release = running.iter().find(|release| {
            release.application == application.row && release.environment.id == environment.id
        });
        let state = match release {
            Some(release) => release_state(release, application),
            None => idle_state(application),
        };
        let from = release.and_then(|release| self.from_of(&release.id));
        Cell {
            application: application.row.clone(),
            environment: environment.id.clone(),
            state,
            version: Some(from.unwrap_or_else(|| picture::version_tag(&view.version))),
            since: application.since,
            workload: Some(picture::workload_name(&application.workload)),
            ready_pods: view.ready(),
            wanted_pods: view.replicas,
            ahead: None,
            ahead_of: None,
            rollback_targets: application.rollback_targets,
        }
    }

    /// What served before a release that goes on.
    fn from_of(&self, release: &str) -> Option<crate::view::VersionTag> {
        let actor = self
            .actors()
            .get(&release::ReleaseId(release.to_owned()))?
            .clone();
        let told = actor.live.recorder.told();
        Some(picture::version_tag(&told.release().from))
    }

    pub(crate) fn application(&self, row: &str, environment: &str) -> Result<Application, Failure> {
        self.registry.get(environment)?;
        self.applications
            .find(row, environment)
            .ok_or_else(|| no_such_application(row, environment))
    }

    pub(crate) async fn cell(&self, request: CellRequest) -> Result<CellDetail, Failure> {
        let environment = self.registry.get(&request.environment)?;
        let application = self.application(&request.application, &request.environment)?;
        let running = self.running();
        let cell = self.matrix_cell(&environment, &application, &running);
        let revisions = self.workloads.revisions(&application.workload).await?;
        let targets: Vec<RollbackChoice> = revisions
            .iter()
            .filter(|revision| !revision.current)
            .map(|revision| picture::choice(revision, Some(&application.view)))
            .collect();
        let rollback = self.cell_rollback(&application, &targets).await;
        let written_by = application
            .view
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
        let application = self.application(&request.application, &request.environment)?;
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
        self.begin_rollback(&application, request.target, request.reason)
            .await
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
        let left = self.application(&request.application, &request.environment)?;
        let right = self.application(&request.application, &with)?;
        let (before, after) = (self.template(&left).await?, self.template(&right).await?);
        let title = picture::workload_name(&left.workload);
        Ok(Changes {
            from: picture::version_tag(&left.view.version),
            to: picture::version_tag(&right.view.version),
            manifests: vec![manifest_diff(title, &before, &after)],
        })
    }

    /// The live pod template.
    pub(crate) async fn template(&self, application: &Application) -> Result<serde_json::Value, Failure> {
        let seen = self.workloads.observe(&application.workload).await?;
        Ok(seen.object.pointer("/spec/template").cloned().unwrap_or_default())
    }

    pub(crate) async fn match_application(
        self: &Arc<Self>,
        request: MatchApplicationRequest,
    ) -> Result<Matrix, Failure> {
        let mut matches = self.matches().await?;
        let key = format!("{} {}", request.environment, request.workload);
        match request.application {
            Some(row) => matches.insert(key, row),
            None => matches.remove(&key),
        };
        self.history.set_setting(MATCHES, json!(matches)).await?;
        let environment = self.registry.get(&request.environment)?;
        self.refresh(&environment).await;
        self.matrix().await
    }

    /// Rows that the person matched, by environment and workload.
    pub(crate) async fn matches(&self) -> Result<BTreeMap<String, String>, Failure> {
        let kept = self.history.setting(MATCHES).await?;
        Ok(kept
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default())
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
    let to = application.view.version.clone();
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

fn idle_state(application: &Application) -> CellState {
    let view = &application.view;
    if view.held {
        return CellState::ForeignRollout {
            manager: view.writers.first().map(|writer| writer.manager.clone()),
        };
    }
    let trouble = view
        .arms
        .iter()
        .flat_map(|arm| &arm.troubles)
        .find(|trouble| trouble.lasting);
    if let Some(trouble) = trouble {
        return CellState::Trouble {
            because: Said::ContainerWaiting {
                reason: trouble.reason.clone(),
            },
            since: None,
        };
    }
    let rolling = view.arms.iter().filter(|arm| arm.pods > 0).count() > 1;
    if rolling {
        return CellState::ForeignRollout {
            manager: view.writers.first().map(|writer| writer.manager.clone()),
        };
    }
    CellState::Idle {
        ready: view.ready() >= view.replicas,
    }
}

/// How many versions each environment is ahead of the next one: versions seen anywhere in the row, in the order of promotion.
fn fill_drift(cells: &mut [Cell], order: &[&str]) {
    let rows: BTreeSet<String> = cells.iter().map(|cell| cell.application.clone()).collect();
    for row in rows {
        for pair in order.windows(2) {
            let label = |environment: &str| {
                let found = cells
                    .iter()
                    .find(|cell| cell.application == row && cell.environment == environment);
                found.and_then(|cell| {
                    cell.version
                        .as_ref()
                        .map(|version| version.version.template_hash.clone())
                })
            };
            let (Some(here), Some(next)) = (label(pair[0]), label(pair[1])) else {
                continue;
            };
            if here == next {
                continue;
            }
            let cell = cells
                .iter_mut()
                .find(|cell| cell.application == row && cell.environment == pair[0]);
            if let Some(cell) = cell {
                cell.ahead = Some(1);
                cell.ahead_of = Some(pair[1].to_owned());
            }
        }
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
