//! All releases of one version at once, until each was stopped or the limit is over.

use super::outcome::Outcome;
use super::place::{Contestant, Place};
use super::serving::{Seen, Serving};
use super::terms::{BEFORE, HEALTHY_PAUSE, NEW, PAUSE, PODS, SHARES, SURGE};
use super::timeline::{self, FIRST_POD, READY};
use super::version::Version;
use crate::window::Window;
use control_plane::{ControlPlane, User};
use futures::future::join_all;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The pause between two looks at the pods.
const PAUSE_OF_LOOKS: Duration = Duration::from_millis(25);
/// A healthy release goes through all shares: it is followed for so many times the limit.
const HEALTHY_LIMITS: u32 = 2;
/// How often the contestant itself is asked how it goes.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// How long Slipway may gather evidence in a phase before it stops and asks: beyond any limit, because here nobody answers.
const MOST_BAKE: Duration = Duration::from_secs(1200);
/// What is on its way when the old version serves everything again is waited for.
const ON_ITS_WAY: Duration = Duration::from_secs(1);

/// The ground on which contests take place.
pub struct Ground {
    /// The cluster, with Argo's controller.
    pub plane: ControlPlane,
    /// Its pods.
    pub serving: Serving,
    /// Between two scrapes.
    pub scrape: Duration,
    /// After this time a version counts as never stopped.
    pub limit: Duration,
    /// Names of applications are never used twice.
    pub places: usize,
}

impl Ground {
    /// Releases one version once by each of these.
    pub async fn contest(
        &mut self,
        version: Version,
        contestants: &[Contestant],
    ) -> Vec<(Contestant, Outcome)> {
        let pause = if version == Version::Healthy {
            HEALTHY_PAUSE
        } else {
            PAUSE
        };
        let mut places = Vec::new();
        for contestant in contestants {
            self.places += 1;
            places.push(Place::new(&self.plane, *contestant, self.places, pause, self.scrape).await);
        }
        for place in &mut places {
            place.begin_load(&self.plane, &self.serving).await;
        }
        let window = self.window(&places).await;
        tokio::time::sleep(BEFORE).await;
        let outcomes = join_all(
            places
                .iter()
                .map(|place| self.release(place, window.as_ref(), version, pause)),
        )
        .await;
        if let Some(window) = window {
            window.close().await;
        }
        let mut found = Vec::new();
        for (place, outcome) in places.into_iter().zip(outcomes) {
            found.push((place.contestant, outcome));
            place.leave().await;
        }
        found
    }

    /// A Slipway for the places that are its own, as a person would set it up.
    async fn window(&self, places: &[Place]) -> Option<Window> {
        let own = |place: &&Place| place.contestant == Contestant::Slipway;
        let namespaces: Vec<String> = places
            .iter()
            .filter(own)
            .map(|place| place.namespace.clone())
            .collect();
        let folder = self.plane.folder().join(format!("slipway-{}", self.places));
        if namespaces.is_empty() {
            return None;
        }
        std::fs::create_dir_all(&folder).expect("a folder");
        let kubeconfig = self.plane.kubeconfig_file(User::Admin).expect("a kubeconfig");
        let window = Window::open(&folder, &kubeconfig, self.plane.context(), &namespaces).await;
        let url = self.plane.prometheus().expect("a Prometheus").url();
        window.use_prometheus(&url).await;
        Some(window)
    }

    async fn release(
        &self,
        place: &Place,
        window: Option<&Window>,
        version: Version,
        pause: Duration,
    ) -> Outcome {
        let release = match (place.contestant, window) {
            (Contestant::Slipway, Some(window)) => {
                let application = window.application(&place.name).await;
                let source = window.edited(&application, NEW, &version.annotations()).await;
                Some((window, window.prepared(&application, &source, &plan(pause))))
            }
            _ => None,
        };
        place.load().reset();
        let (begun, begun_ms) = (Instant::now(), now_ms());
        let under_way = match release {
            Some((window, request)) => {
                let started = window.call("release.start", request).await;
                UnderWay::Slipway(window, started["release"].as_str().unwrap_or_default().to_owned())
            }
            None => {
                place.change(version).await;
                UnderWay::Argo(place)
            }
        };
        let mut outcome = self.follow(place, &under_way, version, begun).await;
        if let UnderWay::Slipway(window, release) = &under_way {
            let live = window.call("release.live", json!({ "release": release })).await;
            outcome.steps.extend(timeline::of_live(&live, begun_ms));
        }
        println!(
            "  {:10} {:10} {}: back {:?}, failed {}, slow {} of {}; lost {}; {}; {}",
            version.name(),
            place.contestant.name(),
            place.name,
            outcome.back,
            outcome.failed,
            outcome.slow,
            outcome.answered,
            outcome.lost,
            outcome.said,
            Value::Object(outcome.steps.clone()),
        );
        outcome
    }

    async fn follow(
        &self,
        place: &Place,
        under_way: &UnderWay<'_>,
        version: Version,
        begun: Instant,
    ) -> Outcome {
        let all = usize::try_from(PODS).unwrap_or(0);
        let (mut came, mut back, mut completed) = (false, None, None);
        let mut said = String::new();
        let mut asked = Instant::now();
        let mut steps = Map::new();
        let limit = match version {
            Version::Healthy => self.limit * HEALTHY_LIMITS,
            _ => self.limit,
        };
        while begun.elapsed() < limit {
            let seen = self.serving.look(&place.namespace);
            came |= seen.new > 0;
            note(&mut steps, &seen, begun);
            if came && seen.new_at_all == 0 && seen.old >= all {
                back = Some(seconds(begun));
                break;
            }
            if asked.elapsed() > ASK_EVERY {
                said = under_way.says().await;
                asked = Instant::now();
                if version == Version::Healthy && seen.new >= all && under_way.is_over(&said) {
                    completed = Some(seconds(begun));
                    break;
                }
            }
            tokio::time::sleep(PAUSE_OF_LOOKS).await;
        }
        tokio::time::sleep(ON_ITS_WAY).await;
        let counts = place.load().counts();
        if back.is_some() {
            said = under_way.says().await;
        }
        let new = counts.version(NEW);
        Outcome {
            back,
            failed: new.failed,
            slow: new.slow,
            answered: new.answered(),
            lost: counts.unanswered + counts.nobody + counts.left_out,
            completed,
            said,
            steps,
        }
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(0)
}

/// Seconds, in milliseconds.
fn seconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

/// Notes when the new version's pods came.
fn note(steps: &mut Map<String, Value>, seen: &Seen, begun: Instant) {
    let first_share = usize::try_from(PODS).unwrap_or(0) * SHARES[0] as usize / 100;
    for (step, is_so) in [(FIRST_POD, seen.new_at_all > 0), (READY, seen.new >= first_share)] {
        if is_so && !steps.contains_key(step) {
            steps.insert(step.to_owned(), json!(seconds(begun)));
        }
    }
}

/// Whom to ask how a release goes.
enum UnderWay<'a> {
    Slipway(&'a Window, String),
    Argo(&'a Place),
}

impl UnderWay<'_> {
    async fn says(&self) -> String {
        match self {
            UnderWay::Slipway(window, release) => {
                let live = window.call("release.live", json!({ "release": release })).await;
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                format!(
                    "{} {}",
                    text(&live["stage"]["stage"]),
                    text(&live["judgement"]["outcome"])
                )
            }
            UnderWay::Argo(place) => place.argo_says().await,
        }
    }

    fn is_over(&self, said: &str) -> bool {
        match self {
            UnderWay::Slipway(..) => said.starts_with("completed"),
            UnderWay::Argo(_) => said.starts_with("Healthy"),
        }
    }
}

/// Slipway's plan: the same shares, pauses and surge, judged by readiness and verdict; degraded goes back without asking.
fn plan(pause: Duration) -> Value {
    let phases: Vec<Value> = SHARES
        .iter()
        .chain([&100])
        .map(|share| {
            // After the last share Argo's release is over: nothing is left to wait for.
            let bake = if *share == 100 { 0 } else { pause.as_secs() };
            json!({
                "share": share, "bakeSeconds": bake, "bakeMaximumSeconds": MOST_BAKE.as_secs(),
                "gates": ["readiness", "verdict"], "owner": "", "goal": "",
            })
        })
        .collect();
    json!({
        "phases": phases, "surgeLimit": SURGE, "acceptLessCapacity": false,
        "onExcess": "rollBack", "automaticRollback": true,
    })
}

#[cfg(test)]
mod tests {
    use super::plan;
    use std::time::Duration;

    #[test]
    fn slipways_plan_has_the_shares_and_pauses_that_argo_has() {
        let plan = plan(Duration::from_secs(600));
        let phases = plan["phases"].as_array().unwrap();
        let of = |field: &str| {
            phases
                .iter()
                .map(|phase| phase[field].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(of("share"), [20, 40, 60, 80, 100]);
        assert_eq!(of("bakeSeconds"), [600, 600, 600, 600, 0]);
        assert_eq!(plan["surgeLimit"], 20);
    }
}
