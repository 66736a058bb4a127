//! From the pages of pods to the series that a query would have found on them.

use crate::answer::{Labels, Series};
use crate::arms::Both;
use crate::exposition::sample;
use crate::fetch::{Fetched, Selector};
use crate::matching::Matching;
use crate::pod_labels::PodLabels;
use conductor::ReadyPod;
use judge::Arm;
use std::collections::BTreeMap;

/// What is asked of every page: a selector for the pods of an arm, or of both.
pub(crate) struct Asked {
    pub(crate) selector: Selector,
    pub(crate) arm: Option<Arm>,
    pub(crate) matching: Matching,
}

/// A page, and whose it is.
pub(crate) struct Page {
    pub(crate) arm: Arm,
    pub(crate) pod: ReadyPod,
    pub(crate) text: String,
}

/// The pages of one round.
pub(crate) struct Round<'a> {
    pub(crate) at_ms: i64,
    pub(crate) namespace: &'a str,
    /// The labels that Prometheus would add.
    pub(crate) labels: &'a PodLabels,
    pub(crate) asked: Vec<Asked>,
    pub(crate) pages: Vec<Page>,
}

impl Round<'_> {
    fn labelled(&self, page: &Page, mut labels: Labels) -> Labels {
        let pod = &page.pod;
        self.labels
            .put(&mut labels, self.namespace, &pod.name, &pod.template_hash);
        labels
    }
}

/// Samples by the labels of their series: milliseconds since 1970 and value.
type Samples = BTreeMap<Labels, Vec<(i64, f64)>>;

/// What was found on pages, by the selector that picks it.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageSamples(BTreeMap<Selector, Both<Samples>>);

impl PageSamples {
    pub(crate) fn take(&mut self, round: &Round<'_>) {
        for page in &round.pages {
            for line in page.text.lines() {
                self.take_line(round, page, line);
            }
        }
    }

    fn take_line(&mut self, round: &Round<'_>, page: &Page, line: &str) {
        let mut read = None;
        for asked in &round.asked {
            if asked.arm.is_some_and(|arm| arm != page.arm) || !asked.matching.may_be_on(line) {
                continue;
            }
            if read.is_none() {
                let Some((labels, value)) = sample(line) else {
                    return;
                };
                read = Some((round.labelled(page, labels), value));
            }
            let Some((labels, value)) = &read else { return };
            if asked.matching.picks(labels) {
                let both = self.0.entry(asked.selector.clone()).or_default();
                let samples = both.of_mut(page.arm).entry(labels.clone()).or_default();
                samples.push((round.at_ms, *value));
            }
        }
    }

    pub(crate) fn forget_before(&mut self, oldest_ms: i64) {
        for both in self.0.values_mut() {
            both.each(|of_arm| {
                of_arm.retain(|_, samples| {
                    samples.retain(|(at, _)| *at >= oldest_ms);
                    !samples.is_empty()
                });
            });
        }
    }

    /// As if they had been fetched.
    pub(crate) fn fetched(&self) -> BTreeMap<Selector, Fetched> {
        let series = |samples: &Samples| {
            let of = |(labels, samples): (&Labels, &Vec<(i64, f64)>)| Series {
                labels: labels.clone(),
                samples: samples.clone(),
            };
            samples.iter().map(of).collect()
        };
        let of = |(selector, both): (&Selector, &Both<Samples>)| (selector.clone(), Ok(both.map(series)));
        self.0.iter().map(of).collect()
    }
}
