//! One environment's source of health data, and the questions that are asked of it.

use crate::arms::{Both, Telling};
use crate::detect::{Detected, detect};
use crate::fetch::{Question, Selector};
use crate::firsthand::{Firsthand, counted_until_ms, port_of};
use crate::grid::{self, MOST_LOOKS, Patience, Reach, STEP_MS};
use crate::known::Known;
use crate::looks::{Counters, begin_at};
use crate::plan::{Plan, pace};
use crate::pod_labels::PodLabels;
use crate::preset::{self, RESTART_COUNTER, RESTARTS};
use crate::prometheus::Prometheus;
use crate::{Preset, SignalQuery, Source, TelemetryError};
use conductor::{SignalLooks, SignalScope, WorkloadRef};
use judge::{Look, Reading, SignalSpec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long after a vain search for a workload's metrics the next one comes, in milliseconds.
const SEARCH_AGAIN_MS: i64 = 15_000;
/// How long a finding counts, in milliseconds: a new version may come with other metrics.
const FINDING_COUNTS_MS: i64 = 600_000;
/// The time that samples are waited for before a time is given up, in milliseconds.
const MISSING_MS: i64 = 15_000;

pub(crate) struct Environment {
    pub(crate) source: Source,
    pub(crate) prometheus: Prometheus,
    workloads: Mutex<BTreeMap<WorkloadRef, Known>>,
    /// What is read first-hand, by workload.
    pub(crate) firsthand: Mutex<BTreeMap<WorkloadRef, Firsthand>>,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time that a question is about, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) after_ms: i64,
    pub(crate) until_ms: i64,
    /// Samples before this are no beginning of a count; what they would count was counted already.
    pub(crate) counted_until_ms: Option<i64>,
}

impl Span {
    /// For signals that nobody read first-hand, whose last look was at another time.
    pub(crate) fn of_rest(self, after_ms: i64) -> Span {
        Span {
            after_ms,
            counted_until_ms: None,
            ..self
        }
    }
}

/// What Prometheus answered.
pub(crate) struct Answered {
    pub(crate) found: Vec<SignalLooks>,
    /// The time of the last look; of the one before the first, if there is none.
    pub(crate) last_ms: i64,
}

impl Environment {
    pub(crate) fn new(source: Source) -> Environment {
        Environment {
            prometheus: Prometheus::new(Arc::clone(&source.transport), source.timeout),
            source,
            workloads: Mutex::default(),
            firsthand: Mutex::default(),
        }
    }

    pub(crate) fn known(&self, workload: &WorkloadRef) -> Option<Known> {
        locked(&self.workloads).get(workload).cloned()
    }

    pub(crate) async fn looks(
        &self,
        scope: &SignalScope,
        signals: &[SignalSpec],
        after_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<SignalLooks>, TelemetryError> {
        let mut known = self.known(&scope.workload).unwrap_or_default();
        self.search(&mut known, &scope.workload, signals, until_ms)
            .await?;
        let plans = self.plans(signals, scope, known.detected.as_ref());
        let span = Span {
            after_ms,
            until_ms,
            counted_until_ms: counted_until_ms(after_ms),
        };
        let found = match &self.source.pods {
            Some(pages) if !scope.canary.is_empty() => {
                self.looks_at_young_pods(pages.as_ref(), &mut known, &plans, scope, span)
                    .await
            }
            _ => {
                let plans: Vec<&Plan> = plans.iter().collect();
                let answered = self.asked(&mut known, &plans, scope, span).await;
                answered.map(|answered| answered.found)
            }
        };
        locked(&self.workloads).insert(scope.workload.clone(), known);
        found
    }

    /// Asks Prometheus.
    pub(crate) async fn asked(
        &self,
        known: &mut Known,
        plans: &[&Plan<'_>],
        scope: &SignalScope,
        span: Span,
    ) -> Result<Answered, TelemetryError> {
        let Span {
            after_ms, until_ms, ..
        } = span;
        let labels = self.labels(known.detected.as_ref());
        let mut question = Question {
            prometheus: &self.prometheus,
            scope,
            labels: labels.as_ref(),
            step_ms: grid::step_ms(known.interval_ms),
            of_all_pods: false,
        };
        let window = (until_ms - after_ms).min(MOST_LOOKS * STEP_MS) + known.lookback_ms();
        let selectors: BTreeSet<Selector> = plans.iter().flat_map(|plan| plan.selectors()).collect();
        let fetched = question.counters(selectors, window, until_ms).await;
        known.check_parts(&fetched)?;
        known.port = port_of(plans, &fetched).or(known.port);

        let mut counters: Vec<Result<Both<Counters>, TelemetryError>> =
            plans.iter().map(|plan| plan.counters(&fetched)).collect();
        let (reach, interval) = pace(plans, &counters);
        known.learn(interval);
        if let Some(from_ms) = span.counted_until_ms {
            let of_signals = counters.iter_mut().flatten();
            of_signals.for_each(|both| both.each(|of_arm| begin_at(of_arm, from_ms)));
        }
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
        let last_ms = times.last().copied().unwrap_or(after_ms);
        known.expected_ms = known
            .interval_ms
            .map(|_| patience.expected_ms(last_ms, question.step_ms, until_ms));

        let mut found = Vec::with_capacity(plans.len());
        for (plan, counters) in plans.iter().zip(counters) {
            let looks = match plan.looks(&question, counters, &times, after_ms).await {
                Ok(looks) => {
                    // Where nothing was looked at nothing is known.
                    if !looks.is_empty() {
                        known.is_read(plan.spec);
                    }
                    looks
                }
                Err(error) if error.is_of_source() && !fetched.values().any(Result::is_ok) => {
                    return Err(error);
                }
                Err(error) => {
                    known.has_no_data(plan.spec, error);
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
        Ok(Answered { found, last_ms })
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

    /// How each signal is read.
    pub(crate) fn plans<'s>(
        &self,
        signals: &'s [SignalSpec],
        scope: &SignalScope,
        detected: Option<&Detected>,
    ) -> Vec<Plan<'s>> {
        let plan = |spec| Plan {
            query: self.query(spec, scope, detected),
            spec,
        };
        signals.iter().map(plan).collect()
    }

    fn query(
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
}
