use super::Recorder;
use crate::picture::{Readiness, same_wait};
use crate::view::Failure;
use conductor::{ActProgress, Driver, DriverView, Ports, Told, Trail, Waiting};
use futures::FutureExt as _;
use release::{Command, Person, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

/// What the task of a release tells everyone.
pub(crate) struct Live {
    /// Everything told so far.
    pub(crate) recorder: Arc<Recorder>,
    view: Mutex<Option<DriverView>>,
    readiness: Mutex<Readiness>,
    waiting_since: Mutex<Option<Timestamp>>,
}

impl Live {
    /// The driver's view after its last round.
    pub(crate) fn view(&self) -> Option<DriverView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Since when the driver has waited for what it waits for.
    pub(crate) fn waiting_since(&self) -> Option<Timestamp> {
        *self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_waiting_since(&self, before: Option<&Waiting>, now: Option<&Waiting>, at: Timestamp) {
        let goes_on = matches!((before, now), (Some(before), Some(now)) if same_wait(before, now));
        if !goes_on {
            *self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner) = now.map(|_| at);
        }
    }

    /// What is known about the way back.
    pub(crate) fn readiness(&self) -> Readiness {
        self.readiness
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keeps what was found out about the way back.
    pub(crate) fn set_readiness(&self, readiness: Readiness) {
        *self.readiness.lock().unwrap_or_else(PoisonError::into_inner) = readiness;
    }
}

struct Ask {
    by: Person,
    command: Command,
    reply: oneshot::Sender<Result<Option<ActProgress>, Failure>>,
}

/// The task that drives one release, from outside.
pub(crate) struct Actor {
    pub(crate) live: Arc<Live>,
    /// The ports it drives with.
    pub(crate) ports: Ports,
    asks: mpsc::UnboundedSender<Ask>,
    urgent: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Actor {
    /// Begins to drive. `changed` is called after every round.
    pub(crate) fn start(
        driver: Driver,
        recorder: Arc<Recorder>,
        ports: Ports,
        changed: impl Fn() + Send + Sync + 'static,
    ) -> Actor {
        let live = Arc::new(Live {
            recorder,
            view: Mutex::new(None),
            readiness: Mutex::default(),
            waiting_since: Mutex::default(),
        });
        let (asks, inbox) = mpsc::unbounded_channel();
        let urgent = Arc::new(Notify::new());
        let work = Work {
            driver,
            live: Arc::clone(&live),
            ports: ports.clone(),
            inbox,
            urgent: Arc::clone(&urgent),
            changed,
        };
        let task = tokio::spawn(work.run());
        Actor {
            live,
            ports,
            asks,
            urgent,
            task,
        }
    }

    /// Carries out a person's command, and gives the act that it sent to the cluster, if it sent one. A rollback has been sent
    /// when this returns, if the cluster can be reached.
    pub(crate) async fn command(
        &self,
        by: &Person,
        command: Command,
    ) -> Result<Option<ActProgress>, Failure> {
        let (reply, answer) = oneshot::channel();
        let stopped = || {
            crate::failure::failure(
                "driver-stopped",
                "Nobody drives this release any more; nothing was changed.",
                "Start Slipway again: it goes on from its record.",
            )
        };
        self.asks
            .send(Ask {
                by: by.clone(),
                command,
                reply,
            })
            .map_err(|_| stopped())?;
        self.urgent.notify_one();
        answer.await.map_err(|_| stopped())?
    }

    /// Whether a person's rollback waits for the cluster to answer.
    pub(crate) fn waits_for_contact(&self) -> bool {
        let waiting = self.live.view().and_then(|view| view.waiting);
        matches!(waiting, Some(Waiting::Contact { .. }))
    }

    /// Looks again at once.
    pub(crate) fn nudge(&self) {
        self.urgent.notify_one();
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Work<F> {
    driver: Driver,
    live: Arc<Live>,
    ports: Ports,
    inbox: mpsc::UnboundedReceiver<Ask>,
    urgent: Arc<Notify>,
    changed: F,
}

impl<F: Fn() + Send + Sync> Work<F> {
    async fn run(mut self) {
        self.publish();
        loop {
            while let Ok(ask) = self.inbox.try_recv() {
                self.carry_out(ask).await;
            }
            let urgent = Arc::clone(&self.urgent);
            let mut called = Box::pin(async move { urgent.notified().await }.fuse());
            let turn = self.driver.turn(&mut called).await;
            self.publish();
            let workload = self.driver.dossier().workload.clone();
            let seen = self.driver.view().seen;
            let changed = async {
                match (&seen, turn.over) {
                    (Some(seen), false) => self.ports.workloads.changed(&workload, seen).await,
                    _ => std::future::pending().await,
                }
            };
            if !futures::future::FusedFuture::is_terminated(&called) {
                tokio::select! {
                    () = called => {}
                    () = changed => {}
                    () = self.ports.clock.sleep(turn.next_millis), if !turn.over => {}
                }
            }
            if self.inbox.is_closed() && self.inbox.is_empty() {
                return;
            }
        }
    }

    async fn carry_out(&mut self, ask: Ask) {
        let before = self.last_act();
        let answer = self.driver.command(&ask.by, ask.command).await;
        let sent = self
            .last_act()
            .filter(|act| before.is_none_or(|before| before.operation != act.operation));
        self.keep_view();
        // The person first: drawing the new picture can wait. Nobody may be waiting any more.
        let _ = ask.reply.send(answer.map(|()| sent).map_err(Failure::from));
        (self.changed)();
    }

    fn last_act(&self) -> Option<ActProgress> {
        self.driver.last_act().cloned()
    }

    fn publish(&self) {
        self.keep_view();
        (self.changed)();
    }

    fn keep_view(&self) {
        let view = self.driver.view();
        let before = self.live.view().and_then(|view| view.waiting);
        self.live
            .keep_waiting_since(before.as_ref(), view.waiting.as_ref(), self.ports.clock.now());
        // The driver knows the workload's template and its own counters better than the record does.
        self.live.recorder.told().dossier.release = view.release.clone();
        *self.live.view.lock().unwrap_or_else(PoisonError::into_inner) = Some(view);
    }
}

/// Operations of a release that the cluster accepted or may have accepted, from its record.
pub(crate) fn own_operations(story: &history::Story) -> Vec<conductor::OperationId> {
    told(story)
        .filter_map(|told| match told {
            Told::Intent(intent) => Some(intent.act.operation.clone()),
            Told::Outcome(..) => None,
        })
        .collect()
}

/// What its acts left on the workload, from its record.
pub(crate) fn trail(story: &history::Story) -> Trail {
    Trail::of_record(told(story))
}

fn told(story: &history::Story) -> impl Iterator<Item = Told<'_>> {
    story.lines.iter().filter_map(|line| line.what.told())
}
