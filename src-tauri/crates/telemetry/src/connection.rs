use crate::preset::RESTART_COUNTER;
use crate::prometheus::Prometheus;
use crate::{Preset, PrometheusTransport, TelemetryError};
use futures::future::join_all;
use release::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use ts_rs::TS;

/// A Prometheus that answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its version, where it tells it.
    pub version: Option<String>,
    /// How much its clock is ahead of ours, in milliseconds, where it tells the time. Beyond some seconds either way samples
    /// are seen late.
    #[ts(type = "number | null")]
    pub clock_ahead_millis: Option<i64>,
}

/// Which metrics a Prometheus has, of any application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Discovery {
    /// Presets with series.
    pub presets: Vec<FoundPreset>,
    /// Whether kube-state-metrics tells of restarts.
    pub restarts: bool,
}

/// A preset with series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundPreset {
    /// The preset.
    pub preset: Preset,
    /// Series of its counter.
    #[ts(type = "number")]
    pub series: u64,
}

/// Asks a Prometheus who it is.
///
/// # Errors
///
/// Why it cannot be used, with what to do.
pub async fn test_connection(
    transport: Arc<dyn PrometheusTransport>,
    timeout: Duration,
    now: Timestamp,
) -> Result<Connection, TelemetryError> {
    let prometheus = Prometheus::new(transport, timeout);
    let time = prometheus.instant("time()", None).await?;
    let told = time
        .first()
        .and_then(|series| series.samples.first())
        .map(|(_, seconds)| (seconds * 1000.0).round() as i64);
    Ok(Connection {
        version: prometheus.version().await,
        clock_ahead_millis: told.map(|told| told.saturating_sub(now.0)),
    })
}

/// Asks which presets have series.
///
/// # Errors
///
/// As [`test_connection`].
pub async fn discover(
    transport: Arc<dyn PrometheusTransport>,
    timeout: Duration,
) -> Result<Discovery, TelemetryError> {
    let prometheus = Prometheus::new(transport, timeout);
    let count = |metric: &'static str| {
        let prometheus = prometheus.clone();
        async move {
            let series = prometheus.instant(&format!("count({metric})"), None).await?;
            let found = series.first().and_then(|one| one.samples.first());
            Ok::<u64, TelemetryError>(found.map_or(0, |(_, count)| *count as u64))
        }
    };
    let counters = Preset::FOUND
        .iter()
        .filter_map(|preset| preset.counter().map(|counter| (*preset, counter)));
    let asked = counters.map(|(preset, counter)| {
        let count = count(counter);
        async move { count.await.map(|series| FoundPreset { preset, series }) }
    });
    let (found, restarts) = futures::join!(join_all(asked), count(RESTART_COUNTER));
    let mut presets = found.into_iter().collect::<Result<Vec<_>, _>>()?;
    presets.retain(|found| found.series > 0);
    Ok(Discovery {
        presets,
        restarts: restarts? > 0,
    })
}
