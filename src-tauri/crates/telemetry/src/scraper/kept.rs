//! What was read of a namespace's pods lately, and answers made of it.

use super::asked::{Asked, Wanted};
use super::target::PodTarget;
use crate::Answer;
use crate::answer::Labels;
use crate::exposition::{metric_on, sample};
use crate::pod_labels::PodLabels;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How long samples are kept, in milliseconds: what is looked at before a release, and what counting looks back for.
const KEPT_MS: i64 = 660_000;
/// A series without a sample for so long is not counted any more, in milliseconds, as in a Prometheus.
const GONE_MS: i64 = 300_000;

/// Pages and samples of one namespace.
#[derive(Default)]
pub(super) struct Kept {
    /// Metrics that somebody asks about: the others on a page are not kept.
    metrics: BTreeSet<String>,
    samples: BTreeMap<Labels, Vec<(i64, f64)>>,
    /// The newest pages, for metrics that nobody has asked about yet, and their time.
    pages: Vec<(PodTarget, String)>,
    pages_ms: i64,
}

impl Kept {
    /// Keeps a metric from now on, what the newest pages say of it among it.
    pub(super) fn ask(&mut self, namespace: &str, metric: &str) {
        if self.metrics.insert(metric.to_owned()) {
            self.take_from_pages(namespace, Some(metric));
        }
    }

    /// Takes the pages of a round in.
    pub(super) fn take(&mut self, namespace: &str, at_ms: i64, pages: Vec<(PodTarget, String)>) {
        (self.pages, self.pages_ms) = (pages, at_ms);
        self.take_from_pages(namespace, None);
        self.samples.retain(|_, samples| {
            samples.retain(|(at, _)| *at >= at_ms - KEPT_MS);
            !samples.is_empty()
        });
    }

    /// Takes one metric, or all that are kept, from the newest pages.
    fn take_from_pages(&mut self, namespace: &str, only: Option<&str>) {
        let labels = PodLabels::usual();
        let is_wanted = |name: &str| only.map_or_else(|| self.metrics.contains(name), |only| only == name);
        for (target, text) in &self.pages {
            let known = text.lines().filter(|line| is_wanted(metric_on(line)));
            for (mut series, value) in known.filter_map(sample) {
                labels.put(&mut series, namespace, &target.pod, &target.template_hash);
                series.insert("instance".into(), format!("{}:{}", target.address, target.port));
                let samples = self.samples.entry(series).or_default();
                samples.push((self.pages_ms, value));
            }
        }
    }

    /// What a Prometheus would say.
    pub(super) fn answer(&self, asked: &Asked, until_ms: i64) -> Answer {
        let of_metric = self.samples.iter().filter(|(labels, _)| asked.picks(labels));
        match &asked.wanted {
            Wanted::Samples(range_ms) => {
                let is_in = |at: i64| until_ms - range_ms < at && at <= until_ms;
                let series = of_metric.filter_map(|(labels, samples)| {
                    let values: Vec<Value> = (samples.iter())
                        .filter(|(at, _)| is_in(*at))
                        .map(|(at, value)| json!([seconds(*at), value.to_string()]))
                        .collect();
                    (!values.is_empty()).then(|| json!({ "metric": labels, "values": values }))
                });
                success("matrix", series.collect())
            }
            Wanted::Count(by) => {
                let mut groups: BTreeMap<Labels, usize> = BTreeMap::new();
                let is_there =
                    |samples: &[(i64, f64)]| samples.last().is_some_and(|(at, _)| *at > until_ms - GONE_MS);
                for (labels, _) in of_metric.filter(|(_, samples)| is_there(samples)) {
                    let group = labels.iter().filter(|(name, _)| by.contains(name));
                    *groups
                        .entry(group.map(|(name, value)| (name.clone(), value.clone())).collect())
                        .or_default() += 1;
                }
                let counts = groups.into_iter().map(
                    |(labels, count)| json!({ "metric": labels, "value": [seconds(until_ms), count.to_string()] }),
                );
                success("vector", counts.collect())
            }
        }
    }
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

/// An answer without any series.
pub(super) fn nothing() -> Answer {
    success("vector", Vec::new())
}

fn success(kind: &str, result: Vec<Value>) -> Answer {
    let body = json!({ "status": "success", "data": { "resultType": kind, "result": result } });
    Answer {
        status: 200,
        content_type: "application/json".into(),
        body: body.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Series, series};

    fn round(kept: &mut Kept, at_ms: i64, count: u32) {
        let target = PodTarget {
            pod: "web-1".into(),
            template_hash: "6b8f".into(),
            address: "fd00::7".into(),
            port: 9102,
            path: "/metrics".into(),
        };
        let page = format!(
            "# TYPE a_total counter\na_total{{pod=\"mine\"}} {count}\na_total_more 1\nb_total {count}\n"
        );
        kept.take("shop", at_ms, vec![(target, page)]);
    }

    fn said(kept: &Kept, query: &str, until_ms: i64) -> Vec<Series> {
        series(&kept.answer(&Asked::read(query).unwrap(), until_ms)).unwrap()
    }

    #[test]
    fn samples_are_those_of_the_time_that_is_asked_about_and_carry_the_labels_that_a_prometheus_would_add() {
        let mut kept = Kept::default();
        kept.ask("shop", "a_total");
        for n in 0..4_u32 {
            round(&mut kept, i64::from(n) * 5_000, n);
        }
        let found = said(&kept, "a_total[10s]", 10_000);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].samples, [(5_000, 1.0), (10_000, 2.0)]);
        let label = |name: &str| found[0].labels[name].as_str();
        assert_eq!(
            [
                label("namespace"),
                label("pod"),
                label("pod_template_hash"),
                label("instance")
            ],
            ["shop", "web-1", "6b8f", "fd00::7:9102"]
        );
    }

    #[test]
    fn a_metric_is_kept_from_the_page_on_that_was_there_when_it_was_asked_about() {
        let mut kept = Kept::default();
        round(&mut kept, 0, 1);
        round(&mut kept, 5_000, 2);
        kept.ask("shop", "b_total");
        round(&mut kept, 10_000, 3);
        assert_eq!(
            said(&kept, "b_total[60s]", 10_000)[0].samples,
            [(5_000, 2.0), (10_000, 3.0)]
        );
        assert!(said(&kept, "a_total[60s]", 10_000).is_empty());
    }

    #[test]
    fn what_is_old_is_neither_counted_nor_kept() {
        let mut kept = Kept::default();
        kept.ask("shop", "a_total");
        round(&mut kept, 0, 1);
        let count = |kept: &Kept, at: i64| said(kept, "count by (pod) (a_total)", at).len();
        assert_eq!((count(&kept, 0), count(&kept, GONE_MS)), (1, 0));
        kept.take("shop", KEPT_MS + 1, Vec::new());
        assert!(said(&kept, "a_total[1h]", KEPT_MS + 1).is_empty());
    }
}
