//! A whole Slipway of a person's: it drives releases, leads, and keeps its record in memory.

use crate::bed::{Bed, Who};
use crate::manifest::template;
use crate::room::{LIMIT, NAME, Room, slipway};
use async_trait::async_trait;
use cluster::lease::{KubeLeadership, Terms, found_release};
use cluster::{KubeWorkloads, NewVersion};
use conductor::{
    ApplyError, Clock, Dossier, Driver, Entry, Journal, Leadership, OperationId, Outcome, PortError, Ports,
    SignalLooks, SignalScope, Signals, Snapshot, Takeover, Unfinished, Workloads,
};
use futures::FutureExt;
use release::{
    Command, Gate, Person, Phase, Plan, Release, ReleaseId, RollbackTarget, Share, Stage, Timestamp,
};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long others wait, in seconds of the bed's clock.
pub const TERM: u64 = 3;

static RELEASES: AtomicU32 = AtomicU32::new(1);

pub struct Slipway {
    pub person: &'static str,
    pub workloads: Arc<KubeWorkloads>,
    pub leadership: Arc<KubeLeadership>,
    clock: Arc<dyn Clock>,
}

impl Slipway {
    pub async fn of(bed: &Bed, person: &'static str) -> Slipway {
        Slipway::over(bed, person, bed.client(Who::Admin).await)
    }

    pub fn over(bed: &Bed, person: &'static str, client: kube::Client) -> Slipway {
        let workloads = Arc::new(slipway(client));
        let clock: Arc<dyn Clock> = Arc::new(BedClock(bed.clone(), Instant::now()));
        let identity = conductor::Identity {
            id: format!("profile-of-{person}"),
            person: person.into(),
        };
        let environments = workloads.environments().clone();
        let terms = Terms { seconds: TERM };
        Slipway {
            person,
            leadership: Arc::new(KubeLeadership::new(
                environments,
                identity,
                Arc::clone(&clock),
                terms,
            )),
            workloads,
            clock,
        }
    }

    fn ports(&self) -> Ports {
        Ports {
            workloads: Arc::clone(&self.workloads) as Arc<dyn Workloads>,
            leadership: Arc::clone(&self.leadership) as Arc<dyn Leadership>,
            signals: Arc::new(Nothing),
            journal: Arc::new(Nothing),
            clock: Arc::clone(&self.clock),
        }
    }

    pub fn by(&self) -> Person {
        Person::named(self.person)
    }

    /// A release that is written down and not started.
    pub async fn plan(&self, room: &Room, version: &str, shares: &[f64]) -> Driver {
        let wanted = NewVersion::Template(template(NAME, version, &json!({})));
        let prepared = self
            .workloads
            .prepare(&room.workload, &wanted)
            .await
            .expect("the server takes the template");
        let uid = prepared.before["metadata"]["uid"].as_str().unwrap().to_owned();
        let number = RELEASES.fetch_add(1, Ordering::Relaxed);
        let release = Release::planned(
            ReleaseId(format!("S-{number}")),
            NAME,
            &room.workload.environment,
            prepared.from,
            prepared.version,
            plan(shares),
            self.by(),
        );
        let dossier = Dossier {
            release,
            workload: room.workload.clone(),
            uid,
            created: self.clock.now(),
            reason: String::new(),
            before: prepared.before.into(),
            new_template: prepared.template.into(),
            other_templates: Default::default(),
            signals: Vec::new(),
            judging: Default::default(),
            epoch: 1,
            last_operation: None,
            operations: 0,
        };
        Driver::begin(dossier, self.ports()).await.expect("written down")
    }

    /// A release that bakes at its first share.
    pub async fn baking(&self, room: &Room, version: &str, shares: &[f64]) -> Driver {
        let mut driver = self.plan(room, version, shares).await;
        driver.command(&self.by(), Command::Start).await.expect("started");
        drive(&mut driver, "it bakes", |stage| *stage == Stage::Baking).await;
        driver
    }

    /// Takes over what stands beside the workload.
    pub async fn take_over(&self, room: &Room, to_roll_back: bool) -> Result<Driver, ApplyError> {
        let at = &room.workload;
        let charter = self.leadership.charter(at).await?;
        let seen = self.workloads.observe(at).await?;
        let revisions = self.workloads.revisions(at).await?;
        let found = found_release(at, NAME, charter.as_ref(), &seen, &revisions)?;
        let taken = Takeover {
            from: found.dossier.release.driver.name.clone(),
            dossier: found.dossier,
            operations: found.operations,
            to_roll_back,
        };
        Driver::take_over(taken, &self.by(), self.ports()).await
    }

    /// As [`Slipway::take_over`], again and again until the other's term is over.
    pub async fn take_over_at_last(&self, room: &Room) -> Driver {
        let begun = Instant::now();
        loop {
            match self.take_over(room, false).await {
                Ok(driver) => return driver,
                Err(error) => assert!(begun.elapsed() < LIMIT, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Lets a driver go its rounds until its release is so.
pub async fn drive(driver: &mut Driver, what: &str, so: impl Fn(&Stage) -> bool) {
    let begun = Instant::now();
    while !so(&driver.view().release.stage) {
        round(driver).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        let view = driver.view();
        assert!(
            begun.elapsed() < LIMIT,
            "waited {LIMIT:?} until {what}; it is {:?}, waiting {:?}, {:?}",
            view.release.stage,
            view.waiting,
            view.leadership_trouble
        );
    }
}

pub async fn round(driver: &mut Driver) {
    let mut never = futures::future::pending::<()>().fuse();
    driver.turn(&mut never).await;
}

pub fn roll_back() -> Command {
    Command::RollBack {
        target: RollbackTarget::Before,
        reason: String::new(),
    }
}

fn plan(shares: &[f64]) -> Plan {
    let phases = shares
        .iter()
        .map(|percent| Phase {
            share: Share::from_percent(*percent),
            bake_seconds: 10,
            bake_maximum_seconds: None,
            gates: vec![Gate::Readiness],
            owner: String::new(),
            goal: String::new(),
        })
        .collect();
    Plan {
        phases,
        ..Plan::default()
    }
}

/// The bed's own time.
struct BedClock(Bed, Instant);

#[async_trait]
impl Clock for BedClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000_000 + i64::try_from(self.monotonic_millis()).unwrap_or(0))
    }

    fn monotonic_millis(&self) -> u64 {
        let time = match &self.0 {
            Bed::Practice(practice) => practice.elapsed(),
            Bed::Real(_) => self.1.elapsed(),
        };
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

/// No health data, and a record that forgets: these cases are about what stands in the cluster.
struct Nothing;

#[async_trait]
impl Signals for Nothing {
    async fn looks(
        &self,
        _: &SignalScope,
        _: &[judge::SignalSpec],
        _: Timestamp,
        _: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Journal for Nothing {
    async fn open(&self, _: &Dossier) -> Result<(), PortError> {
        Ok(())
    }

    async fn advance(&self, _: Entry) -> Result<(), PortError> {
        Ok(())
    }

    async fn amend(&self, _: &Dossier) -> Result<(), PortError> {
        Ok(())
    }

    async fn outcome(
        &self,
        _: &ReleaseId,
        _: &OperationId,
        _: Timestamp,
        _: &Outcome,
    ) -> Result<(), PortError> {
        Ok(())
    }

    async fn looks(&self, _: &ReleaseId, _: &[SignalLooks]) -> Result<(), PortError> {
        Ok(())
    }

    async fn snapshot(&self, _: &ReleaseId, _: &Snapshot) -> Result<(), PortError> {
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, PortError> {
        Ok(Vec::new())
    }
}
