use super::Environment;
use super::environment::Place;
use crate::failure::failure;
use crate::view::Failure;
use practice::Scenario;
use serde_json::Value;

/// The practice cluster's environment of this name.
pub(crate) fn practice_environment(name: &str) -> Option<practice::Environment> {
    practice::Environment::ALL
        .into_iter()
        .find(|known| known.context() == name)
}

/// The practice cluster's environment behind one of the person's, if it is one.
pub(crate) fn place_in_practice(environment: &Environment) -> Option<practice::Environment> {
    match &environment.place {
        Place::Practice { name } => practice_environment(name),
        Place::Context { .. } => None,
    }
}

/// The stable name of a scenario.
pub(crate) fn scenario_id(scenario: Scenario) -> String {
    serde_json::to_value(scenario)
        .ok()
        .and_then(|id| id.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The scenario of this name.
pub(crate) fn scenario(id: &str) -> Result<Scenario, Failure> {
    serde_json::from_value(Value::String(id.to_owned())).map_err(|_| {
        failure(
            "scenario-unknown",
            format!("The practice cluster has no scenario {id}."),
            "Choose one from the list.",
        )
    })
}

/// What a scenario is called, in English.
pub(crate) fn scenario_title(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::Healthy => "A good version",
        Scenario::ErrorSpike => "Errors after a while",
        Scenario::SlowLatency => "Slow answers",
        Scenario::CrashLoop => "Crashes at start",
        Scenario::NeverReady => "Never becomes ready",
        Scenario::TooLittleTraffic => "Too little traffic to judge",
        Scenario::Silent => "Stops reporting metrics",
        Scenario::Intermittent => "Errors that come and go",
    }
}
