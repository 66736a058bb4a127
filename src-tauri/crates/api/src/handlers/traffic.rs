use crate::api::Inner;
use conductor::{SignalScope, Signals as _, WorkloadRef, WorkloadView};
use judge::{Look, Reading, SignalKind};
use release::{Phase, Timestamp};
use std::time::{Duration, Instant};

/// Over how much of the past traffic is measured, in milliseconds.
const MEASURED_MILLIS: i64 = 5 * 60 * 1000;
/// How long a measurement counts: a plan is checked again at every change of it.
const COUNTS: Duration = Duration::from_secs(30);

/// What a workload serves without any release.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Serving {
    /// Requests a second.
    pub(crate) per_second: f64,
    /// Bad requests of all requests.
    pub(crate) error_ratio: f64,
}

impl Inner {
    /// What the workload serves now, measured; `None` where no source counts its requests.
    pub(crate) async fn serving(&self, workload: &WorkloadRef, view: &WorkloadView) -> Option<Serving> {
        let known = self.servings().get(workload).copied();
        if let Some((at, serving)) = known
            && at.elapsed() < COUNTS
        {
            return serving;
        }
        let serving = self.measure(workload, view).await;
        self.servings()
            .insert(workload.clone(), (Instant::now(), serving));
        serving
    }

    async fn measure(&self, workload: &WorkloadRef, view: &WorkloadView) -> Option<Serving> {
        let signals = self.signals_of(workload).await;
        let errors = signals
            .into_iter()
            .find(|signal| signal.kind == SignalKind::ErrorRatio)?;
        let scope = SignalScope {
            workload: workload.clone(),
            stable: view
                .arms
                .iter()
                .map(|arm| arm.pod_template_hash.clone())
                .collect(),
            canary: Vec::new(),
            ready: Vec::new(),
        };
        let environment = self.registry.get(&workload.environment).ok()?;
        let until = self.clock_of(&environment).now();
        let after = Timestamp(until.0 - MEASURED_MILLIS);
        let found = self.telemetry.looks(&scope, &[errors], after, until).await.ok()?;
        serving_of(after, &found.first()?.looks)
    }
}

/// Requests over the time that looks with data cover.
fn serving_of(after: Timestamp, looks: &[Look]) -> Option<Serving> {
    let (mut all, mut failed, mut millis) = (0.0, 0.0, 0_i64);
    let mut before = after.0;
    for look in looks {
        if let Reading::Ratio { total, bad } = look.stable {
            all += total;
            failed += bad;
            millis += look.at_ms - before;
        }
        before = look.at_ms;
    }
    (all > 0.0 && millis > 0).then(|| Serving {
        per_second: all * 1000.0 / millis as f64,
        error_ratio: failed / all,
    })
}

/// The smallest rise of the error ratio that a phase is likely to find at this traffic; `None` if it can find none.
pub(crate) fn rise(serving: Serving, phase: &Phase, critical_signals: u32) -> Option<f64> {
    let seconds = phase.bake_millis() as f64 / 1000.0;
    judge::detectable_rise(
        serving.error_ratio,
        serving.per_second * seconds,
        f64::from(phase.share.basis_points()) / 10_000.0,
        critical_signals,
        &judge::Options::default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use release::Share;

    fn look(at_ms: i64, reading: Reading) -> Look {
        Look::new(at_ms, reading, Reading::NoData)
    }

    #[test]
    fn time_without_data_is_no_time_without_requests() {
        let counted = |total, bad| Reading::Ratio { total, bad };
        let looks = [
            look(5_000, counted(1_000.0, 2.0)),
            look(10_000, Reading::NoData),
            look(15_000, counted(1_000.0, 0.0)),
        ];
        let serving = serving_of(Timestamp(0), &looks).unwrap();
        assert!((serving.per_second - 200.0).abs() < 1e-9);
        assert!((serving.error_ratio - 0.001).abs() < 1e-9);
        assert_eq!(serving_of(Timestamp(0), &looks[1..2]), None);
    }

    #[test]
    fn a_longer_bake_sees_a_smaller_rise() {
        let serving = Serving {
            per_second: 200.0,
            error_ratio: 0.001,
        };
        let phase = |seconds| Phase {
            share: Share::from_percent(5.0),
            bake_seconds: seconds,
            ..release::Plan::default().phases[0].clone()
        };
        let (short, long) = (
            rise(serving, &phase(60), 1).unwrap(),
            rise(serving, &phase(600), 1).unwrap(),
        );
        assert!(long < short, "{long} {short}");
        assert_eq!(
            rise(
                Serving {
                    per_second: 0.1,
                    ..serving
                },
                &phase(60),
                1
            ),
            None
        );
    }
}
