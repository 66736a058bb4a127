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
                firsthand: newest(looks).is_some_and(|look| telemetry::is_firsthand(look.at_ms)),
                course: course(told, &spec.id),
            }
        })
        .collect()
}

/// The newest look that brought something.
fn newest(looks: &[Look]) -> Option<&Look> {
    let has_data = |look: &&Look| look.canary != Reading::NoData || look.stable != Reading::NoData;
    looks.iter().rev().find(has_data)
}

/// Looks that bring nothing for this long are said, in milliseconds.
const SILENT_MILLIS: i64 = 60_000;

/// The source answers, but no look has brought a number of either version for a while: never, or not any more.
fn silence(looks: &[Look], now: Timestamp) -> Option<Failure> {
    let first = looks.first()?;
    let last = newest(looks);
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

/// Looks that end in the same five seconds are one sample: of few requests a share would be drawn as nothing but jumps.
const SAMPLE_MILLIS: i64 = 5_000;

fn series(spec: &SignalSpec, looks: &[Look], arm: Arm, of: impl Fn(&Look) -> &Reading) -> Series {
    let sample = |look: &Look| (look.at_ms - 1).div_euclid(SAMPLE_MILLIS);
    let drawn: Vec<&[Look]> = looks.chunk_by(|a, b| sample(a) == sample(b)).collect();
    let stride = drawn.len().div_ceil(MOST_SAMPLES).max(1);
    // From the end, so that the newest sample is always there.
    let mut samples: Vec<Sample> = drawn
        .into_iter()
        .rev()
        .step_by(stride)
        .filter_map(|together| {
            let all = together
                .iter()
                .fold(Reading::NoData, |all, look| all.together_with(of(look)));
            Some(Sample {
                at: Timestamp(together.last()?.at_ms),
                value: spec.kind.shown(&all),
                low: None,
                high: None,
            })
        })
        .collect();
    samples.reverse();
    Series { arm, samples }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_of_a_second_are_drawn_five_at_a_time_and_those_of_five_seconds_one_by_one() {
        let look = |second: i64, requests: f64, bad: f64| {
            let reading = Reading::ratio(requests, bad);
            Look::new(second * 1000, reading.clone(), reading)
        };
        let spec = SignalSpec::error_ratio("errors", 0.005);
        let drawn = |looks: &[Look]| -> Vec<(i64, Option<f64>)> {
            let series = series(&spec, looks, Arm::Canary, |look| &look.canary);
            (series.samples.iter())
                .map(|sample| (sample.at.0, sample.value))
                .collect()
        };
        let fine: Vec<Look> = (1..=12).map(|n| look(n, 20.0, f64::from(n == 3))).collect();
        assert_eq!(
            drawn(&fine),
            [(5_000, Some(0.01)), (10_000, Some(0.0)), (12_000, Some(0.0))]
        );
        let usual = [look(5, 100.0, 1.0), look(10, 100.0, 0.0)];
        assert_eq!(drawn(&usual), [(5_000, Some(0.01)), (10_000, Some(0.0))]);
    }
}
