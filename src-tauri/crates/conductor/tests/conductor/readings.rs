//! The source of health data as the driver's port sees it.

use crate::world::*;
use async_trait::async_trait;
use conductor::*;
use judge::{Look, Reading, SignalSpec};
use release::*;

#[async_trait]
impl Signals for World {
    async fn looks(
        &self,
        _: &SignalScope,
        _: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        if self.with(|state| state.signals_hang) {
            std::future::pending::<()>().await;
        }
        let bad = self.with(|state| {
            state.asked += 1;
            state.error_ratio
        }) * 5_000.0;
        if self.with(|state| state.signals_fail) {
            return Err(PortError::new("source-unreachable", "nobody answers", "wait"));
        }
        let pace = self.with(|state| state.pace).unwrap_or(5_000);
        let looks = (after.0 / pace + 1..=until.0 / pace)
            .map(|tick| {
                Look::new(
                    tick * pace,
                    Reading::ratio(5_000.0, 5.0),
                    Reading::ratio(5_000.0, bad),
                )
            })
            .collect();
        Ok(vec![SignalLooks {
            signal: "errors".into(),
            looks,
        }])
    }

    fn expected(&self, _: &WorkloadRef) -> Option<Timestamp> {
        self.with(|state| {
            let pace = state.pace?;
            // A quarter of a second after the next whole number of looks.
            Some(Timestamp(
                (state.millis - 250).div_euclid(pace) * pace + pace + 250,
            ))
        })
    }

    async fn earlier(
        &self,
        _: &WorkloadRef,
        _: &[SignalSpec],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SignalLooks>, PortError> {
        let days = self.with(|state| {
            state.asked_earlier += 1;
            state.days
        });
        let minutes = |day: i64| {
            (after.0 / 60_000 + 1..=until.0 / 60_000).map(move |minute| {
                let at = minute * 60_000 - day * 86_400_000;
                Look::new(at, Reading::ratio(1_000.0, 10.0), Reading::NoData)
            })
        };
        Ok(vec![SignalLooks {
            signal: "errors".into(),
            looks: (1..=days).rev().flat_map(minutes).collect(),
        }])
    }
}
