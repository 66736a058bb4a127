use super::Told;
use crate::view::{Failure, Sample, Series, Signal};
use judge::{Arm, Look, Reading, SignalSpec};
use release::Timestamp;

/// Samples drawn of one series at most; longer series are thinned evenly.
const MOST_SAMPLES: usize = 720;

/// Every signal with its series.
pub(crate) fn signals(told: &Told, failure: Option<&Failure>) -> Vec<Signal> {
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
                failure: failure.cloned(),
            }
        })
        .collect()
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
