//! What a workload showed at the same hours of earlier days.

use crate::detect::Detected;
use crate::environment::Environment;
use crate::fetch::{Question, Selector};
use crate::plan::Plan;
use conductor::{SignalLooks, SignalScope, WorkloadRef};
use futures::future::join_all;
use judge::{Look, SignalSpec};
use std::collections::BTreeSet;

const DAY_MS: i64 = 86_400_000;
/// Days that are asked about: a week has its own rhythm.
const DAYS: i64 = 7;
/// The time between two looks at an earlier day, in milliseconds: coarse, because only means are compared.
const COARSE_MS: i64 = 60_000;
/// How far before it the first scrapes are looked for, in milliseconds.
const LOOKBACK_MS: i64 = 150_000;

impl Environment {
    /// Looks at the hours `between` (after, until) of each of the seven days before, the oldest first; whatever version ran then
    /// is stable. Only looks with data; a day that cannot be asked about has none.
    pub(crate) async fn earlier(
        &self,
        workload: &WorkloadRef,
        signals: &[SignalSpec],
        detected: Option<&Detected>,
        between: (i64, i64),
    ) -> Vec<SignalLooks> {
        let scope = SignalScope {
            workload: workload.clone(),
            stable: Vec::new(),
            canary: Vec::new(),
            ready: Vec::new(),
        };
        let plans = self.plans(signals, &scope, detected);
        let labels = self.labels(detected);
        let question = Question {
            prometheus: &self.prometheus,
            scope: &scope,
            labels: labels.as_ref(),
            step_ms: COARSE_MS,
            of_all_pods: true,
        };
        let days = (1..=DAYS).rev().map(|day| {
            let back = |at: i64| at - day * DAY_MS;
            of_day(&plans, &question, (back(between.0), back(between.1)))
        });
        let mut found: Vec<SignalLooks> = signals
            .iter()
            .map(|spec| SignalLooks {
                signal: spec.id.clone(),
                looks: Vec::new(),
            })
            .collect();
        for day in join_all(days).await {
            for (of_signal, looks) in found.iter_mut().zip(day) {
                of_signal.looks.extend(looks);
            }
        }
        found
    }
}

async fn of_day(plans: &[Plan<'_>], question: &Question<'_>, (after, until): (i64, i64)) -> Vec<Vec<Look>> {
    let first = after.div_euclid(COARSE_MS) + 1;
    let times: Vec<i64> = (first..=until.div_euclid(COARSE_MS))
        .map(|n| n * COARSE_MS)
        .collect();
    let selectors: BTreeSet<Selector> = plans.iter().flat_map(Plan::selectors).collect();
    let fetched = question
        .counters(selectors, until - after + LOOKBACK_MS, until)
        .await;
    let mut day = Vec::with_capacity(plans.len());
    for plan in plans {
        let counters = plan.counters(&fetched);
        let mut looks = plan
            .looks(question, counters, &times, after)
            .await
            .unwrap_or_default();
        looks.retain(|look| !look.stable.is_no_data());
        day.push(looks);
    }
    day
}
