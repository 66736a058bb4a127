use crate::failure::{bad_request, no_such_release};
use crate::handlers::{Drift, Elsewhere, Serving};
use crate::picture::{self, Around, Told};
use crate::runtime::{
    Actor, Applications, Environment, KubeContexts, Leaderships, PracticeClock, Recorder, Registry,
    SystemClock, Unlocks, now,
};
use crate::secrets::Secrets;
use crate::view::{
    ActStatus, Command, Contact, ContactState, EnvironmentTag, Event, Failure, LiveRelease, RunningRelease,
};
use cluster::lease::{KubeLeadership, Terms};
use cluster::{Environments, KubeWorkloads};
use conductor::{Clock, Driver, Journal as _, Ports, Unfinished, WorkloadRef, WorkloadView};
use history::{History, SetAside, Story};
use practice::Practice;
use release::{Person, ReleaseId, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;
use telemetry::Telemetry;
use tokio::sync::broadcast;

/// Events that wait for a slow window; more than these and it is told to read anew.
const EVENTS_KEPT: usize = 1024;

/// How the backend begins.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the record is kept.
    pub data_folder: PathBuf,
    /// Where exports go.
    pub export_folder: PathBuf,
    /// Slipway's version.
    pub version: String,
    /// Seed of the practice cluster.
    pub practice_seed: u64,
    /// How fast the practice cluster's clock goes.
    pub practice_acceleration: f64,
    /// Kubeconfig files to read; `None` is KUBECONFIG, else the default place.
    pub kubeconfig: Option<Vec<PathBuf>>,
    /// How long another Slipway waits before it takes over from one that says nothing any more, in seconds.
    pub lease_seconds: u64,
}

impl Options {
    /// The usual options for a data folder.
    pub fn in_folder(data_folder: impl Into<PathBuf>) -> Options {
        let data_folder = data_folder.into();
        Options {
            export_folder: data_folder.join("exports"),
            data_folder,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            practice_seed: 1,
            practice_acceleration: 1.0,
            kubeconfig: None,
            lease_seconds: Terms::default().seconds,
        }
    }
}

/// The running backend. Dropping it stops every driver where it is; the record tells how to go on.
pub struct Api {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) version: String,
    pub(crate) export_folder: PathBuf,
    pub(crate) history: Arc<History>,
    pub(crate) set_aside: Option<SetAside>,
    pub(crate) registry: Registry,
    pub(crate) leaderships: Leaderships,
    pub(crate) elsewhere: Mutex<BTreeMap<WorkloadRef, Elsewhere>>,
    pub(crate) unlocks: Mutex<Unlocks>,
    pub(crate) secrets: Secrets,
    /// Read once: a click does not wait for the record to be told who clicks.
    pub(crate) person: Mutex<Option<Person>>,
    pub(crate) practice: RwLock<Option<Arc<Practice>>>,
    pub(crate) practice_seed: u64,
    pub(crate) system_clock: Arc<SystemClock>,
    pub(crate) clients: Environments,
    pub(crate) workloads: Arc<KubeWorkloads>,
    pub(crate) applications: Applications,
    pub(crate) contexts: KubeContexts,
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) actors: Mutex<BTreeMap<ReleaseId, Arc<Actor>>>,
    pub(crate) watched: Mutex<Option<ReleaseId>>,
    pub(crate) replayed: Mutex<Option<Arc<Story>>>,
    pub(crate) servings: Mutex<BTreeMap<WorkloadRef, (Instant, Option<Serving>)>>,
    pub(crate) drift: Mutex<Drift>,
    /// Since when the window has been asked to close without having taken that up.
    pub(crate) close_asked: Mutex<Option<Instant>>,
    /// How long the ways back took that are over for good, by release: read from whole records once.
    pub(crate) recoveries: Mutex<BTreeMap<ReleaseId, Option<f64>>>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) kubeconfig: Option<Vec<PathBuf>>,
}

impl Api {
    /// Opens the record, brings the environments up, and goes on with every release that is not over.
    ///
    /// # Errors
    ///
    /// The record cannot be opened; it was left as it is. A damaged one is set aside, and a new one begun.
    pub async fn start(options: Options) -> Result<Api, Failure> {
        // One provider of cryptography for the whole program; a second call finds it set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let path = options.data_folder.join("slipway.db");
        let opened = tokio::task::spawn_blocking(move || History::open_or_set_aside(&path)).await;
        let (history, set_aside) = match opened {
            Ok(opened) => opened?,
            Err(error) => return Err(bad_request(error.to_string())),
        };
        let history = Arc::new(history);
        let registry = Registry::load(&history).await?;
        let terms = Terms {
            seconds: options.lease_seconds.max(1),
        };
        let leaderships = Leaderships::load(&history, terms).await?;
        let clients = Environments::default();
        let inner = Arc::new(Inner {
            version: options.version,
            export_folder: options.export_folder,
            set_aside,
            registry,
            leaderships,
            elsewhere: Mutex::default(),
            unlocks: Mutex::default(),
            secrets: Secrets::open(),
            person: Mutex::default(),
            practice: RwLock::new(None),
            practice_seed: options.practice_seed,
            system_clock: Arc::new(SystemClock::new()),
            workloads: Arc::new(KubeWorkloads::of(clients.clone())),
            clients,
            applications: Applications::default(),
            contexts: KubeContexts::default(),
            telemetry: Arc::new(Telemetry::new()),
            actors: Mutex::default(),
            watched: Mutex::default(),
            replayed: Mutex::default(),
            recoveries: Mutex::default(),
            servings: Mutex::default(),
            drift: Mutex::default(),
            close_asked: Mutex::default(),
            events: broadcast::channel(EVENTS_KEPT).0,
            kubeconfig: options.kubeconfig,
            history,
        });
        inner.leaderships.rename(&inner.person().await.name);
        inner.bring_up_environments(options.practice_acceleration).await?;
        inner.go_on().await?;
        let connecting = Arc::clone(&inner);
        tokio::spawn(async move { connecting.connect_contexts().await });
        Ok(Api { inner })
    }

    /// Carries out one command and gives its reply.
    ///
    /// # Errors
    ///
    /// What happened, what it means for the release, and what to do.
    pub async fn call(&self, name: &str, payload: Value) -> Result<Value, Failure> {
        let payload = if payload.is_null() {
            Value::Object(serde_json::Map::new())
        } else {
            payload
        };
        let command = Command::read(name, payload).map_err(bad_request)?;
        self.inner.carry_out(command).await
    }

    /// Whether releases run that a person has to be asked about before the window closes; if so, they are being asked
    /// ([`Event::CloseAsked`]), and the answer comes as [`Event::Leave`].
    pub fn ask_to_close(&self) -> bool {
        self.inner.ask_to_close()
    }

    /// Asks the window to show a place.
    pub fn show(&self, release: Option<String>) {
        let _ = self.inner.events.send(Event::Show { release });
    }

    /// Everything that is pushed from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Writes what still waits and closes the record. Releases stay where they are in the cluster.
    pub async fn close(&self) {
        self.inner.actors().clear();
        let history = Arc::clone(&self.inner.history);
        let _ = tokio::task::spawn_blocking(move || history.close()).await;
    }
}

impl Inner {
    pub(crate) fn actors(&self) -> MutexGuard<'_, BTreeMap<ReleaseId, Arc<Actor>>> {
        self.actors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn servings(&self) -> MutexGuard<'_, BTreeMap<WorkloadRef, (Instant, Option<Serving>)>> {
        self.servings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn unlocks(&self) -> MutexGuard<'_, Unlocks> {
        self.unlocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn practice(&self) -> Option<Arc<Practice>> {
        self.practice
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The clock that an environment lives by.
    pub(crate) fn clock_of(&self, environment: &Environment) -> Arc<dyn Clock> {
        match self.practice().filter(|_| environment.is_practice()) {
            Some(practice) => Arc::new(PracticeClock::new(practice)),
            None => Arc::clone(&self.system_clock) as Arc<dyn Clock>,
        }
    }

    /// What time it is in an environment; one that is gone lives by the computer's clock.
    pub(crate) fn now_of(&self, environment: &str) -> Timestamp {
        self.registry
            .get(environment)
            .map_or_else(|_| now(), |environment| self.clock_of(&environment).now())
    }

    /// The latest of all clocks: a practice cluster may be ahead of the computer.
    pub(crate) fn latest_now(&self) -> Timestamp {
        self.practice().map_or_else(now, |practice| {
            Timestamp(practice.now().as_millisecond()).max(now())
        })
    }

    /// The environment as every screen shows it.
    pub(crate) fn tag(&self, id: &str) -> Result<EnvironmentTag, Failure> {
        let environment = self.registry.get(id)?;
        let until = self.unlocks().until(id, now());
        Ok(environment.tag(until))
    }

    /// Goes on with every release of the record that is not over.
    async fn go_on(self: &Arc<Self>) -> Result<(), Failure> {
        for unfinished in self.history.unfinished().await? {
            let id = unfinished.dossier.release.id.clone();
            if let Err(failure) = self.recover(unfinished).await {
                tracing::error!(release = %id, code = %failure.code, "a release cannot be gone on with");
            }
        }
        Ok(())
    }

    async fn recover(self: &Arc<Self>, unfinished: Unfinished) -> Result<Arc<Actor>, Failure> {
        let id = unfinished.dossier.release.id.clone();
        let environment = self.registry.get(&unfinished.dossier.release.environment)?;
        let told = Told::of(&self.history.story(&id).await?);
        let (recorder, ports) = self.ports(&environment, told);
        let mut driver = Driver::recover(unfinished, ports.clone())
            .map_err(|error| Failure::from(conductor::ApplyError::Signals(error)))?;
        // Written down, and then this process ended before its start was: it never began, and nobody shall find it begun.
        driver.withdraw().await?;
        Ok(self.drive(driver, recorder, ports))
    }

    /// What a driver in this environment needs.
    pub(crate) fn ports(&self, environment: &Environment, told: Told) -> (Arc<Recorder>, Ports) {
        let recorder = Arc::new(Recorder::new(
            Arc::clone(&self.history) as Arc<dyn conductor::Journal>,
            told,
        ));
        let ports = Ports {
            workloads: Arc::clone(&self.workloads) as Arc<dyn conductor::Workloads>,
            leadership: self.leadership(environment),
            signals: Arc::clone(&self.telemetry) as Arc<dyn conductor::Signals>,
            journal: Arc::clone(&recorder) as Arc<dyn conductor::Journal>,
            clock: self.clock_of(environment),
        };
        (recorder, ports)
    }

    /// Who leads in an environment.
    pub(crate) fn leadership(&self, environment: &Environment) -> Arc<KubeLeadership> {
        self.leaderships
            .of(&environment.id, &self.clients, || self.clock_of(environment))
    }

    /// Begins to drive a release.
    pub(crate) fn drive(
        self: &Arc<Self>,
        driver: Driver,
        recorder: Arc<Recorder>,
        ports: Ports,
    ) -> Arc<Actor> {
        let id = driver.dossier().release.id.clone();
        let inner = Arc::downgrade(self);
        let changed_id = id.clone();
        let changed = move || {
            if let Some(inner) = inner.upgrade() {
                inner.push(&changed_id);
            }
        };
        let actor = Arc::new(Actor::start(driver, recorder, ports, changed));
        self.actors().insert(id, Arc::clone(&actor));
        self.let_go_of_ended();
        actor
    }

    /// The actor of a release; one that is over in the record but can be rolled back is taken up again.
    pub(crate) async fn actor(self: &Arc<Self>, id: &str) -> Result<Arc<Actor>, Failure> {
        let id = ReleaseId(id.to_owned());
        if let Some(actor) = self.actors().get(&id) {
            return Ok(Arc::clone(actor));
        }
        let story = self
            .history
            .story(&id)
            .await
            .map_err(|_| no_such_release(&id.0))?;
        let own_operations = crate::runtime::own_operations(&story);
        let trail = crate::runtime::trail(&story);
        let unfinished = Unfinished {
            dossier: story.dossier,
            open_intents: Vec::new(),
            late_intents: Vec::new(),
            trail,
            own_operations,
            looks: story.looks,
        };
        self.recover(unfinished).await
    }

    /// Pushes a release's new picture to the window.
    fn push(&self, id: &ReleaseId) {
        if self.events.receiver_count() == 0 {
            return;
        }
        let watched = self
            .watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            == Some(id);
        if watched && let Some(release) = self.live_now(id) {
            let _ = self.events.send(Event::Live {
                release: Box::new(release),
            });
        }
        let _ = self.events.send(Event::Running {
            releases: self.running(),
        });
    }

    /// Releases that go on, the newest first.
    pub(crate) fn running(&self) -> Vec<RunningRelease> {
        let actors: Vec<Arc<Actor>> = self.actors().values().cloned().collect();
        let mut running: Vec<RunningRelease> = actors
            .iter()
            .filter(|actor| actor.live.recorder.told().release().stage.is_live())
            .map(|actor| {
                let told = actor.live.recorder.told().clone();
                let tag = self.recorded_tag(&told.release().environment);
                picture::running(&told, tag, contact(actor), actor.ports.clock.now())
            })
            .collect();
        running.sort_by_key(|release| std::cmp::Reverse(release.started_at));
        running
    }

    /// The live picture of a release that is driven here.
    pub(crate) fn live_now(&self, id: &ReleaseId) -> Option<LiveRelease> {
        let actor = Arc::clone(self.actors().get(id)?);
        let told = actor.live.recorder.told().clone();
        let view = actor.live.view();
        let readiness = actor.live.readiness();
        let person = self
            .known_person()
            .clone()
            .unwrap_or_else(|| told.release().driver.clone());
        let seen: Option<&WorkloadView> = view
            .as_ref()
            .and_then(|view| view.seen.as_ref())
            .map(|seen| &seen.view);
        let contact = contact(&actor);
        let around = Around {
            environment: self.recorded_tag(&told.release().environment),
            view: seen,
            in_contact: contact.state == ContactState::Live,
            contact,
            signals_failure: view
                .as_ref()
                .and_then(|view| view.signals_contact.trouble.clone())
                .map(Failure::from),
            signal_problems: self.signal_problems(&told.dossier.workload),
            driven: view.clone().map(|view| picture::Driven {
                view,
                waiting_since: actor.live.waiting_since(),
            }),
            readiness: &readiness,
            person: &person,
            resumes: None,
            now: actor.ports.clock.now(),
        };
        let mut live = picture::live(&told, &around);
        if let Some(act) = live.act.as_mut().filter(|_| actor.waits_for_contact()) {
            act.status = ActStatus::Queued;
            act.failure = None;
        }
        Some(live)
    }
}

/// How old the picture of a driven release is.
fn contact(actor: &Actor) -> Contact {
    let view = actor.live.view();
    let known = view.as_ref().map(|view| &view.contact);
    let last = known.and_then(|contact| contact.last);
    let lost = known.is_some_and(|contact| contact.trouble.is_some());
    let now = actor.ports.clock.now();
    Contact {
        state: if lost {
            ContactState::Lost
        } else {
            ContactState::Live
        },
        as_of: last,
        since: if lost { last.unwrap_or(now) } else { now },
    }
}

/// Who acts here, as the settings name them.
pub(crate) const DEFAULT_PERSON: &str = "You";

impl Inner {
    /// The local profile.
    pub(crate) async fn person(&self) -> Person {
        if let Some(known) = self.known_person().clone() {
            return known;
        }
        let kept = self.history.setting("person").await.ok().flatten();
        let name = kept
            .and_then(|name| name.as_str().map(str::to_owned))
            .filter(|name| !name.trim().is_empty());
        let person = Person::named(
            name.or_else(login_name)
                .unwrap_or_else(|| DEFAULT_PERSON.to_owned()),
        );
        *self.known_person() = Some(person.clone());
        person
    }

    /// The local profile as far as it was read already; `None` makes the next question read it anew.
    pub(crate) fn known_person(&self) -> MutexGuard<'_, Option<Person>> {
        self.person.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn login_name() -> Option<String> {
    ["USER", "USERNAME", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty())
}
