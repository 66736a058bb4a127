//! Series that a selector picks, and their samples.

use crate::metrics::{Field, Labels, NAMES, PodSamples, Recorder, fields};
use promql_parser::label::Matchers;
use promql_parser::parser::VectorSelector;
use std::sync::Arc;

/// How far back an instant selector looks, in milliseconds.
pub const LOOKBACK: i64 = 300_000;

/// One series: labels, and where its numbers are.
#[derive(Clone)]
pub struct Series<'a> {
    /// The metric.
    pub name: &'static str,
    /// Labels without the name.
    pub labels: Arc<Labels>,
    pod: &'a PodSamples,
    field: Field,
}

impl Series<'_> {
    /// The value at a moment: the last sample not older than the lookback, unless the pod has ended.
    pub fn at(&self, time: i64) -> Option<f64> {
        if self.pod.ended.is_some_and(|ended| ended <= time) {
            return None;
        }
        let after = self.pod.samples.partition_point(|sample| sample.at <= time);
        let sample = self.pod.samples.get(after.checked_sub(1)?)?;
        (sample.at > time - LOOKBACK).then(|| self.field.of(&sample.counters))
    }

    /// The samples in (from, to]: time in milliseconds and value.
    pub fn range(&self, from: i64, to: i64) -> Vec<(i64, f64)> {
        let start = self.pod.samples.partition_point(|sample| sample.at <= from);
        let end = self.pod.samples.partition_point(|sample| sample.at <= to);
        self.pod
            .samples
            .range(start..end.max(start))
            .map(|sample| (sample.at, self.field.of(&sample.counters)))
            .collect()
    }

    /// Whether it has a sample in the span.
    pub fn lives_in(&self, from: i64, to: i64) -> bool {
        let start = self.pod.samples.partition_point(|sample| sample.at < from);
        self.pod.samples.get(start).is_some_and(|sample| sample.at <= to)
    }
}

/// The series that the selector picks, of all pods still in the ring.
pub fn select<'a>(recorder: &'a Recorder, selector: &VectorSelector) -> Vec<Series<'a>> {
    let mut found = Vec::new();
    for name in NAMES {
        if selector.name.as_deref().is_some_and(|wanted| wanted != *name) {
            continue;
        }
        let fields = fields(name);
        for pod in recorder.pods() {
            // Labels of the pod decide first: most selectors name one application.
            if !may_match(&selector.matchers, &pod.labels) {
                continue;
            }
            for (extra, field) in fields.iter().filter(|(_, field)| pod.has(*field)) {
                let labels = if extra.is_empty() {
                    pod.labels.clone()
                } else {
                    let mut labels = (*pod.labels).clone();
                    labels.extend(
                        extra
                            .iter()
                            .map(|(key, value)| ((*key).to_owned(), value.clone())),
                    );
                    Arc::new(labels)
                };
                if matches(&selector.matchers, name, &labels) {
                    found.push(Series {
                        name,
                        labels,
                        pod,
                        field: *field,
                    });
                }
            }
        }
    }
    found
}

fn may_match(matchers: &Matchers, labels: &Labels) -> bool {
    !matchers.or_matchers.is_empty()
        || matchers.matchers.iter().all(|matcher| {
            labels
                .get(&matcher.name)
                .is_none_or(|value| matcher.is_match(value))
        })
}

fn matches(matchers: &Matchers, name: &str, labels: &Labels) -> bool {
    let one = |matcher: &promql_parser::label::Matcher| {
        let value = if matcher.name == "__name__" {
            name
        } else {
            labels.get(&matcher.name).map_or("", String::as_str)
        };
        matcher.is_match(value)
    };
    if matchers.or_matchers.is_empty() {
        matchers.matchers.iter().all(one)
    } else {
        matchers.or_matchers.iter().any(|group| group.iter().all(one))
    }
}
