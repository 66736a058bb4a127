//! One Slipway as a program: a driver that turns, is commanded, dies and comes back.

use crate::deployment::{NAME, workload};
use crate::ports::{PEOPLE, Port};
use cluster::lease::found_release;
use conductor::{CommandError, Dossier, Driver, PortError, Ports, Takeover, Turn, Waiting};
use release::{Command, HoldReason, Person, RollbackTarget, Stage};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// What a program has done.
pub enum Done {
    Turned(Box<Driver>, Turn),
    Commanded(Box<Driver>, Command, Result<(), CommandError>),
    Begun(Result<Box<Driver>, CommandError>),
    TookOver(Result<Box<Driver>, CommandError>),
}

/// What a program does.
pub enum Task {
    /// Nothing runs.
    Off,
    /// It waits for its next turn.
    Idle(Box<Driver>, Duration),
    /// It is in the middle of something.
    Busy(Pin<Box<dyn Future<Output = Done> + Send>>),
    /// Its release is over.
    Over(Box<Driver>),
}

/// A program on a machine.
pub struct Process {
    pub task: Task,
    pub port: Port,
    pub commands: VecDeque<Command>,
    pub restart: Option<Duration>,
    pub asleep: Duration,
    /// What was driven here before a takeover that is under way: it goes on if that fails.
    pub before: Option<Box<Driver>>,
    /// Where it rested when the turn under way began: looking around changes nothing.
    pub rested: Option<String>,
    /// What it stood in and waited for after its last turn.
    pub stood: Option<(Stage, Option<Waiting>)>,
}

impl Process {
    pub fn new(port: Port) -> Process {
        Process {
            task: Task::Off,
            port,
            commands: VecDeque::new(),
            restart: None,
            asleep: Duration::ZERO,
            before: None,
            rested: None,
            stood: None,
        }
    }

    pub fn begin(&mut self, dossier: Dossier) {
        self.rested = None;
        let ports = self.port.ports();
        self.task = Task::Busy(Box::pin(async move {
            Done::Begun(Driver::begin(dossier, ports).await.map(Box::new))
        }));
    }

    /// Goes on with the release that another Slipway drives, as it is found beside the workload.
    pub fn take_over(&mut self, to_roll_back: bool) {
        let (ports, person) = (self.port.ports(), self.person());
        self.rested = None;
        let take = Task::Busy(Box::pin(async move {
            Done::TookOver(taken_over(ports, person, to_roll_back).await.map(Box::new))
        }));
        self.before = match std::mem::replace(&mut self.task, take) {
            Task::Idle(driver, _) | Task::Over(driver) => Some(driver),
            _ => None,
        };
    }

    fn person(&self) -> Person {
        Person::named(PEOPLE[self.port.machine])
    }

    /// Begins a turn, or what a person asked for.
    pub fn go_on(&mut self) {
        let driver = match std::mem::replace(&mut self.task, Task::Off) {
            Task::Idle(driver, _) => driver,
            Task::Over(driver) if !self.commands.is_empty() => driver,
            other => {
                self.task = other;
                return;
            }
        };
        self.task = Task::Busy(match self.commands.pop_front() {
            Some(command) => Box::pin(command_of(driver, self.person(), command)),
            None => Box::pin(turn_of(driver, self.port.clone())),
        });
    }

    /// Whether the person here can take a release over: nothing is driven here.
    pub fn is_free(&self) -> bool {
        match &self.task {
            Task::Off => self.restart.is_none(),
            Task::Over(_) => true,
            Task::Idle(driver, _) => matches!(
                driver.dossier().release.stage,
                Stage::Held {
                    reason: HoldReason::HandedOver { .. },
                    ..
                }
            ),
            Task::Busy(_) => false,
        }
    }

    /// When it wants to go on.
    pub fn next(&self, wake: Option<Duration>, now: Duration) -> Option<Duration> {
        let next = match &self.task {
            Task::Off => self.restart,
            Task::Idle(_, at) if self.commands.is_empty() => Some(*at),
            Task::Over(_) if self.commands.is_empty() => None,
            Task::Idle(..) | Task::Over(_) => Some(now),
            Task::Busy(_) => Some(wake.unwrap_or(now)),
        };
        next.map(|next| next.max(self.asleep))
    }

    pub fn driver(&self) -> Option<&Driver> {
        match &self.task {
            Task::Idle(driver, _) | Task::Over(driver) => Some(driver),
            _ => None,
        }
    }

    /// Asks what it does to go on; `None` while it waits.
    pub fn poll(&mut self) -> Option<Done> {
        let Task::Busy(future) = &mut self.task else {
            return None;
        };
        let mut context = Context::from_waker(futures::task::noop_waker_ref());
        match future.as_mut().poll(&mut context) {
            Poll::Ready(done) => {
                self.task = Task::Off;
                Some(done)
            }
            Poll::Pending => None,
        }
    }
}

async fn turn_of(mut driver: Box<Driver>, port: Port) -> Done {
    let mut called = port.called();
    let turn = driver.turn(&mut called).await;
    Done::Turned(driver, turn)
}

async fn taken_over(ports: Ports, person: Person, to_roll_back: bool) -> Result<Driver, CommandError> {
    let at = workload();
    let seen = ports.workloads.observe(&at).await?;
    let revisions = ports.workloads.revisions(&at).await?;
    // Without a charter the marks on the workload are enough to go back, and to nothing else.
    let charter = ports.leadership.charter(&at).await.ok().flatten();
    let found = found_release(&at, NAME, charter.as_ref(), &seen, &revisions)?;
    if !found.has_plan && !to_roll_back {
        return Err(PortError::new("charter-missing", "The plan is not known.", "").into());
    }
    let taken = Takeover {
        from: found.dossier.release.driver.name.clone(),
        dossier: found.dossier,
        operations: found.operations,
        to_roll_back,
    };
    let mut driver = Driver::take_over(taken, &person, ports).await?;
    if to_roll_back {
        let roll_back = Command::RollBack {
            target: RollbackTarget::Before,
            reason: String::new(),
        };
        // What is refused leaves the release as it was taken over.
        let _ = driver.command(&person, roll_back).await;
    }
    Ok(driver)
}

async fn command_of(mut driver: Box<Driver>, person: Person, command: Command) -> Done {
    let answer = driver.command(&person, command.clone()).await;
    Done::Commanded(driver, command, answer)
}
