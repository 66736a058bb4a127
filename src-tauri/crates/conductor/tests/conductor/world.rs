//! A cluster that knows one number (the new version's share), a record in memory, and a clock that only moves when told.

use async_trait::async_trait;
use conductor::*;
use futures::FutureExt;
use judge::{Look, Options, Reading, SignalSpec};
use release::*;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What happened, in order, in record and cluster alike.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Intent(OperationId),
    Applied(OperationId),
    Outcome(OperationId, &'static str),
    Stage(&'static str),
}

/// What goes wrong with the next request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// It is never received.
    RequestLost,
    /// It is carried out, but nobody hears of it.
    ReplyLost,
    /// Somebody else wrote first.
    SomebodyWrote,
    /// Nobody hears of it, and it arrives when the test says so.
    Delayed,
    /// It is forbidden.
    Forbidden,
}

#[derive(Default)]
pub struct State {
    pub log: Vec<Said>,
    pub share: f64,
    pub operation: Option<OperationId>,
    pub generation: i64,
    pub faults: VecDeque<Fault>,
    pub journal_full: bool,
    pub signals_hang: bool,
    pub error_ratio: f64,
    /// Pods of the new version exist, never become Ready and never crash.
    pub never_ready: bool,
    /// How many days the source of health data remembers.
    pub days: i64,
    /// Questions about them.
    pub asked_earlier: usize,
    pub millis: i64,
    pub dossier: Option<Dossier>,
    pub open: Vec<Intent>,
    pub own: Vec<OperationId>,
    pub looks: Vec<SignalLooks>,
    /// The fencing token in the mark on the workload.
    pub marker: Option<u64>,
    pub lease: Lease,
    pub charter: Option<Charter>,
    /// An act that is kept back until the test lets it go.
    pub on_its_way: Option<PreparedAct>,
    /// Nobody can be reached.
    pub cut_off: bool,
    /// Requests about Leases so far.
    pub lease_requests: usize,
    /// What a Lease answers instead.
    pub lease_fails: Option<PortError>,
    /// The mistake that a takeover does not mark the workload.
    pub no_fence: bool,
}

/// The one Lease of this world.
#[derive(Debug, Clone, Default)]
pub struct Lease {
    pub holder: Option<String>,
    /// Who held it last, also after resigning.
    pub last: Option<String>,
    pub epoch: u64,
    pub renewed: u64,
    pub offered_to: Option<String>,
}

/// Terms of this world, in milliseconds.
pub const TERM: u64 = 30_000;

#[derive(Clone, Default)]
pub struct World(pub Arc<Mutex<State>>);

impl World {
    pub fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub fn ports(&self) -> Ports {
        Ports {
            workloads: Arc::new(self.clone()),
            leadership: Arc::new(Alone),
            signals: Arc::new(self.clone()),
            journal: Arc::new(self.clone()),
            clock: Arc::new(self.clone()),
        }
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.with(|state| state.millis += seconds * 1000);
    }

    pub fn log(&self) -> Vec<Said> {
        self.with(|state| state.log.clone())
    }

    /// Operations that the cluster carried out, in order.
    pub fn applied(&self) -> Vec<OperationId> {
        self.log()
            .into_iter()
            .filter_map(|said| {
                if let Said::Applied(operation) = said {
                    Some(operation)
                } else {
                    None
                }
            })
            .collect()
    }

    /// The server stores an act, or refuses it because somebody acted in between.
    pub fn store(&self, act: &PreparedAct) -> Result<Accepted, ActError> {
        let expects: Option<OperationId> = serde_json::from_value(act.patch["expects"].clone()).unwrap();
        self.with(|state| {
            if expects != state.operation {
                return Err(ActError::Conflict);
            }
            state.share = act.patch["share"].as_f64().unwrap();
            state.marker = act.patch["marker"].as_u64();
            state.operation = Some(act.operation.clone());
            state.generation += 1;
            state.log.push(Said::Applied(act.operation.clone()));
            Ok(Accepted {
                resource_version: state.generation.to_string(),
                generation: state.generation,
                object: json!({ "share": state.share, "marker": state.marker }).into(),
            })
        })
    }

    pub fn reached(&self) -> Result<(), PortError> {
        if self.with(|state| state.cut_off) {
            return Err(PortError::unreachable(
                "cluster-unreachable",
                "no route to host",
                "",
            ));
        }
        Ok(())
    }

    /// What the record gives to a driver that starts after a crash.
    pub fn recovered(&self) -> Driver {
        let unfinished = self.unfinished().now_or_never().unwrap().unwrap().remove(0);
        Driver::recover(unfinished, self.ports()).unwrap()
    }

    pub fn begin(&self, plan: Plan) -> Driver {
        Driver::begin(dossier(plan), self.ports())
            .now_or_never()
            .unwrap()
            .unwrap()
    }
}

/// One round; in this world nothing ever waits, except where a test says so.
pub fn turn(driver: &mut Driver) {
    let mut never = futures::future::pending::<()>().fuse();
    driver.turn(&mut never).now_or_never().expect("nothing waits");
}

pub fn command(driver: &mut Driver, command: Command) -> Result<(), ApplyError> {
    driver
        .command(&mei(), command)
        .now_or_never()
        .expect("nothing waits")
}

pub fn start(driver: &mut Driver) {
    command(driver, Command::Start).unwrap();
}

pub fn roll_back() -> Command {
    Command::RollBack {
        target: RollbackTarget::Before,
        reason: String::new(),
    }
}

pub fn mei() -> Person {
    Person::named("Mei Lin")
}

pub fn version(tag: &str) -> Version {
    Version {
        containers: vec![ContainerImage {
            container: "app".into(),
            image: format!("a:{tag}"),
            init: false,
        }],
        template_hash: tag.into(),
    }
}

pub fn plan(shares: &[f64]) -> Plan {
    let phases = shares
        .iter()
        .map(|percent| Phase {
            share: Share::from_percent(*percent),
            bake_seconds: 10,
            bake_maximum_seconds: None,
            gates: vec![Gate::Readiness, Gate::Verdict],
            owner: String::new(),
            goal: String::new(),
        })
        .collect();
    Plan {
        phases,
        ..Plan::default()
    }
}

pub fn dossier(plan: Plan) -> Dossier {
    let release = Release::planned(
        ReleaseId("R-1".into()),
        "checkout",
        "production",
        version("old"),
        version("new"),
        plan,
        mei(),
    );
    Dossier {
        release,
        workload: WorkloadRef {
            environment: "production".into(),
            namespace: "shop".into(),
            kind: WorkloadKind::Deployment,
            name: "checkout".into(),
        },
        uid: "uid-1".into(),
        created: Timestamp(0),
        reason: String::new(),
        before: json!({ "spec": { "template": "old" } }).into(),
        new_template: json!("new").into(),
        other_templates: Default::default(),
        signals: vec![SignalSpec::error_ratio("errors", 0.02)],
        judging: Options {
            warmup_seconds: 0.0,
            ..Options::default()
        },
        epoch: 1,
        last_operation: None,
        operations: 0,
    }
}

fn timed_out() -> ActError {
    ActError::Unknown {
        message: "timed out".into(),
    }
}

fn arm(tag: &str, pods: u32) -> ArmPods {
    ArmPods {
        pod_template_hash: tag.into(),
        version: version(tag),
        revision: None,
        wanted: pods,
        pods,
        ready: pods,
        available: pods,
        terminating: 0,
        restarts: 0,
        states: Vec::new(),
        troubles: Vec::new(),
    }
}

#[async_trait]
impl Workloads for World {
    async fn observe(&self, _: &WorkloadRef) -> Result<Observed, PortError> {
        self.reached()?;
        Ok(self.with(|state| {
            let canary = (state.share / 10.0).round() as u32;
            let new = ArmPods {
                ready: if state.never_ready { 0 } else { canary },
                ..arm("new", canary)
            };
            let view = WorkloadView {
                uid: "uid-1".into(),
                resource_version: state.generation.to_string(),
                generation: state.generation,
                observed_generation: state.generation,
                replicas: 10,
                max_surge: 0,
                max_unavailable: 0,
                held: false,
                paused: false,
                operation: state.operation.clone(),
                release: state.marker.map(|_| ReleaseId("R-1".into())),
                version: version(if state.share == 0.0 { "old" } else { "new" }),
                arms: vec![new, arm("old", 10 - canary)],
                writers: Vec::new(),
            };
            Observed {
                at: Timestamp(state.millis),
                view,
                object: json!({ "share": state.share, "marker": state.marker }).into(),
            }
        }))
    }

    async fn changed(&self, _: &WorkloadRef, _: &Observed) {}

    fn next(&self, pursuit: &Pursuit, seen: &Observed) -> Next {
        let marker = seen.object["marker"].as_u64();
        if let Some(epoch) = marker.filter(|epoch| *epoch > pursuit.epoch) {
            return Next::Superseded { epoch };
        }
        let wanted = match &pursuit.goal {
            Goal::Stay => {
                let fenced = marker.is_none_or(|epoch| epoch == pursuit.epoch);
                if fenced || self.with(|state| state.no_fence) {
                    return Next::Arrived;
                }
                let patch = json!({
                    "share": seen.object["share"], "marker": pursuit.epoch, "expects": seen.view.operation
                });
                let operation = pursuit.operation.clone();
                let kind = ActKind::TakeOver;
                return Next::Act(PreparedAct {
                    operation,
                    kind,
                    patch,
                });
            }
            Goal::Share { share } => share.percent(),
            Goal::Promoted => 100.0,
            Goal::RolledBack { .. } => 0.0,
        };
        if seen.object["share"] == json!(wanted) {
            if self.with(|state| state.never_ready && state.share > 0.0) {
                return Next::Wait(Waiting::PodsReady { ready: 0, wanted: 1 });
            }
            return Next::Arrived;
        }
        let on_object = seen.view.operation.as_ref();
        let known = on_object.is_none_or(|name| {
            pursuit.last_operation.as_ref() == Some(name) || pursuit.own_operations.contains(name)
        });
        if !known && !pursuit.insist {
            let what = "somebody else acted".to_owned();
            return Next::Foreign { what };
        }
        let kind = match pursuit.goal {
            Goal::RolledBack { .. } => ActKind::RollBack,
            _ => ActKind::AddPods { canary: 1 },
        };
        let marker = (wanted > 0.0 && wanted < 100.0).then_some(pursuit.epoch);
        let patch = json!({ "share": wanted, "marker": marker, "expects": seen.view.operation });
        Next::Act(PreparedAct {
            operation: pursuit.operation.clone(),
            kind,
            patch,
        })
    }

    async fn act(&self, _: &WorkloadRef, act: &PreparedAct) -> Result<Accepted, ActError> {
        if let Err(error) = self.reached() {
            return Err(ActError::Unreachable {
                message: error.message,
            });
        }
        let fault = self.with(|state| state.faults.pop_front());
        match fault {
            Some(Fault::RequestLost) => return Err(timed_out()),
            Some(Fault::Delayed) => {
                self.with(|state| state.on_its_way = Some(act.clone()));
                return Err(timed_out());
            }
            Some(Fault::Forbidden) => {
                return Err(ActError::Forbidden {
                    message: "may not patch".into(),
                });
            }
            Some(Fault::SomebodyWrote) => {
                self.with(|state| state.generation += 1);
                return Err(ActError::Conflict);
            }
            Some(Fault::ReplyLost) | None => {}
        }
        let accepted = self.store(act)?;
        if fault == Some(Fault::ReplyLost) {
            return Err(timed_out());
        }
        Ok(accepted)
    }

    async fn rehearse(&self, _: &WorkloadRef, _: &PreparedAct) -> Result<(), ActError> {
        Ok(())
    }

    async fn revisions(&self, _: &WorkloadRef) -> Result<Vec<Revision>, PortError> {
        Ok(Vec::new())
    }

    async fn blocking_findings(&self, _: &Pursuit, _: &WorkloadRef) -> Result<Vec<String>, PortError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Signals for World {
    async fn looks(
        &self,
        _: &SignalScope,
        _: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        if self.with(|state| state.signals_hang) {
            std::future::pending::<()>().await;
        }
        let bad = self.with(|state| state.error_ratio) * 5_000.0;
        let looks = (after.0 / 5_000 + 1..=until.0 / 5_000)
            .map(|tick| {
                Look::new(
                    tick * 5_000,
                    Reading::ratio(5_000.0, 5.0),
                    Reading::ratio(5_000.0, bad),
                )
            })
            .collect();
        Ok(vec![SignalLooks {
            signal: "errors".into(),
            looks,
        }])
    }

    async fn earlier(
        &self,
        _: &WorkloadRef,
        _: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        let days = self.with(|state| {
            state.asked_earlier += 1;
            state.days
        });
        let minutes = |day: i64| {
            (after.0 / 60_000 + 1..=until.0 / 60_000).map(move |minute| {
                let at = minute * 60_000 - day * 86_400_000;
                Look::new(at, Reading::ratio(1_000.0, 10.0), Reading::NoData)
            })
        };
        Ok(vec![SignalLooks {
            signal: "errors".into(),
            looks: (1..=days).rev().flat_map(minutes).collect(),
        }])
    }
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Applied => "applied",
        Outcome::Settled => "settled",
        Outcome::Refused { .. } => "refused",
        Outcome::Unknown { .. } => "unknown",
        Outcome::NeverHappened => "never happened",
        Outcome::CannotTell => "cannot tell",
    }
}

fn full() -> PortError {
    PortError::new("history-disk-full", "no space", "free some")
}

#[async_trait]
impl Journal for World {
    async fn open(&self, dossier: &Dossier) -> Result<(), PortError> {
        self.with(|state| state.dossier = Some(dossier.clone()));
        Ok(())
    }

    async fn advance(&self, entry: Entry) -> Result<(), PortError> {
        self.with(|state| {
            if state.journal_full {
                return Err(full());
            }
            let dossier = state.dossier.as_mut().unwrap();
            if dossier.release.stage.name() != entry.release.stage.name() {
                state.log.push(Said::Stage(entry.release.stage.name()));
            }
            dossier.release = entry.release;
            if let Some(intent) = entry.intent {
                state.log.push(Said::Intent(intent.act.operation.clone()));
                state.open.push(intent);
            }
            Ok(())
        })
    }

    async fn amend(&self, _: &Dossier) -> Result<(), PortError> {
        Ok(())
    }

    async fn outcome(
        &self,
        _: &ReleaseId,
        operation: &OperationId,
        _: Timestamp,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        self.with(|state| {
            if state.journal_full {
                return Err(full());
            }
            state.log.push(Said::Outcome(operation.clone(), name(outcome)));
            if matches!(outcome, Outcome::Accepted { .. }) {
                state.own.push(operation.clone());
                state.dossier.as_mut().unwrap().last_operation = Some(operation.clone());
            }
            if !matches!(outcome, Outcome::Unknown { .. }) {
                state.open.retain(|intent| intent.act.operation != *operation);
            }
            Ok(())
        })
    }

    async fn looks(&self, _: &ReleaseId, looks: &[SignalLooks]) -> Result<(), PortError> {
        self.with(|state| state.looks.extend(looks.iter().cloned()));
        Ok(())
    }

    async fn snapshot(&self, _: &ReleaseId, _: &Snapshot) -> Result<(), PortError> {
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, PortError> {
        Ok(self.with(|state| {
            vec![Unfinished {
                dossier: state.dossier.clone().unwrap(),
                open_intents: state.open.clone(),
                own_operations: state.own.clone(),
                looks: state.looks.clone(),
            }]
        }))
    }
}

#[async_trait]
impl Clock for World {
    fn now(&self) -> Timestamp {
        self.with(|state| Timestamp(state.millis))
    }

    fn monotonic_millis(&self) -> u64 {
        self.with(|state| state.millis as u64)
    }

    async fn sleep(&self, _: u64) {}
}
