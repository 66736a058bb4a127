//! What is asked of Prometheus for one question, each selector once.

use crate::TelemetryError;
use crate::answer::Series;
use crate::arms::{Both, Telling, hashes, split};
use crate::grid::STEP_MS;
use crate::placeholders::Placeholders;
use crate::pod_labels::PodLabels;
use crate::prometheus::Prometheus;
use conductor::SignalScope;
use futures::future::join_all;
use judge::Arm;
use std::collections::{BTreeMap, BTreeSet};

/// A selector of counters and how its arms are told apart.
pub(crate) type Selector = (Telling, String);

/// The answer to a selector, by arm.
pub(crate) type Fetched = Result<Both<Vec<Series>>, TelemetryError>;

/// One question.
pub(crate) struct Question<'a> {
    pub(crate) prometheus: &'a Prometheus,
    pub(crate) scope: &'a SignalScope,
    /// Tells arms apart for selectors of presets.
    pub(crate) labels: Option<&'a PodLabels>,
    pub(crate) step_ms: i64,
    /// Whether every pod of the workload counts as stable, whatever its version: in times before the release.
    pub(crate) of_all_pods: bool,
}

impl Question<'_> {
    /// The samples of every selector in the last `window_ms` before `until_ms`.
    pub(crate) async fn counters(
        &self,
        selectors: BTreeSet<Selector>,
        window_ms: i64,
        until_ms: i64,
    ) -> BTreeMap<Selector, Fetched> {
        let asked = selectors.into_iter().map(|selector| async move {
            let fetched = self.one(&selector, window_ms, until_ms).await;
            (selector, fetched)
        });
        join_all(asked).await.into_iter().collect()
    }

    async fn one(&self, (telling, selector): &Selector, window_ms: i64, until_ms: i64) -> Fetched {
        let seconds = (window_ms + 999) / 1000;
        let ask = |hashes: Vec<String>| async move {
            if hashes.is_empty() && !self.of_all_pods {
                return Ok(Vec::new());
            }
            let query = format!("{}[{seconds}s]", self.filled(selector, &hashes)?);
            self.prometheus.instant(&query, Some(until_ms)).await
        };
        if self.of_all_pods {
            let (stable, canary) = (ask(Vec::new()).await?, Vec::new());
            return Ok(Both { stable, canary });
        }
        match (telling, self.labels) {
            (Telling::ByLabels, Some(labels)) => {
                let all = [self.scope.stable.as_slice(), self.scope.canary.as_slice()].concat();
                Ok(split(ask(all).await?, labels, self.scope))
            }
            _ => {
                let (stable, canary) =
                    futures::try_join!(ask(self.scope.stable.clone()), ask(self.scope.canary.clone()))?;
                Ok(Both { stable, canary })
            }
        }
    }

    pub(crate) fn filled(&self, query: &str, hashes: &[String]) -> Result<String, TelemetryError> {
        Placeholders {
            workload: &self.scope.workload,
            hashes,
            step_ms: self.step_ms.max(STEP_MS),
        }
        .fill(query)
    }

    /// The number that an expression gives for each arm at every time of the grid; times without one are missing.
    pub(crate) async fn values(
        &self,
        expression: &str,
        times: &[i64],
    ) -> Result<Both<BTreeMap<i64, f64>>, TelemetryError> {
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            return Ok(Both::default());
        };
        let ask = |arm: Arm| async move {
            let hashes = hashes(self.scope, arm);
            let of_all = self.of_all_pods && arm == Arm::Stable;
            if hashes.is_empty() && !of_all {
                return Ok(BTreeMap::new());
            }
            let query = self.filled(expression, hashes)?;
            let step = self.step_ms.max(STEP_MS);
            let series = self.prometheus.range(&query, *first, *last, step).await?;
            match series.as_slice() {
                [] => Ok(BTreeMap::new()),
                [one] => Ok(one.samples.iter().copied().collect()),
                several => Err(TelemetryError::SeveralValues { found: several.len() }),
            }
        };
        let (stable, canary) = futures::try_join!(ask(Arm::Stable), ask(Arm::Canary))?;
        Ok(Both { stable, canary })
    }
}
