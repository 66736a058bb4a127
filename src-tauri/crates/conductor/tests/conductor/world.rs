//! A cluster that knows one number (the new version's share), a record in memory, and a clock that only moves when told.

use async_trait::async_trait;
use conductor::*;
use futures::FutureExt;
use judge::{Options, SignalSpec};
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
    /// The source of health data cannot be asked.
    pub signals_fail: bool,
    pub error_ratio: f64,
    /// How far apart looks are, in milliseconds, if the source tells; else 5,000.
    pub pace: Option<i64>,
    /// Questions to the source of health data.
    pub asked: usize,
    /// Pods of the new version exist, never become Ready and never crash.
    pub never_ready: bool,
    /// How many days the source of health data remembers.
    pub days: i64,
    /// Questions about them.
    pub asked_earlier: usize,
    pub millis: i64,
    pub dossier: Option<Dossier>,
    pub open: Vec<Intent>,
    pub late: Vec<Intent>,
    /// Every intent and every outcome, in their order.
    pub sent: Vec<Intent>,
    pub outcomes: Vec<(OperationId, Outcome)>,
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
    next_turn(driver);
}

/// A turn, and when the next one is due.
pub fn next_turn(driver: &mut Driver) -> Turn {
    let mut never = futures::future::pending::<()>().fuse();
    driver.turn(&mut never).now_or_never().expect("nothing waits")
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
