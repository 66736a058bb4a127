//! The practice clusters as the app uses them: three worlds on one accelerated clock, and clients to them.

use crate::access::User;
use crate::scenario::Scenario;
use crate::seed_data::{self, Environment, NAMESPACE};
use crate::service::ApiService;
use crate::world::{World, WorldOptions};
use bytes::Bytes;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How a set of practice clusters begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of everything random.
    pub seed: u64,
    /// Simulated seconds per real second; 0 stops time. Ignored in manual mode.
    pub acceleration: f64,
    /// Wall time at which the clusters are handed over; their past lies before it.
    pub now: Timestamp,
    /// How much past there is: samples from that long before `now` exist.
    pub history: Duration,
    /// No task advances time; the owner calls [`Practice::advance_by`].
    pub manual: bool,
    /// How often metrics are sampled, in simulated time.
    pub scrape_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            acceleration: 1.0,
            now: Timestamp::from_second(1_767_600_000).unwrap_or(Timestamp::UNIX_EPOCH),
            history: Duration::from_secs(3600),
            manual: false,
            scrape_every: Duration::from_secs(5),
        }
    }
}

/// How often the task advances time, in real time.
const TICK: Duration = Duration::from_millis(20);
/// The most real time that one tick makes up for.
const MOST_AT_ONCE: Duration = Duration::from_millis(60);

/// One world behind a lock, and what wakes its watches.
pub(crate) struct Shared {
    world: Mutex<World>,
    changed: watch::Sender<u64>,
    closed: watch::Sender<bool>,
}

impl Shared {
    fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            changed: watch::Sender::new(0),
            closed: watch::Sender::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        // A world that panicked in one request still answers the next one.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the world and wakes the watches.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let result = act(&mut self.lock());
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        result
    }

    /// Does something that changes no object.
    pub(crate) fn with_quietly<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        act(&mut self.lock())
    }

    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(crate) fn closed(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }
}

/// Three practice clusters and their clock. Dropping it stops time and ends every watch.
pub struct Practice {
    worlds: BTreeMap<Environment, Arc<Shared>>,
    acceleration: watch::Sender<f64>,
    task: Option<JoinHandle<()>>,
    manual: bool,
}

impl Practice {
    /// Builds the clusters and lets them run. Must be called inside a tokio runtime unless `manual` is set.
    pub fn start(options: Options) -> Self {
        let history = options.history.max(Duration::from_secs(180));
        let start = options
            .now
            .checked_sub(jiff::SignedDuration::try_from(history).unwrap_or(jiff::SignedDuration::ZERO))
            .unwrap_or(options.now);
        let worlds: BTreeMap<Environment, Arc<Shared>> = Environment::ALL
            .into_iter()
            .map(|environment| {
                let mut world = World::new(WorldOptions {
                    seed: options.seed.wrapping_mul(31).wrapping_add(environment as u64),
                    start,
                    name: environment.context().to_owned(),
                    scrape_every: options.scrape_every,
                    keep_samples: history.max(Duration::from_secs(2 * 3600)) + Duration::from_secs(600),
                    ..WorldOptions::default()
                });
                seed_data::populate(&mut world, environment);
                world.advance(history);
                (environment, Arc::new(Shared::new(world)))
            })
            .collect();
        let (acceleration, receiver) = watch::channel(options.acceleration.max(0.0));
        let task = (!options.manual).then(|| tokio::spawn(run(worlds.values().cloned().collect(), receiver)));
        Self {
            worlds,
            acceleration,
            task,
            manual: options.manual,
        }
    }

    fn shared(&self, environment: Environment) -> &Arc<Shared> {
        // `start` made a world for each of the three.
        &self.worlds[&environment]
    }

    /// A client to one environment's cluster, as one of its users.
    pub fn client(&self, environment: Environment, user: User) -> kube::Client {
        kube::Client::new(self.service(environment, user), NAMESPACE)
    }

    /// The service under a client, for callers that build their own stack.
    pub fn service(&self, environment: Environment, user: User) -> ApiService {
        ApiService::new(self.shared(environment).clone(), user)
    }

    /// Does something with one environment's world directly, such as injecting a fault or asking for a revision.
    pub fn with_world<T>(&self, environment: Environment, act: impl FnOnce(&mut World) -> T) -> T {
        self.shared(environment).with(act)
    }

    /// Asks the environment's Prometheus directly, without the API server in between.
    pub async fn prometheus(
        &self,
        environment: Environment,
        request: http::Request<Bytes>,
    ) -> http::Response<Bytes> {
        self.shared(environment)
            .with_quietly(|world| world.prometheus(&request))
    }

    /// Chooses what the next versions of an application in `shop` are like.
    pub fn set_scenario(&self, environment: Environment, app: &str, scenario: Scenario) {
        self.with_world(environment, |world| world.set_scenario(NAMESPACE, app, scenario));
    }

    /// The scenario chosen for an application in `shop`.
    pub fn scenario(&self, environment: Environment, app: &str) -> Scenario {
        self.shared(environment)
            .with_quietly(|world| world.scenario(NAMESPACE, app))
    }

    /// The clusters' wall time.
    pub fn now(&self) -> Timestamp {
        self.shared(Environment::Production)
            .with_quietly(|world| world.now())
    }

    /// Simulated time since the clusters' beginning, which never runs backwards: the monotonic clock of practice.
    pub fn elapsed(&self) -> Duration {
        self.shared(Environment::Production)
            .with_quietly(|world| world.elapsed())
    }

    /// Simulated seconds per real second.
    pub fn acceleration(&self) -> f64 {
        *self.acceleration.borrow()
    }

    /// Changes how fast time runs; 0 stops it.
    pub fn set_acceleration(&self, acceleration: f64) {
        self.acceleration.send_replace(if acceleration.is_finite() {
            acceleration.max(0.0)
        } else {
            0.0
        });
    }

    /// Lets simulated time pass in every environment at once.
    pub fn advance_by(&self, by: Duration) {
        for shared in self.worlds.values() {
            shared.with(|world| world.advance_by(by));
        }
    }

    /// Whether time passes only by [`Practice::advance_by`].
    pub fn is_manual(&self) -> bool {
        self.manual
    }

    /// Stops time, ends every watch and waits until the task is gone. Clients are refused from now on.
    pub async fn stop(mut self) {
        self.close();
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
    }

    fn close(&self) {
        for shared in self.worlds.values() {
            shared.closed.send_replace(true);
            shared.with(World::drop_watches);
        }
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        self.close();
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn run(worlds: Vec<Arc<Shared>>, mut acceleration: watch::Receiver<f64>) {
    let mut last = tokio::time::Instant::now();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let factor = *acceleration.borrow_and_update();
        tokio::select! {
            _ = tick.tick() => {}
            changed = acceleration.changed() => {
                if changed.is_err() {
                    return;
                }
            }
        }
        let now = tokio::time::Instant::now();
        // A computer that cannot keep up makes practice time slower; it never owes time, which would leave no room for requests.
        let passed = now
            .saturating_duration_since(last)
            .min(MOST_AT_ONCE)
            .mul_f64(factor);
        last = now;
        for shared in &worlds {
            advance(shared, passed).await;
        }
    }
}

/// Advances in short pieces, so that a fast clock does not hold the lock for long.
async fn advance(shared: &Arc<Shared>, passed: Duration) {
    const PIECE: Duration = Duration::from_secs(5);
    let mut left = passed;
    while !left.is_zero() {
        let piece = left.min(PIECE);
        let before = shared.with_quietly(|world| world.revision());
        let after = shared.with_quietly(|world| {
            world.advance_by(piece);
            world.revision()
        });
        if after != before {
            shared.with(|_| ());
        }
        left -= piece;
        tokio::task::yield_now().await;
    }
}
