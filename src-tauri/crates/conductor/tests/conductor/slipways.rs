//! Two Slipways on one workload: each has a record of its own, and they share the world.

use crate::world::*;
use async_trait::async_trait;
use conductor::*;
use futures::FutureExt;
use release::{Person, Release, ReleaseId, Stage};
use std::sync::Arc;

/// The Lease of the world, as one of its Slipways has it.
#[derive(Clone)]
pub struct Slipway {
    pub world: World,
    pub record: World,
    pub person: &'static str,
}

impl Slipway {
    pub fn of(world: &World, person: &'static str) -> Slipway {
        Slipway {
            world: world.clone(),
            record: World::default(),
            person,
        }
    }

    pub fn ports(&self) -> Ports {
        Ports {
            leadership: Arc::new(self.clone()),
            journal: Arc::new(self.record.clone()),
            ..self.world.ports()
        }
    }

    pub fn by(&self) -> Person {
        Person::named(self.person)
    }

    pub fn begin(&self, plan: release::Plan) -> Driver {
        let mut dossier = dossier(plan);
        dossier.release.driver = self.by();
        Driver::begin(dossier, self.ports())
            .now_or_never()
            .unwrap()
            .unwrap()
    }

    /// Starts a release and brings it to its first phase.
    pub fn baking(&self, plan: release::Plan) -> Driver {
        let mut driver = self.begin(plan);
        start(&mut driver);
        turn(&mut driver);
        turn(&mut driver);
        assert_eq!(driver.view().release.stage, Stage::Baking);
        driver
    }

    pub fn recovered(&self) -> Driver {
        let unfinished = self
            .record
            .unfinished()
            .now_or_never()
            .unwrap()
            .unwrap()
            .remove(0);
        Driver::recover(unfinished, self.ports()).unwrap()
    }

    /// Takes over what the charter tells. Templates do not matter in this world.
    pub fn take_over(&self, to_roll_back: bool) -> Result<Driver, ApplyError> {
        let charter = self.world.with(|state| state.charter.clone()).expect("a charter");
        let from = charter.release.driver.name.clone();
        let found = Takeover {
            operations: charter.operations.clone(),
            dossier: Dossier {
                epoch: charter.epoch,
                last_operation: charter.last_operation,
                ..with_state(charter.release)
            },
            from,
            to_roll_back,
        };
        Driver::take_over(found, &self.by(), self.ports())
            .now_or_never()
            .expect("nothing waits")
    }

    fn ask(&self) -> Result<u64, PortError> {
        self.world.reached()?;
        self.world.with(|state| {
            state.lease_requests += 1;
            match state.lease_fails.clone() {
                Some(error) => Err(error),
                None => Ok(state.millis as u64),
            }
        })
    }

    fn leader_at(&self, now: u64) -> Option<Leader> {
        self.world.with(|state| {
            Some(Leader {
                id: state.lease.holder.clone()?,
                person: state.lease.holder.clone()?,
                epoch: state.lease.epoch,
                since: None,
                remaining_millis: (state.lease.renewed + TERM).saturating_sub(now),
                offered_to: state.lease.offered_to.clone(),
            })
        })
    }
}

fn with_state(release: Release) -> Dossier {
    Dossier {
        release,
        ..dossier(plan(&[100.0]))
    }
}

#[async_trait]
impl Leadership for Slipway {
    async fn bid(&self, _: &WorkloadRef, bid: Bid, floor: u64) -> Result<Claim, PortError> {
        let now = self.ask()?;
        let leader = self.leader_at(now);
        let own = leader.as_ref().is_some_and(|leader| leader.id == self.person);
        let offered = leader
            .as_ref()
            .is_some_and(|leader| leader.offered_to.as_deref() == Some(self.person));
        match leader {
            Some(leader) if !own => {
                let over = leader.remaining_millis == 0 || offered;
                if bid == Bid::Stay || bid == Bid::Lead && !over {
                    return Ok(Claim::Other(leader));
                }
            }
            _ => {}
        }
        Ok(self.world.with(|state| {
            let next = if own {
                state.lease.epoch
            } else {
                state.lease.offered_to = None;
                state.lease.epoch + 1
            };
            let has_left = state.lease.holder.is_none() && state.lease.epoch > floor;
            let after = state.lease.last.clone().filter(|_| has_left);
            state.lease.epoch = next.max(floor);
            state.lease.holder = Some(self.person.into());
            state.lease.last = Some(self.person.into());
            state.lease.renewed = now;
            Claim::Leading {
                epoch: state.lease.epoch,
                term_millis: TERM / 3 * 2,
                after,
            }
        }))
    }

    async fn leader(&self, _: &WorkloadRef) -> Result<Option<Leader>, PortError> {
        let now = self.ask()?;
        Ok(self.leader_at(now))
    }

    fn is_own(&self, leader: &Leader) -> bool {
        leader.id == self.person
    }

    async fn offer(&self, _: &WorkloadRef, to: &str) -> Result<(), PortError> {
        self.ask()?;
        self.world
            .with(|state| state.lease.offered_to = Some(to.to_owned()));
        Ok(())
    }

    async fn resign(&self, _: &WorkloadRef) -> Result<(), PortError> {
        self.ask()?;
        self.world.with(|state| {
            if state.lease.holder.as_deref() == Some(self.person) {
                state.lease.holder = None;
            }
        });
        Ok(())
    }

    async fn charter(&self, _: &WorkloadRef) -> Result<Option<Charter>, PortError> {
        self.world.reached()?;
        Ok(self.world.with(|state| state.charter.clone()))
    }

    async fn keep_charter(&self, _: &WorkloadRef, charter: &Charter) -> Result<(), PortError> {
        self.world.reached()?;
        self.world.with(|state| {
            if state
                .charter
                .as_ref()
                .is_some_and(|other| other.epoch > charter.epoch)
            {
                return Err(PortError::new("charter-superseded", "", ""));
            }
            state.charter = Some(charter.clone());
            Ok(())
        })
    }

    async fn drop_charter(&self, _: &WorkloadRef, _: &ReleaseId, epoch: u64) -> Result<(), PortError> {
        self.world.reached()?;
        self.world.with(|state| {
            state.charter = state.charter.take().filter(|charter| charter.epoch > epoch);
        });
        Ok(())
    }
}
