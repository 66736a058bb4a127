//! The looks of one environment while pods of a new version are young: first-hand what can be, the rest from Prometheus.

use crate::arms::{Telling, hashes};
use crate::detect::Detected;
use crate::environment::{Environment, Span, locked};
use crate::fetch::{Question, Selector};
use crate::firsthand::{Firsthand, round_ms};
use crate::grid::STEP_MS;
use crate::known::Known;
use crate::matching::Matching;
use crate::page_samples::{Asked, Page, Round};
use crate::plan::Plan;
use crate::pod_labels::PodLabels;
use crate::pod_pages::read_page;
use crate::{PodPages, Preset, TelemetryError};
use conductor::{SignalLooks, SignalScope};
use futures::future::join_all;
use judge::Arm;
use std::collections::BTreeSet;
use std::time::Instant;

impl Environment {
    pub(crate) async fn looks_at_young_pods(
        &self,
        pages: &dyn PodPages,
        known: &mut Known,
        plans: &[Plan<'_>],
        scope: &SignalScope,
        span: Span,
    ) -> Result<Vec<SignalLooks>, TelemetryError> {
        let kept = locked(&self.firsthand).get(&scope.workload).cloned();
        let mut firsthand = kept
            .filter(|kept| kept.is_about(scope))
            .unwrap_or_else(|| Firsthand::new(scope));
        let reader = self.reader(pages, known.detected.as_ref(), scope);
        let found = if firsthand.reads() {
            self.read_on(&reader, &mut firsthand, known, plans, span).await
        } else if firsthand.hands_over() {
            self.hand_over(&mut firsthand, known, plans, scope, span).await
        } else {
            self.begin(&reader, &mut firsthand, known, plans, span).await
        };
        locked(&self.firsthand).insert(scope.workload.clone(), firsthand);
        found
    }

    pub(crate) fn reader<'a>(
        &'a self,
        pages: &'a dyn PodPages,
        detected: Option<&Detected>,
        scope: &'a SignalScope,
    ) -> Reader<'a> {
        Reader {
            pages,
            scope,
            labels: self.labels(detected).unwrap_or_else(PodLabels::usual),
            path: match detected.map(|detected| detected.preset) {
                // The sidecar tells them at another place than applications do.
                Some(Preset::Istio) => "/stats/prometheus",
                _ => "/metrics",
            },
            question: Question {
                prometheus: &self.prometheus,
                scope,
                labels: None,
                step_ms: STEP_MS,
                of_all_pods: false,
            },
        }
    }

    /// Looks of Prometheus, and then the first pages, if there are new pods to read.
    async fn begin(
        &self,
        reader: &Reader<'_>,
        firsthand: &mut Firsthand,
        known: &mut Known,
        plans: &[Plan<'_>],
        span: Span,
    ) -> Result<Vec<SignalLooks>, TelemetryError> {
        let all: Vec<&Plan> = plans.iter().collect();
        let answered = self.asked(known, &all, reader.scope, span).await?;
        let Some(port) = known.port.filter(|_| firsthand.may_begin(reader.scope)) else {
            return Ok(answered.found);
        };
        let begun = Instant::now();
        let round = reader.round(plans, firsthand, port, span.until_ms).await;
        firsthand.begin(port, &round, |fetched| {
            let feeds = plans.iter().filter(|plan| plan.is_fed_by_stable(fetched));
            feeds.map(|plan| plan.spec.id.clone()).collect()
        });
        if firsthand.reads() {
            tracing::debug!(workload = %reader.scope.workload.name, fed = ?firsthand.fed, "young pods are read first-hand");
            let is_rest = plans.iter().any(|plan| !firsthand.fed.contains(&plan.spec.id));
            firsthand.rest_ms = is_rest.then_some(answered.last_ms);
            firsthand.rest_due_ms = known.expected_ms.unwrap_or(span.until_ms + STEP_MS);
            known.expected_ms = Some(firsthand.next_ms(millis(begun)));
        }
        Ok(answered.found)
    }

    /// Another round, and the other signals from Prometheus when it has something new of them.
    async fn read_on(
        &self,
        reader: &Reader<'_>,
        firsthand: &mut Firsthand,
        known: &mut Known,
        plans: &[Plan<'_>],
        span: Span,
    ) -> Result<Vec<SignalLooks>, TelemetryError> {
        let begun = Instant::now();
        let port = firsthand.port;
        let round = reader.round(plans, firsthand, port, span.until_ms).await;
        let since_ms = firsthand.go_on(&round);
        let took_ms = millis(begun);
        let fetched = firsthand.samples.fetched();
        let (fed, rest) = groups(plans, firsthand);
        let mut found = Vec::with_capacity(plans.len());
        for plan in fed {
            known.is_read(plan.spec);
            let counters = plan.counters(&fetched);
            let looks = plan
                .looks(&reader.question, counters, &[round.at_ms], since_ms)
                .await?;
            found.push(SignalLooks {
                signal: plan.spec.id.clone(),
                looks,
            });
        }
        if let Some(rest_ms) = firsthand
            .rest_ms
            .filter(|_| span.until_ms >= firsthand.rest_due_ms)
        {
            let span = span.of_rest(rest_ms);
            match self.asked(known, &rest, reader.scope, span).await {
                Ok(answered) => {
                    firsthand.rest_ms = Some(answered.last_ms);
                    found.extend(answered.found);
                }
                // What is read first-hand does not need Prometheus.
                Err(error) => rest
                    .iter()
                    .for_each(|plan| known.has_no_data(plan.spec, error.clone())),
            }
            firsthand.rest_due_ms = known.expected_ms.unwrap_or(span.until_ms + STEP_MS);
        }
        known.expected_ms = Some(firsthand.next_ms(took_ms));
        Ok(found)
    }

    /// Prometheus goes on where the last round ended.
    async fn hand_over(
        &self,
        firsthand: &mut Firsthand,
        known: &mut Known,
        plans: &[Plan<'_>],
        scope: &SignalScope,
        span: Span,
    ) -> Result<Vec<SignalLooks>, TelemetryError> {
        let (fed, rest) = groups(plans, firsthand);
        let of_fed = Span {
            after_ms: firsthand.fed_ms,
            counted_until_ms: Some(firsthand.counted_until_ms()),
            ..span
        };
        let mut answered = self.asked(known, &fed, scope, of_fed).await?;
        firsthand.fed_ms = answered.last_ms;
        let expected_ms = known.expected_ms;
        if let Some(rest_ms) = firsthand.rest_ms {
            let of_rest = span.of_rest(rest_ms);
            let others = self.asked(known, &rest, scope, of_rest).await?;
            firsthand.rest_ms = Some(others.last_ms);
            answered.found.extend(others.found);
            known.expected_ms = known.expected_ms.into_iter().chain(expected_ms).min();
        }
        firsthand.settle();
        Ok(answered.found)
    }
}

fn groups<'a, 'p>(plans: &'a [Plan<'p>], firsthand: &Firsthand) -> (Vec<&'a Plan<'p>>, Vec<&'a Plan<'p>>) {
    plans
        .iter()
        .partition(|plan| firsthand.fed.contains(&plan.spec.id))
}

fn millis(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// Reads pages.
pub(crate) struct Reader<'a> {
    pages: &'a dyn PodPages,
    scope: &'a SignalScope,
    labels: PodLabels,
    path: &'static str,
    question: Question<'a>,
}

impl Reader<'_> {
    /// What pages are searched for. A selector that is none, or that has a placeholder that is none, is a matter of its query.
    fn asked(&self, plans: &[Plan<'_>]) -> Vec<Asked> {
        let selectors: BTreeSet<Selector> = plans
            .iter()
            .filter(|plan| plan.can_be_read_firsthand())
            .flat_map(Plan::selectors)
            .collect();
        let mut asked = Vec::new();
        for selector in selectors {
            let arms: &[Option<Arm>] = match selector.0 {
                Telling::ByLabels => &[None],
                Telling::ByQuery => &[Some(Arm::Stable), Some(Arm::Canary)],
            };
            for arm in arms {
                let hashes = arm.map_or(&[][..], |arm| hashes(self.scope, arm));
                let filled = self.question.filled(&selector.1, hashes);
                if let Some(matching) = filled.ok().and_then(|filled| Matching::read(&filled)) {
                    let selector = selector.clone();
                    asked.push(Asked {
                        selector,
                        arm: *arm,
                        matching,
                    });
                }
            }
        }
        asked
    }

    /// The pages of the pods that are chosen now.
    async fn round(
        &self,
        plans: &[Plan<'_>],
        firsthand: &mut Firsthand,
        port: u16,
        now_ms: i64,
    ) -> Round<'_> {
        let at_ms = round_ms(now_ms);
        let pages = firsthand
            .choose(self.scope, at_ms)
            .into_iter()
            .map(|(arm, pod)| async move {
                let text = self.page(&pod.name, port).await.ok()?;
                Some(Page { arm, pod, text })
            });
        let pages = join_all(pages).await.into_iter().flatten().collect();
        self.round_of(plans, pages, at_ms)
    }

    pub(crate) fn round_of(&self, plans: &[Plan<'_>], pages: Vec<Page>, at_ms: i64) -> Round<'_> {
        Round {
            at_ms,
            namespace: &self.scope.workload.namespace,
            labels: &self.labels,
            asked: self.asked(plans),
            pages,
        }
    }

    /// The page of one pod, as [`read_page`] has it.
    pub(crate) async fn page(&self, pod: &str, port: u16) -> Result<String, Option<u16>> {
        let namespace = &self.scope.workload.namespace;
        read_page(self.pages, namespace, pod, port, self.path).await
    }
}
