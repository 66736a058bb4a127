use super::Port;
use crate::fault::Fault;
use crate::scenario::Quality;
use async_trait::async_trait;
use conductor::{PortError, SignalLooks, SignalScope, Signals};
use judge::{Look, Reading, SignalSpec};
use release::Timestamp;

/// Samples come every five seconds of the wall.
const STRIDE_MILLIS: i64 = 5_000;

#[async_trait]
impl Signals for Port {
    async fn looks(
        &self,
        scope: &SignalScope,
        signals: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        let mut room = self.room();
        if room.weather.unmeasured && !room.calm {
            room.fault(Fault::NoMetrics);
            return Err(PortError::unreachable(
                "metrics-unreachable",
                "Prometheus does not answer.",
                "Check it.",
            ));
        }
        // There are samples since the world began; a clock that jumped asks for a time that has none.
        let began = room.world.now().as_millisecond() - i64::try_from(room.now().as_millis()).unwrap_or(0);
        let first = after.0.max(began) / STRIDE_MILLIS + 1;
        let last = until.0.min(room.world.now().as_millisecond()) / STRIDE_MILLIS;
        // A Slipway that slept asks in pieces; the newest matter here.
        let first = first.max(last - 24);
        let ratio = match room.scenario.quality {
            Quality::Failing => 60.0,
            _ => 0.0,
        };
        let looks: Vec<Look> = (first..=last)
            .map(|step| {
                let stable = if scope.stable.is_empty() {
                    Reading::NoData
                } else {
                    Reading::ratio(2_000.0, 0.0)
                };
                let canary = if scope.canary.is_empty() {
                    Reading::NoData
                } else {
                    Reading::ratio(1_000.0, ratio)
                };
                Look::new(step * STRIDE_MILLIS, stable, canary)
            })
            .collect();
        Ok(signals
            .iter()
            .map(|signal| SignalLooks {
                signal: signal.id.clone(),
                looks: looks.clone(),
            })
            .collect())
    }
}
