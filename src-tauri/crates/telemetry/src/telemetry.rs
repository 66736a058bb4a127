use crate::detect::{Detected, detect};
use crate::environment::{Environment, locked};
use crate::{PagesTest, Source, TelemetryError, preset};
use async_trait::async_trait;
use conductor::{PortError, SignalLooks, SignalScope, Signals, WorkloadRef};
use judge::SignalSpec;
use release::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use ts_rs::TS;

/// Sources of health data, one for each environment.
#[derive(Default)]
pub struct Telemetry {
    sources: Mutex<BTreeMap<String, Arc<Environment>>>,
}

/// A signal that could not be read, and why; the others are not concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignalProblem {
    /// The signal's id.
    pub signal: String,
    /// Why.
    pub error: TelemetryError,
}

impl Telemetry {
    /// No sources yet.
    pub fn new() -> Telemetry {
        Telemetry::default()
    }

    /// Sets, or replaces, the source of an environment.
    pub fn set_source(&self, environment: &str, source: Source) {
        locked(&self.sources).insert(environment.to_owned(), Arc::new(Environment::new(source)));
    }

    /// Takes an environment's source away.
    pub fn remove_source(&self, environment: &str) {
        locked(&self.sources).remove(environment);
    }

    /// Whether an environment has a source of health data.
    pub fn has_source(&self, environment: &str) -> bool {
        locked(&self.sources).contains_key(environment)
    }

    /// Where an environment's source was found, if it was looked for.
    pub fn found_at(&self, environment: &str) -> Option<String> {
        self.environment(environment).ok()?.source.found_at.clone()
    }

    /// Whether an environment's health data comes from its pods alone: nothing is known from before somebody asked.
    pub fn reads_pods_alone(&self, environment: &str) -> bool {
        let environment = self.environment(environment);
        environment.is_ok_and(|environment| environment.source.is_of_pods)
    }

    /// What was found out about a workload's metrics, as it is known now.
    pub fn detected(&self, workload: &WorkloadRef) -> Option<Detected> {
        let environment = self.environment(&workload.environment).ok()?;
        environment.known(workload)?.detected
    }

    /// Which signals could not be read at the last question about a workload, and why.
    pub fn problems(&self, workload: &WorkloadRef) -> Vec<SignalProblem> {
        let Ok(environment) = self.environment(&workload.environment) else {
            return Vec::new();
        };
        environment
            .known(workload)
            .map_or_else(Vec::new, |known| known.problems)
    }

    /// The signals that a release of this workload can be judged by: those of the preset that has series for its pods now.
    /// Empty if there are none.
    ///
    /// # Errors
    ///
    /// The environment has no source, or it cannot be asked.
    pub async fn signals_for(&self, workload: &WorkloadRef) -> Result<Vec<SignalSpec>, TelemetryError> {
        let environment = self.environment(&workload.environment)?;
        let source = &environment.source;
        let found = detect(
            &environment.prometheus,
            source.preset,
            source.labels.as_ref(),
            workload,
        )
        .await?;
        let Some(found) = found else {
            return Ok(Vec::new());
        };
        let mut signals = preset::default_signals(found.preset);
        signals.retain(|signal| !found.missing.contains(&signal.id));
        if found.restarts.is_some() {
            signals.push(preset::restarts_signal());
        }
        Ok(signals)
    }

    /// Reads the page of one of the workload's pods, after its signals were looked at.
    ///
    /// # Errors
    ///
    /// The environment has no source.
    pub async fn test_pages(
        &self,
        scope: &SignalScope,
        signals: &[SignalSpec],
    ) -> Result<PagesTest, TelemetryError> {
        let environment = self.environment(&scope.workload.environment)?;
        Ok(environment.test_pages(scope, signals).await)
    }

    fn environment(&self, id: &str) -> Result<Arc<Environment>, TelemetryError> {
        locked(&self.sources)
            .get(id)
            .cloned()
            .ok_or_else(|| TelemetryError::NoSource {
                environment: id.to_owned(),
            })
    }
}

#[async_trait]
impl Signals for Telemetry {
    async fn looks(
        &self,
        scope: &SignalScope,
        signals: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        if until <= after || signals.is_empty() {
            return Ok(Vec::new());
        }
        let environment = self.environment(&scope.workload.environment)?;
        Ok(environment.looks(scope, signals, after.0, until.0).await?)
    }

    fn expected(&self, workload: &WorkloadRef) -> Option<Timestamp> {
        let environment = self.environment(&workload.environment).ok()?;
        environment.known(workload)?.expected_ms.map(Timestamp)
    }

    async fn earlier(
        &self,
        workload: &WorkloadRef,
        signals: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        let environment = self.environment(&workload.environment)?;
        let detected = self.detected(workload);
        Ok(environment
            .earlier(workload, signals, detected.as_ref(), (after.0, until.0))
            .await)
    }
}
