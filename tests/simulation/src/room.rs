//! Everything of one run that the ports share: the cluster, the network, the machines, and what is noted of them.

use crate::check::Checks;
use crate::deployment::{NAME, NAMESPACE};
use crate::dice::Dice;
use crate::fault::{Counts, Fault};
use crate::machine::Machine;
use crate::mistake::Mistake;
use crate::scenario::Scenario;
use crate::trace::Trace;
use crate::truth::{Kind, Log, Truth, Write};
use crate::wire::Wire;
use practice::{Resource, World};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What is wrong for everybody at the moment.
#[derive(Debug, Default)]
pub struct Weather {
    pub offline: bool,
    pub forbidden: bool,
    pub admission: bool,
    pub unmeasured: bool,
}

/// One run.
#[derive(Debug)]
pub struct Room {
    pub world: World,
    pub scenario: Scenario,
    pub dice: Dice,
    pub counts: Counts,
    pub trace: Trace,
    pub machines: Vec<Machine>,
    pub log: Log,
    pub truth: Truth,
    pub wire: Wire,
    pub weather: Weather,
    pub checks: Checks,
    pub mistake: Option<Mistake>,
    /// Faults have stopped, and others leave everything as it is.
    pub calm: bool,
}

/// A run as the ports hold it.
#[derive(Debug, Clone)]
pub struct Shared(pub Arc<Mutex<Room>>);

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Room> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    pub fn now(&self) -> Duration {
        self.world.elapsed()
    }

    /// Whether a fault of this probability happens now. Never when all is calm.
    pub fn chance(&mut self, rate: f64) -> bool {
        !self.calm && self.dice.chance(rate)
    }

    pub fn fault(&mut self, fault: Fault) {
        self.counts.add(fault);
        let now = self.now();
        self.trace.line(now, || format!("FAULT {}", fault.name()));
    }

    pub fn say(&mut self, what: impl FnOnce() -> String) {
        let now = self.now();
        self.trace.line(now, what);
    }

    /// Lets time pass until `to`; every write is noted at its moment.
    pub fn pass(&mut self, to: Duration) {
        self.collect();
        while let Some(due) = self.world.next_due().filter(|due| *due <= to) {
            self.world.advance(due);
            self.collect();
        }
        self.world.advance(to);
    }

    /// Reads the world's log since last time.
    pub fn collect(&mut self) {
        let revision = self.world.revision();
        if revision == self.log.revision {
            return;
        }
        let now = self.now();
        let mut fresh = Vec::new();
        match self.world.changes_since(self.log.revision) {
            Ok(changes) => fresh.extend(changes.filter_map(|change| {
                let write = Write {
                    at: now,
                    change: change.change,
                    object: change.object.clone(),
                };
                Some((Kind::of(change.key.resource)?, write))
            })),
            Err(error) => self.checks.violated(
                "the checks see every write",
                format!("the log begins at {}", error.oldest),
            ),
        }
        self.log.revision = revision;
        for (kind, write) in fresh {
            self.truth.take(kind, write.change, &write.object);
            self.log.writes[kind as usize].push(write);
            if kind != Kind::Deployment {
                self.check_pods();
            }
        }
    }

    /// The workload as stored.
    pub fn deployment(&self) -> Option<Arc<Value>> {
        self.world.get(Resource::Deployments, NAMESPACE, NAME)
    }
}
