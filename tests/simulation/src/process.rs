//! One Slipway as a program: a driver that turns, is commanded, dies and comes back.

use crate::ports::Port;
use conductor::{CommandError, Dossier, Driver, Turn};
use release::{Command, Person};
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
}

impl Process {
    pub fn new(port: Port) -> Process {
        Process {
            task: Task::Off,
            port,
            commands: VecDeque::new(),
            restart: None,
            asleep: Duration::ZERO,
        }
    }

    pub fn begin(&mut self, dossier: Dossier) {
        let ports = self.port.ports();
        self.task = Task::Busy(Box::pin(async move {
            Done::Begun(Driver::begin(dossier, ports).await.map(Box::new))
        }));
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
            Some(command) => Box::pin(command_of(driver, command)),
            None => Box::pin(turn_of(driver, self.port.clone())),
        });
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

async fn command_of(mut driver: Box<Driver>, command: Command) -> Done {
    let answer = driver.command(&Person::named("Mei Lin"), command.clone()).await;
    Done::Commanded(driver, command, answer)
}
