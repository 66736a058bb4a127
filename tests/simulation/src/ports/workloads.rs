use super::Port;
use crate::deployment::NAMESPACE;
use crate::fault::Fault;
use crate::mistake::Mistake;
use crate::room::Room;
use crate::truth::Kind;
use crate::wire::Sending;
use async_trait::async_trait;
use cluster::holds::{self, Marker};
use conductor::{
    Accepted, ActError, Next, Observed, PortError, PreparedAct, Pursuit, Revision, WorkloadRef, Workloads,
};
use practice::Resource;
use release::Timestamp;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

#[async_trait]
impl Workloads for Port {
    async fn observe(&self, _: &WorkloadRef) -> Result<Observed, PortError> {
        self.room().look(self.machine)
    }

    async fn changed(&self, _: &WorkloadRef, _: &Observed) {}

    fn next(&self, pursuit: &Pursuit, seen: &Observed) -> Next {
        match self.room().mistake {
            Some(Mistake::Holds(mistake)) => holds::next_with(pursuit, seen, mistake),
            _ => holds::next(pursuit, seen),
        }
    }

    async fn act(&self, _: &WorkloadRef, act: &PreparedAct) -> Result<Accepted, ActError> {
        self.crash_point("before it sends").await;
        self.room().machines[self.machine].is_sending = true;
        let sending = self.room().send(self.machine, act);
        let answer = match sending {
            Sending::Failed(at, error) => {
                self.until(at).await;
                Err(error)
            }
            Sending::Away(id, until) => {
                Answer {
                    port: self.clone(),
                    id,
                    until,
                }
                .await
            }
        };
        {
            let mut room = self.room();
            let machine = &mut room.machines[self.machine];
            machine.is_sending = false;
            match &answer {
                Ok(accepted) => machine.watch.accepted(accepted.object.json()),
                Err(_) => machine.doubt = true,
            }
        }
        self.crash_point("before it notes the answer").await;
        answer
    }

    async fn rehearse(&self, _: &WorkloadRef, _: &PreparedAct) -> Result<(), ActError> {
        Ok(())
    }

    async fn revisions(&self, _: &WorkloadRef) -> Result<Vec<Revision>, PortError> {
        let room = self.room();
        let sets = room.world.list(Resource::ReplicaSets, Some(NAMESPACE));
        Ok(sets
            .iter()
            .filter(|set| crate::truth::owner(set) == room.truth.uid)
            .filter_map(|set| {
                let template = set.pointer("/spec/template")?.clone();
                let version = cluster::version_of(&template);
                let current = version.template_hash == room.truth.template_hash;
                Some(Revision {
                    revision: None,
                    version,
                    created: None,
                    template,
                    current,
                })
            })
            .collect())
    }

    async fn blocking_findings(&self, pursuit: &Pursuit, _: &WorkloadRef) -> Result<Vec<String>, PortError> {
        let seen = self.room().look(self.machine)?;
        let other = Marker::read(&seen.object).filter(|marker| marker.release != pursuit.release.0);
        Ok(match other {
            Some(marker) => vec![format!("Another release ({}) is under way.", marker.release)],
            None => Vec::new(),
        })
    }
}

impl Room {
    /// A look from a machine: what its watches told, or a direct read where that is in doubt.
    fn look(&mut self, machine: usize) -> Result<Observed, PortError> {
        let now = self.now();
        if self.weather.offline && !self.calm {
            self.fault(Fault::ReadFailed);
            return Err(unreachable("connection refused"));
        }
        let (read_failed, watch) = (self.scenario.rates.read_failed, self.scenario.rates.watch);
        if self.chance(read_failed) {
            self.fault(Fault::ReadFailed);
            self.machines[machine].doubt = true;
            return Err(match self.dice.number(0, 2) {
                0 => unreachable("500: the server is starting"),
                1 => PortError::new(
                    "throttled",
                    "The cluster is busy.",
                    "Slipway tries again by itself.",
                ),
                _ => PortError::new("forbidden", "The workload may not be read.", "Ask for the right."),
            });
        }
        if self.chance(watch) {
            self.disturb_watch(machine);
        }
        let Room {
            machines,
            log,
            calm,
            world,
            ..
        } = self;
        let machine = &mut machines[machine];
        if *calm {
            machine.watch.late = [Duration::ZERO; 3];
            machine.watch.silent = [Duration::ZERO; 3];
        }
        machine.watch.hear(log, now);
        if std::mem::take(&mut machine.doubt) && machine.watch.is_behind(log) {
            machine.watch.read_all(log);
        }
        let wall = Timestamp(world.now().as_millisecond() + machine.wall_offset);
        let seen = machine.watch.look(wall).ok_or_else(|| {
            PortError::new(
                "workload-gone",
                "There is no such Deployment.",
                "Look at the applications.",
            )
        })?;
        machine.looked = crate::watch::version(&seen.object);
        Ok(seen)
    }

    fn disturb_watch(&mut self, machine: usize) {
        let now = self.now();
        let kind = *self.dice.pick(&[
            Kind::Deployment,
            Kind::ReplicaSet,
            Kind::ReplicaSet,
            Kind::Pod,
            Kind::Pod,
        ]);
        match self.dice.number(0, 4) {
            0 => {
                self.fault(Fault::WatchDelayed);
                let late = self.dice.millis(100, 2_500);
                self.machines[machine].watch.late = [late; 3];
            }
            1 => {
                self.fault(Fault::WatchReordered);
                let late = self.dice.millis(100, 2_500);
                self.machines[machine].watch.late = [Duration::ZERO; 3];
                self.machines[machine].watch.late[kind as usize] = late;
            }
            2 => {
                self.fault(Fault::WatchDuplicated);
                let Room { machines, log, .. } = self;
                machines[machine].watch.repeat(log, kind);
            }
            3 => {
                self.fault(Fault::WatchGap);
                let until = now + self.dice.millis(500, 8_000);
                self.machines[machine].watch.silent[kind as usize] = until;
            }
            _ => {
                self.fault(Fault::Status410);
                let Room { machines, log, .. } = self;
                machines[machine].watch.read_all(log);
            }
        }
    }
}

fn unreachable(why: &str) -> PortError {
    PortError::unreachable(
        "cluster-unreachable",
        format!("The cluster cannot be reached: {why}"),
        "Check the network.",
    )
}

/// The answer to a request, or the end of patience.
struct Answer {
    port: Port,
    id: u64,
    until: Duration,
}

impl Future for Answer {
    type Output = Result<Accepted, ActError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let mut room = self.port.room();
        let now = room.now();
        if let Some(answer) = room.wire.answer(self.id, now) {
            return Poll::Ready(answer);
        }
        if now >= self.until {
            return Poll::Ready(Err(ActError::Unknown {
                message: "no answer within 10 s".into(),
            }));
        }
        // The answer is on its way back, or may never come.
        let until = room
            .wire
            .answered_at(self.id)
            .unwrap_or(self.until)
            .min(self.until);
        room.machines[self.port.machine].wake_at(until);
        Poll::Pending
    }
}
