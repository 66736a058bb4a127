use crate::api::Inner;
use crate::failure::failure;
use crate::picture;
use crate::runtime::{
    Environment, PracticeTransport, place_in_practice, practice_environments, scenario, scenario_id,
    scenario_title,
};
use crate::view::{
    Connections, DraftRequest, Empty, Failure, PracticeOffer, PracticeRequest, PreflightRequest, Scenario,
    ScenarioRequest, VersionOffer, VersionSource,
};
use cluster::holds::version_of;
use practice::{Options, PROFILES, Practice, SCENARIOS, User};
use serde_json::Value;
use std::sync::{Arc, PoisonError};
use telemetry::Source;

/// Past that the practice cluster begins with, so that there is something to compare with.
const PAST_SECONDS: u64 = 900;
/// The fastest that its clock goes.
const FASTEST: f64 = 60.0;

fn practice_off() -> Failure {
    failure(
        "practice-off",
        "The practice cluster is off.",
        "Turn it on under Connections.",
    )
}

impl Inner {
    /// Begins the practice cluster and makes its environments reachable.
    pub(crate) async fn start_practice(self: &Arc<Self>, acceleration: f64) -> Result<(), Failure> {
        if self.practice().is_some() {
            return Ok(());
        }
        let options = Options {
            seed: self.practice_seed,
            acceleration: acceleration.clamp(0.0, FASTEST),
            now: jiff::Timestamp::now(),
            history: std::time::Duration::from_secs(PAST_SECONDS),
            ..Options::default()
        };
        // Its past is simulated before it begins, which takes a moment.
        let handle = tokio::runtime::Handle::current();
        let started = tokio::task::spawn_blocking(move || {
            let _inside = handle.enter();
            Practice::start(options)
        })
        .await;
        let Ok(practice) = started.map(Arc::new) else {
            return Err(practice_off());
        };
        for environment in practice::Environment::ALL {
            let id = environment.context();
            let client = practice.client(environment, User::Admin);
            self.clients.connect(id, client.clone());
            self.applications
                .follow(id, &client, &[practice::NAMESPACE.to_owned()]);
            let transport = Arc::new(PracticeTransport::new(Arc::clone(&practice), environment));
            self.telemetry.set_source(id, Source::new(transport));
        }
        *self.practice.write().unwrap_or_else(PoisonError::into_inner) = Some(practice);
        let names: Vec<&str> = practice::Environment::ALL
            .iter()
            .map(|environment| environment.context())
            .collect();
        let known = self.registry.all().iter().any(Environment::is_practice);
        if !known {
            self.registry
                .change(&self.history, |environments| {
                    environments.extend(practice_environments(&names))
                })
                .await?;
        }
        Ok(())
    }

    /// Ends the practice cluster. Its environments go, what happened there stays in the record.
    async fn stop_practice(&self) -> Result<(), Failure> {
        let practice = self
            .practice
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        for environment in practice::Environment::ALL {
            self.clients.disconnect(environment.context());
            self.telemetry.remove_source(environment.context());
            self.applications.forget(environment.context());
            self.leaderships.forget(environment.context());
        }
        self.actors().retain(|_, actor| {
            let environment = actor.live.recorder.told().release().environment.clone();
            practice::Environment::ALL
                .iter()
                .all(|practice| practice.context() != environment)
        });
        drop(practice);
        self.registry
            .change(&self.history, |environments| {
                environments.retain(|environment| !environment.is_practice())
            })
            .await?;
        Ok(())
    }

    pub(crate) async fn set_practice(
        self: &Arc<Self>,
        request: PracticeRequest,
    ) -> Result<Connections, Failure> {
        let acceleration = request.acceleration.unwrap_or(1.0);
        if request.on {
            self.start_practice(acceleration).await?;
            if let (Some(practice), Some(acceleration)) = (self.practice(), request.acceleration) {
                practice.set_acceleration(acceleration.clamp(0.0, FASTEST));
            }
        } else {
            self.stop_practice().await?;
        }
        self.history
            .set_setting("practiceOff", Value::Bool(!request.on))
            .await?;
        self.push_matrix().await;
        self.connections().await
    }

    /// What can be made to happen, for each application in production.
    pub(crate) fn practice_offer(&self) -> PracticeOffer {
        let practice = self.practice();
        let there = practice::Environment::Production;
        let scenarios = PROFILES
            .iter()
            .flat_map(|profile| {
                SCENARIOS.iter().map(|scenario| Scenario {
                    id: format!("{}/{}/{}", there.context(), profile.name, scenario_id(*scenario)),
                    title: scenario_title(*scenario).to_owned(),
                    application: profile.name.to_owned(),
                    environment: there.context().to_owned(),
                })
            })
            .collect();
        PracticeOffer {
            on: practice.is_some(),
            environments: u32::try_from(practice::Environment::ALL.len()).unwrap_or(0),
            applications: u32::try_from(PROFILES.len()).unwrap_or(0),
            acceleration: practice.map_or(1.0, |practice| practice.acceleration()),
            scenarios,
        }
    }

    /// Makes something happen to the next versions of an application: `environment/application/scenario`.
    pub(crate) async fn run_scenario(&self, request: ScenarioRequest) -> Result<Empty, Failure> {
        let practice = self.practice().ok_or_else(practice_off)?;
        let mut parts = request.scenario.split('/');
        let (Some(environment), Some(application), Some(id)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(scenario(&request.scenario).err().unwrap_or_else(practice_off));
        };
        let environment = self.registry.get(environment)?;
        let place = place_in_practice(&environment).ok_or_else(practice_off)?;
        practice.set_scenario(place, application, scenario(id)?);
        Ok(Empty {})
    }

    /// In practice, the next version of an application in each of the scenarios.
    pub(crate) fn scenario_offers(&self, request: &DraftRequest, template: &Value) -> Vec<VersionOffer> {
        let Ok(environment) = self.registry.get(&request.environment) else {
            return Vec::new();
        };
        if place_in_practice(&environment).is_none() {
            return Vec::new();
        }
        SCENARIOS
            .iter()
            .filter_map(|scenario| {
                let id = scenario_id(*scenario);
                let next = self
                    .scenario_template(&id, &request.application, &environment, template.clone())
                    .ok()?;
                Some(VersionOffer {
                    source: VersionSource::Scenario { scenario: id },
                    version: picture::version_tag(&version_of(&next)),
                    environment: None,
                    since: None,
                })
            })
            .collect()
    }

    /// The template with the first version newer than what runs.
    pub(crate) fn scenario_template(
        &self,
        id: &str,
        row: &str,
        environment: &Environment,
        mut live: Value,
    ) -> Result<Value, Failure> {
        scenario(id)?;
        place_in_practice(environment).ok_or_else(practice_off)?;
        let profile = practice::profile(row).ok_or_else(practice_off)?;
        let image = live
            .pointer("/spec/containers/0/image")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let running = profile
            .versions
            .iter()
            .position(|version| profile.image(version) == image);
        let next = running.map_or(0, |running| running + 1);
        let wanted = match profile.versions.get(next) {
            Some(version) => profile.image(version),
            // Past the last one there is always another.
            None => format!(
                "{}-next.{}",
                profile.image(profile.versions.last().copied().unwrap_or("1.0.0")),
                image.len()
            ),
        };
        if let Some(image) = live.pointer_mut("/spec/containers/0/image") {
            *image = Value::String(wanted);
        }
        Ok(live)
    }

    /// Chooses what the version that is about to start is like.
    pub(crate) fn prepare_scenario(&self, request: &PreflightRequest) {
        let VersionSource::Scenario { scenario: id } = &request.source else {
            return;
        };
        let (Some(practice), Ok(environment), Ok(scenario)) = (
            self.practice(),
            self.registry.get(&request.environment),
            scenario(id),
        ) else {
            return;
        };
        if let Some(place) = place_in_practice(&environment) {
            practice.set_scenario(place, &request.application, scenario);
        }
    }
}
