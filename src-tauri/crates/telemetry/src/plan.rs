//! What one signal needs of Prometheus, and its looks made from it.

use crate::arms::{Both, Telling};
use crate::fetch::{Fetched, Question, Selector};
use crate::grid::{Reach, STEP_MS};
use crate::looks::{Class, Counters, Making, of_buckets, of_class, of_labelled, readings, rhythm};
use crate::{SignalQuery, TelemetryError};
use judge::{Look, Reading, SignalSpec};
use std::collections::BTreeMap;

/// How one signal is read.
pub(crate) struct Plan<'a> {
    pub(crate) spec: &'a SignalSpec,
    pub(crate) query: Result<(Telling, SignalQuery), TelemetryError>,
}

/// How far the samples of the signals that count reach, and their scrape interval; of all, if none counts.
pub(crate) fn pace(
    plans: &[&Plan<'_>],
    counters: &[Result<Both<Counters>, TelemetryError>],
) -> (Reach, Option<i64>) {
    let of = |required: bool| {
        let of_signals: Vec<&Counters> = plans
            .iter()
            .zip(counters)
            .filter(|(plan, _)| !required || plan.spec.role.is_required())
            .filter_map(|(_, counters)| counters.as_ref().ok())
            .flat_map(|both| [&both.stable, &both.canary])
            .collect();
        rhythm(&of_signals)
    };
    let required = of(true);
    if required.0.newest_ms.is_some() {
        required
    } else {
        of(false)
    }
}

impl Plan<'_> {
    /// What has to be fetched for it.
    pub(crate) fn selectors(&self) -> Vec<Selector> {
        let Ok((telling, query)) = &self.query else {
            return Vec::new();
        };
        let selectors = match query {
            SignalQuery::Ratio { total, bad } => vec![total.clone(), bad.clone()],
            SignalQuery::Buckets { buckets, .. } => {
                let mut all = vec![buckets.clone()];
                all.extend(sums(buckets));
                all
            }
            SignalQuery::Events { events } | SignalQuery::Speed { events } => vec![events.clone()],
            SignalQuery::Labelled { predictions, .. } => vec![predictions.clone()],
            SignalQuery::Value { .. } => Vec::new(),
        };
        selectors
            .into_iter()
            .map(|selector| (telling.clone(), selector))
            .collect()
    }

    /// Whether a pod's own page can hold everything that it needs.
    pub(crate) fn can_be_read_firsthand(&self) -> bool {
        matches!(
            self.query,
            Ok((_, SignalQuery::Ratio { .. } | SignalQuery::Buckets { .. }))
        )
    }

    /// Whether the old version has the series without which it has no reading.
    pub(crate) fn is_fed_by_stable(&self, fetched: &BTreeMap<Selector, Fetched>) -> bool {
        let is_needed = |class| matches!(class, Class::All | Class::UpTo(_));
        let counters = self.counters(fetched);
        self.can_be_read_firsthand()
            && counters.is_ok_and(|both| both.stable.iter().any(|counter| is_needed(counter.class)))
    }

    pub(crate) fn counters(
        &self,
        fetched: &BTreeMap<Selector, Fetched>,
    ) -> Result<Both<Counters>, TelemetryError> {
        let (telling, query) = self.query.as_ref().map_err(Clone::clone)?;
        let get = |selector: &String| match fetched.get(&(telling.clone(), selector.clone())) {
            Some(answer) => answer.clone(),
            None => Ok(Both::default()),
        };
        let with = |first: Both<Counters>, second: Both<Counters>| Both {
            stable: [first.stable, second.stable].concat(),
            canary: [first.canary, second.canary].concat(),
        };
        Ok(match query {
            SignalQuery::Ratio { total, bad } => with(
                get(total)?.map(|series| of_class(series, Class::All)),
                get(bad)?.map(|series| of_class(series, Class::Bad)),
            ),
            SignalQuery::Labelled { predictions, quality } => {
                get(predictions)?.map(|series| of_labelled(series, *quality))
            }
            SignalQuery::Buckets { buckets, .. } => {
                let of_bounds = get(buckets)?.map(|series| of_buckets(series));
                match sums(buckets) {
                    Some(selector) => {
                        let of_sums = get(&selector)?;
                        with(of_bounds, of_sums.map(|series| of_class(series, Class::Sum)))
                    }
                    None => of_bounds,
                }
            }
            SignalQuery::Events { events } | SignalQuery::Speed { events } => {
                get(events)?.map(|series| of_class(series, Class::All))
            }
            SignalQuery::Value { .. } => Both::default(),
        })
    }

    pub(crate) async fn looks(
        &self,
        question: &Question<'_>,
        counters: Result<Both<Counters>, TelemetryError>,
        times: &[i64],
        after_ms: i64,
    ) -> Result<Vec<Look>, TelemetryError> {
        let (_, query) = self.query.as_ref().map_err(Clone::clone)?;
        let counters = counters?;
        let making = match query {
            SignalQuery::Ratio { .. } | SignalQuery::Labelled { .. } => Making::Ratio,
            SignalQuery::Buckets { unit, .. } => Making::Histogram(unit.seconds()),
            SignalQuery::Events { .. } => Making::Events,
            SignalQuery::Speed { .. } => Making::Speed,
            SignalQuery::Value { expression } => return values(question, expression, times).await,
        };
        let both = counters.map(|of_arm| readings(making, of_arm, times, after_ms));
        Ok(times
            .iter()
            .zip(both.stable.into_iter().zip(both.canary))
            .map(|(at, (stable, canary))| Look::new(*at, stable, canary))
            .collect())
    }
}

/// Values are worked out by the source, over times of their own: more often than usual they would cost it more and say nothing.
async fn values(
    question: &Question<'_>,
    expression: &str,
    times: &[i64],
) -> Result<Vec<Look>, TelemetryError> {
    let times: Vec<i64> = times.iter().copied().filter(|at| at % STEP_MS == 0).collect();
    let both = question.values(expression, &times).await?;
    let reading = |values: &BTreeMap<i64, f64>, at: &i64| {
        values
            .get(at)
            .map_or(Reading::NoData, |value| Reading::value(*value))
    };
    Ok(times
        .iter()
        .map(|at| Look::new(*at, reading(&both.stable, at), reading(&both.canary, at)))
        .collect())
}

/// The selector of a histogram's sums, beside that of its buckets.
fn sums(buckets: &str) -> Option<String> {
    let (name, rest) = buckets.split_once('{')?;
    let base = name.trim_end().strip_suffix("_bucket")?;
    Some(format!("{base}_sum{{{rest}"))
}
