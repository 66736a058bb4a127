//! The ports of one Slipway: the shared run, seen from its machine.

mod beside;
mod clock;
mod journal;
mod signals;
mod workloads;

use crate::fault::Fault;
use crate::room::{Room, Shared};
use cluster::lease::{LeaseLeadership, Terms};
use conductor::{Identity, Ports};
use futures::future::FusedFuture;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

/// Who sits at which machine.
pub const PEOPLE: [&str; 2] = ["Mei Lin", "Ada Okafor"];

/// One machine's side of a run.
#[derive(Debug, Clone)]
pub struct Port {
    pub shared: Shared,
    pub machine: usize,
}

impl Port {
    pub fn ports(&self) -> Ports {
        let port = Arc::new(self.clone());
        Ports {
            workloads: port.clone(),
            leadership: Arc::new(self.leadership()),
            signals: port.clone(),
            journal: port.clone(),
            clock: port,
        }
    }

    /// What a program knows of the Lease goes with it when it dies.
    fn leadership(&self) -> LeaseLeadership<Port> {
        let seconds = self.room().scenario.term_seconds;
        let identity = Identity {
            id: format!("profile-{}", self.machine),
            person: PEOPLE[self.machine].to_owned(),
        };
        LeaseLeadership::on(self.clone(), identity, Arc::new(self.clone()), Terms { seconds })
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.shared.lock()
    }

    /// A place at which the program may die. If it does, this never returns, and whoever polls drops everything.
    async fn crash_point(&self, place: &'static str) {
        let dies = {
            let mut room = self.room();
            let rate = room.scenario.rates.crash;
            let dies = room.chance(rate);
            if dies {
                room.fault(Fault::Crash);
                let machine = self.machine;
                room.say(|| format!("{machine} dies {place}"));
                room.machines[machine].crashed = true;
            }
            dies
        };
        if dies {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until a simulated time.
    fn until(&self, at: Duration) -> Until {
        Until {
            port: self.clone(),
            at,
        }
    }

    /// Ready when a person calls.
    pub fn called(&self) -> Called {
        Called {
            port: self.clone(),
            done: false,
        }
    }
}

struct Until {
    port: Port,
    at: Duration,
}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let mut room = self.port.room();
        if room.now() >= self.at {
            return Poll::Ready(());
        }
        room.machines[self.port.machine].wake_at(self.at);
        Poll::Pending
    }
}

/// A person's call.
pub struct Called {
    port: Port,
    done: bool,
}

impl Future for Called {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let called = std::mem::take(&mut self.port.room().machines[self.port.machine].called);
        if called {
            self.done = true;
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl FusedFuture for Called {
    fn is_terminated(&self) -> bool {
        self.done
    }
}
