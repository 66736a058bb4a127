use super::Told;
use super::course::course;
use crate::view::{Failure, Sample, Series, Signal};
use judge::{Arm, Look, Reading, SignalSpec};
use release::{Stage, Timestamp};
use std::collections::BTreeMap;

/// Samples drawn of one series at most; longer series are thinned evenly.
const MOST_SAMPLES: usize = 720;

/// Every signal with its series.
pub(crate) fn signals(
    told: &Told,
    now: Timestamp,
    failure: Option<&Failure>,
    problems: &BTreeMap<String, Failure>,
) -> Vec<Signal> {
    let watched = matches!(
        told.release().stage,
        Stage::Shifting | Stage::Baking | Stage::Promoting | Stage::Held { .. }
    );
    told.dossier
        .signals
        .iter()
        .map(|spec| {
            let looks = told
                .looks
                .iter()
                .find(|of| of.signal == spec.id)
                .map_or(&[][..], |of| &of.looks);
            // What was read of the time before the release is the judge's; the screen begins with the release.
            let begin = looks.partition_point(|look| look.at_ms < told.dossier.created.0);
            let looks = &looks[begin..];
            Signal {
                spec: spec.clone(),
                series: vec![
                    series(spec, looks, Arm::Stable, |look| &look.stable),
                    series(spec, looks, Arm::Canary, |look| &look.canary),
                ],
                failure: failure
                    .or_else(|| problems.get(&spec.id))
                    .cloned()
                    .or_else(|| silence(looks, now).filter(|_| watched)),
                course: course(told, &spec.id),
            }
        })
        .collect()
}

/// Looks that bring nothing for this long are said, in milliseconds.
const SILENT_MILLIS: i64 = 60_000;

/// The source answers, but no look has brought a number of either version for a while: never, or not any more.
fn silence(looks: &[Look], now: Timestamp) -> Option<Failure> {
    let has_data = |look: &&Look| look.canary != Reading::NoData || look.stable != Reading::NoData;
    let first = looks.first()?;
    let last = looks.iter().rev().find(has_data);
    let since = last.map_or(first.at_ms, |look| look.at_ms);
    if now.0 - since < SILENT_MILLIS {
        return None;
    }
    let (code, message) = match last {
        None => (
            "signal-empty",
            "The query finds nothing, or no number, for the pods of this release.",
        ),
        Some(_) => ("signal-silent", "No samples come any more."),
    };
    Some(Failure {
        code: code.into(),
        message: format!("{message} Without samples this signal passes nothing."),
        hint: "Look at the target in Prometheus: is it scraped, and does it have the pods' labels?".into(),
    })
}

fn series(spec: &SignalSpec, looks: &[Look], arm: Arm, of: impl Fn(&Look) -> &Reading) -> Series {
    let stride = looks.len().div_ceil(MOST_SAMPLES).max(1);
    // From the end, so that the newest sample is always there.
    let mut samples: Vec<Sample> = looks
        .iter()
        .rev()
        .step_by(stride)
        .map(|look| Sample {
            at: Timestamp(look.at_ms),
            value: spec.kind.shown(of(look)),
            low: None,
            high: None,
        })
        .collect();
    samples.reverse();
    Series { arm, samples }
}
