use crate::arms::{Both, Telling};
use crate::detect::{Detected, detect};
use crate::fetch::{Fetched, Question, Selector};
use crate::grid::{self, MOST_LOOKS, Patience, Reach, STEP_MS};
use crate::looks::Counters;
use crate::plan::{Plan, pace};
use crate::pod_labels::PodLabels;
use crate::preset::{self, RESTART_COUNTER, RESTARTS};
use crate::prometheus::Prometheus;
use crate::{Preset, SignalQuery, Source, TelemetryError};
use async_trait::async_trait;
use conductor::{PortError, SignalLooks, SignalScope, Signals, WorkloadRef};
use judge::{Look, Reading, SignalSpec};
use release::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ts_rs::TS;

/// How far before a question its first scrapes are looked for while the scrape interval is not known, in milliseconds.
const FIRST_LOOKBACK_MS: i64 = 150_000;
/// Ten scrapes are always looked back for, but not longer than this, in milliseconds.
const LEAST_LOOKBACK_MS: i64 = 20_000;
const MOST_LOOKBACK_MS: i64 = 300_000;
/// How long after a vain search for a workload's metrics the next one comes, in milliseconds.
const SEARCH_AGAIN_MS: i64 = 15_000;
/// How long a finding counts, in milliseconds: a new version may come with other metrics.
const FINDING_COUNTS_MS: i64 = 600_000;
/// A question that was answered in part is asked again this often before the missing part is given up.
const PARTS_AGAIN: u32 = 3;
/// The time that samples are waited for before a time is given up, in milliseconds.
const MISSING_MS: i64 = 15_000;

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

pub(crate) struct Environment {
    pub(crate) source: Source,
    pub(crate) prometheus: Prometheus,
    workloads: Mutex<BTreeMap<WorkloadRef, Known>>,
}

/// What earlier questions about a workload taught.
#[derive(Debug, Clone, Default)]
struct Known {
    detected: Option<Detected>,
    searched_ms: Option<i64>,
    interval_ms: Option<i64>,
    lookback_ms: Option<i64>,
    /// When the next look is expected to be whole.
    expected_ms: Option<i64>,
    parts_missed: u32,
    problems: Vec<SignalProblem>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Telemetry {
    /// No sources yet.
    pub fn new() -> Telemetry {
        Telemetry::default()
    }

    /// Sets, or replaces, the source of an environment.
    pub fn set_source(&self, environment: &str, source: Source) {
        let prometheus = Prometheus::new(Arc::clone(&source.transport), source.timeout);
        let environment_of = Environment {
            source,
            prometheus,
            workloads: Mutex::default(),
        };
        locked(&self.sources).insert(environment.to_owned(), Arc::new(environment_of));
    }

    /// Takes an environment's source away.
    pub fn remove_source(&self, environment: &str) {
        locked(&self.sources).remove(environment);
    }

    /// Whether an environment has a source of health data.
    pub fn has_source(&self, environment: &str) -> bool {
        locked(&self.sources).contains_key(environment)
    }

    /// What was found out about a workload's metrics, as it is known now.
    pub fn detected(&self, workload: &WorkloadRef) -> Option<Detected> {
        let environment = self.environment(&workload.environment).ok()?;
        let known = locked(&environment.workloads);
        known.get(workload)?.detected.clone()
    }

    /// Which signals could not be read at the last question about a workload, and why.
    pub fn problems(&self, workload: &WorkloadRef) -> Vec<SignalProblem> {
        let Ok(environment) = self.environment(&workload.environment) else {
            return Vec::new();
        };
        let known = locked(&environment.workloads);
        known
            .get(workload)
            .map_or_else(Vec::new, |known| known.problems.clone())
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
        let known = locked(&environment.workloads);
        known.get(workload)?.expected_ms.map(Timestamp)
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

impl Environment {
    async fn looks(
        &self,
        scope: &SignalScope,
        signals: &[SignalSpec],
        after_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<SignalLooks>, TelemetryError> {
        let mut known = locked(&self.workloads)
            .get(&scope.workload)
            .cloned()
            .unwrap_or_default();
        self.search(&mut known, &scope.workload, signals, until_ms)
            .await?;
        let plans: Vec<Plan> = signals
            .iter()
            .map(|spec| Plan {
                query: self.query(spec, scope, known.detected.as_ref()),
                spec,
            })
            .collect();
        let labels = self.labels(known.detected.as_ref());
        let mut question = Question {
            prometheus: &self.prometheus,
            scope,
            labels: labels.as_ref(),
            step_ms: grid::step_ms(known.interval_ms),
            of_all_pods: false,
        };
        let lookback = known.lookback_ms.unwrap_or(FIRST_LOOKBACK_MS);
        let window = (until_ms - after_ms).min(MOST_LOOKS * STEP_MS) + lookback;
        let selectors: BTreeSet<Selector> = plans.iter().flat_map(Plan::selectors).collect();
        let fetched = question.counters(selectors, window, until_ms).await;
        self.check_parts(&mut known, &fetched, scope)?;

        let counters: Vec<Result<Both<Counters>, TelemetryError>> =
            plans.iter().map(|plan| plan.counters(&fetched)).collect();
        let (reach, interval) = pace(&plans, &counters);
        known.learn(interval);
        question.step_ms = grid::step_ms(known.interval_ms);
        let patience = Patience::with(
            known.interval_ms,
            i64::try_from(self.source.settle.as_millis()).unwrap_or(MISSING_MS),
            MISSING_MS.max(2 * question.step_ms),
        );
        // Where no counters are read there are no samples that could be waited for.
        let only_values = fetched.is_empty() && plans.iter().any(|plan| plan.query.is_ok());
        let reach = if only_values {
            Reach {
                newest_ms: Some(until_ms),
                whole_ms: None,
            }
        } else {
            reach
        };
        let times = grid::times(after_ms, until_ms, question.step_ms, reach, patience);
        let last = times.last().copied().unwrap_or(after_ms);
        known.expected_ms = known
            .interval_ms
            .map(|_| patience.expected_ms(last, question.step_ms, until_ms));

        let mut found = Vec::with_capacity(plans.len());
        known.problems.clear();
        for (plan, counters) in plans.iter().zip(counters) {
            let looks = match plan.looks(&question, counters, &times, after_ms).await {
                Ok(looks) => looks,
                Err(error) if error.is_of_source() && !fetched.values().any(Result::is_ok) => {
                    return Err(error);
                }
                Err(error) => {
                    tracing::debug!(
                        signal = plan.spec.id,
                        code = error.code(),
                        "a signal has no data: {error}"
                    );
                    known.problems.push(SignalProblem {
                        signal: plan.spec.id.clone(),
                        error,
                    });
                    times
                        .iter()
                        .map(|at| Look::new(*at, Reading::NoData, Reading::NoData))
                        .collect()
                }
            };
            found.push(SignalLooks {
                signal: plan.spec.id.clone(),
                looks,
            });
        }
        locked(&self.workloads).insert(scope.workload.clone(), known);
        Ok(found)
    }

    /// Looks for the workload's metrics, now and then until they are found, and seldom afterwards.
    async fn search(
        &self,
        known: &mut Known,
        workload: &WorkloadRef,
        signals: &[SignalSpec],
        now_ms: i64,
    ) -> Result<(), TelemetryError> {
        let written = |signal: &SignalSpec| self.source.queries.contains_key(&signal.id);
        if self.source.preset == Preset::Custom || signals.iter().all(written) {
            return Ok(());
        }
        let rest = if known.detected.is_some() {
            FINDING_COUNTS_MS
        } else {
            SEARCH_AGAIN_MS
        };
        if known
            .searched_ms
            .is_some_and(|at| (at..at + rest).contains(&now_ms))
        {
            return Ok(());
        }
        let source = &self.source;
        let found = detect(&self.prometheus, source.preset, source.labels.as_ref(), workload).await?;
        // Series that are away for a moment do not make what was known unknown.
        if found.is_some() || known.detected.is_none() {
            known.detected = found;
        }
        known.searched_ms = Some(now_ms);
        locked(&self.workloads).insert(workload.clone(), known.clone());
        Ok(())
    }

    pub(crate) fn labels(&self, detected: Option<&Detected>) -> Option<PodLabels> {
        detected
            .map(|detected| detected.labels.clone())
            .or_else(|| self.source.labels.clone())
    }

    pub(crate) fn query(
        &self,
        spec: &SignalSpec,
        scope: &SignalScope,
        detected: Option<&Detected>,
    ) -> Result<(Telling, SignalQuery), TelemetryError> {
        let no_query = || TelemetryError::NoQuery {
            signal: spec.id.clone(),
        };
        let found = if let Some(query) = self.source.queries.get(&spec.id) {
            (Telling::ByQuery, query.clone())
        } else {
            let detected = detected.ok_or_else(no_query)?;
            let all = [scope.stable.as_slice(), scope.canary.as_slice()].concat();
            if spec.id == RESTARTS {
                let labels = detected.restarts.as_ref().ok_or_else(no_query)?;
                // These series tell their pod by other labels than the application's own.
                let pods = format!(
                    "{}=\"{{{{namespace}}}}\",{}=~\"{{{{arm_pods}}}}\"",
                    labels.namespace, labels.pod
                );
                let events = format!("{RESTART_COUNTER}{{{pods}}}");
                (Telling::ByQuery, SignalQuery::Events { events })
            } else {
                let status = detected.status_label.as_deref();
                let labels = &detected.labels;
                let query = preset::query(detected.preset, status, labels, &scope.workload, &all, &spec.id);
                (Telling::ByLabels, query.ok_or_else(no_query)?)
            }
        };
        if found.1.fits(spec.kind) {
            Ok(found)
        } else {
            Err(TelemetryError::WrongKind {
                signal: spec.id.clone(),
            })
        }
    }

    /// If the source did not answer at all, nothing is known. If it answered in part, the same is asked again a few times,
    /// so that no sample is lost to one slow answer; then the missing part is given up.
    fn check_parts(
        &self,
        known: &mut Known,
        fetched: &BTreeMap<Selector, Fetched>,
        scope: &SignalScope,
    ) -> Result<(), TelemetryError> {
        let of_source = fetched
            .values()
            .filter_map(|answer| answer.as_ref().err())
            .find(|error| error.is_of_source());
        let Some(error) = of_source else {
            known.parts_missed = 0;
            return Ok(());
        };
        let has_answers = fetched.values().any(Result::is_ok);
        known.parts_missed += 1;
        if has_answers && known.parts_missed > PARTS_AGAIN {
            return Ok(());
        }
        locked(&self.workloads).insert(scope.workload.clone(), known.clone());
        Err(error.clone())
    }
}

impl Known {
    fn learn(&mut self, interval_ms: Option<i64>) {
        if let Some(interval) = interval_ms {
            self.interval_ms = Some(interval);
            // Three scrapes and a half: one may be missing.
            let lookback = interval.saturating_mul(7) / 2;
            let least = interval.saturating_mul(10).min(LEAST_LOOKBACK_MS);
            self.lookback_ms = Some(lookback.clamp(least, MOST_LOOKBACK_MS));
        } else {
            let wider = self.lookback_ms.unwrap_or(FIRST_LOOKBACK_MS).saturating_mul(2);
            self.lookback_ms = Some(wider.min(MOST_LOOKBACK_MS));
        }
    }
}
