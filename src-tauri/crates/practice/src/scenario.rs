//! Scenarios: what a new version is like. They change pods and traffic, never a verdict.

use crate::kinds::Resource;
use crate::object;
use crate::traffic::SPIKE_AFTER;
use crate::workload::{HASH_LABEL, ReplicaSet};
use crate::world::World;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// How the pods of a new version behave. "New" is every template other than the one that served when the scenario was
/// chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// As good as the version before.
    #[default]
    Healthy,
    /// After 40 seconds of serving, about 4 % of the requests fail.
    ErrorSpike,
    /// Requests take about two and a half times as long.
    SlowLatency,
    /// The container is killed for memory a few seconds after it starts, again and again.
    CrashLoop,
    /// The container runs and never becomes ready.
    NeverReady,
    /// The application gets a hundredth of its traffic, old and new pods alike: too little to judge.
    TooLittleTraffic,
    /// After 40 seconds of serving, nothing is scraped of it any more. Users notice nothing.
    Silent,
    /// Errors come and go: 3 % for half a minute, then nothing for a minute.
    Intermittent,
}

/// Every scenario, in the order a menu shows them.
pub const ALL: &[Scenario] = &[
    Scenario::Healthy,
    Scenario::ErrorSpike,
    Scenario::SlowLatency,
    Scenario::CrashLoop,
    Scenario::NeverReady,
    Scenario::TooLittleTraffic,
    Scenario::Silent,
    Scenario::Intermittent,
];

/// What a scenario does to a pod's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodFate {
    /// Nothing.
    Normal,
    /// It crashes.
    Crashes,
    /// It never becomes ready.
    NeverReady,
}

/// The scenarios chosen, with the template hash that served then.
#[derive(Clone, Debug, Default)]
pub struct Scenarios {
    chosen: BTreeMap<String, BTreeMap<String, (Scenario, String)>>,
}

impl Scenarios {
    fn get(&self, namespace: &str, app: &str) -> Option<&(Scenario, String)> {
        self.chosen.get(namespace)?.get(app)
    }

    /// The scenario that holds for a pod of an application with this template hash.
    pub fn of_pod(&self, namespace: &str, app: &str, hash: &str) -> Scenario {
        match self.get(namespace, app) {
            Some((Scenario::TooLittleTraffic, _)) => Scenario::TooLittleTraffic,
            Some((scenario, baseline)) if baseline != hash => *scenario,
            _ => Scenario::Healthy,
        }
    }

    /// The scenario chosen for an application.
    pub fn chosen(&self, namespace: &str, app: &str) -> Scenario {
        self.get(namespace, app)
            .map_or(Scenario::Healthy, |(scenario, _)| *scenario)
    }
}

/// The application a pod or template belongs to, by its labels; "" for none.
pub fn application_of(object: &Value) -> &str {
    let label = |key| object::text(object, &["metadata", "labels", key]);
    let name = label("app.kubernetes.io/name");
    if name.is_empty() { label("app") } else { name }
}

impl World {
    /// Chooses the scenario of an application's next versions. What serves now (the oldest revision with ready pods) is the
    /// baseline and stays good; pods already started keep their fate.
    pub fn set_scenario(&mut self, namespace: &str, app: &str, scenario: Scenario) {
        let baseline = self.serving_hash(namespace, app);
        self.scenarios
            .chosen
            .entry(namespace.to_owned())
            .or_default()
            .insert(app.to_owned(), (scenario, baseline));
    }

    /// The scenario chosen for an application.
    pub fn scenario(&self, namespace: &str, app: &str) -> Scenario {
        self.scenarios.chosen(namespace, app)
    }

    fn serving_hash(&self, namespace: &str, app: &str) -> String {
        self.store
            .list(Resource::ReplicaSets, Some(namespace))
            .map(|(_, set)| ReplicaSet(set.clone()))
            .filter(|set| {
                set.status("readyReplicas") > 0
                    && object::text(set.template(), &["metadata", "labels", "app.kubernetes.io/name"]) == app
            })
            .min_by_key(ReplicaSet::revision)
            .map(|set| object::text(&set.0, &["metadata", "labels", HASH_LABEL]).to_owned())
            .unwrap_or_default()
    }

    /// Whether nothing is scraped of a pod any more.
    pub(crate) fn is_silent(&self, pod: &Value) -> bool {
        let (namespace, hash) = (
            object::namespace(pod),
            object::text(pod, &["metadata", "labels", HASH_LABEL]),
        );
        let since = self.metrics.serving_since(namespace, object::name(pod));
        self.scenarios.of_pod(namespace, application_of(pod), hash) == Scenario::Silent
            && since.is_some_and(|since| self.clock.elapsed().saturating_sub(since) >= SPIKE_AFTER)
    }

    pub(crate) fn fate_of(&self, pod: &Value) -> PodFate {
        let hash = object::text(pod, &["metadata", "labels", HASH_LABEL]);
        match self
            .scenarios
            .of_pod(object::namespace(pod), application_of(pod), hash)
        {
            Scenario::CrashLoop => PodFate::Crashes,
            Scenario::NeverReady => PodFate::NeverReady,
            _ => PodFate::Normal,
        }
    }
}
