use crate::pod_labels::PodLabels;
use crate::preset::{ERRORS, RESTART_COUNTER, default_signals};
use crate::prometheus::Prometheus;
use crate::{Preset, TelemetryError};
use conductor::WorkloadRef;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use ts_rs::TS;

/// What was found out about a workload's metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Detected {
    /// Which metrics it has.
    pub preset: Preset,
    /// Under which labels its series tell their pod.
    pub labels: PodLabels,
    /// The label with the status code; `None`: failed requests cannot be told.
    pub status_label: Option<String>,
    /// Signals of the preset that it cannot feed, by their ids: the version or the configuration has no such metric.
    pub missing: Vec<String>,
    /// Pods with such series.
    pub pods: u32,
    /// The labels under which restarts tell their pod, if kube-state-metrics is there.
    pub restarts: Option<PodLabels>,
}

/// Asks which preset has series for this workload's pods.
pub(crate) async fn detect(
    prometheus: &Prometheus,
    wanted: Preset,
    labels: Option<&PodLabels>,
    workload: &WorkloadRef,
) -> Result<Option<Detected>, TelemetryError> {
    let conventions = labels.map_or_else(PodLabels::conventions, |labels| vec![labels.clone()]);
    let presets: &[Preset] = match wanted {
        Preset::Automatic => &Preset::FOUND,
        Preset::Custom => &[],
        ref one => std::slice::from_ref(one),
    };
    let restarts = find_restarts(prometheus, &conventions, workload);
    let first = find_first(prometheus, presets, &conventions, workload);
    let (restarts, first) = futures::join!(restarts, first);
    let first = first?;
    let restarts = restarts?;
    let Some(detected) = first else {
        return Ok(None);
    };
    Ok(Some(Detected {
        missing: missing(prometheus, &detected, workload).await?,
        restarts,
        ..detected
    }))
}

/// One convention after the other, because nearly always the first one is in use.
async fn find_first(
    prometheus: &Prometheus,
    presets: &[Preset],
    conventions: &[PodLabels],
    workload: &WorkloadRef,
) -> Result<Option<Detected>, TelemetryError> {
    for labels in conventions {
        let candidates = presets
            .iter()
            .map(|preset| find(prometheus, *preset, labels, workload));
        for candidate in join_all(candidates).await {
            match candidate {
                Ok(Some(detected)) => return Ok(Some(detected)),
                Ok(None) => {}
                // One metric with too many series does not hide the others.
                Err(error) if !error.is_of_source() => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(None)
}

async fn find(
    prometheus: &Prometheus,
    preset: Preset,
    labels: &PodLabels,
    workload: &WorkloadRef,
) -> Result<Option<Detected>, TelemetryError> {
    let Some(counter) = preset.counter() else {
        return Ok(None);
    };
    let statuses = preset.status_labels();
    let hash = labels.template_hash.clone().unwrap_or_default();
    let mut by = vec![labels.pod.as_str()];
    if !hash.is_empty() {
        by.push(&hash);
    }
    by.extend(statuses);
    let query = format!(
        "count by ({}) ({counter}{{{}}})",
        by.join(", "),
        labels.of_workload(workload)
    );
    let series = prometheus.instant(&query, None).await?;
    if series.is_empty() {
        return Ok(None);
    }
    let has = |label: &str| {
        series
            .iter()
            .any(|one| one.labels.get(label).is_some_and(|text| !text.is_empty()))
    };
    let pods: BTreeSet<&String> = series
        .iter()
        .filter_map(|one| one.labels.get(&labels.pod))
        .collect();
    Ok(Some(Detected {
        preset,
        labels: PodLabels {
            template_hash: labels.template_hash.clone().filter(|label| has(label)),
            ..labels.clone()
        },
        status_label: statuses
            .iter()
            .find(|label| has(label))
            .map(|label| (*label).to_owned()),
        pods: u32::try_from(pods.len()).unwrap_or(u32::MAX),
        missing: Vec::new(),
        restarts: None,
    }))
}

/// Libraries may count requests and not measure them, and servers have had other metrics in other versions. What cannot be told
/// for many series is taken to be there: reading them tells what is wrong.
async fn missing(
    prometheus: &Prometheus,
    detected: &Detected,
    workload: &WorkloadRef,
) -> Result<Vec<String>, TelemetryError> {
    let preset = detected.preset;
    let signals = default_signals(preset);
    let metrics: BTreeSet<&'static str> = signals
        .iter()
        .filter_map(|signal| preset.metric(&signal.id))
        .collect();
    let asked = metrics.into_iter().map(|metric| async move {
        let query = format!("count({metric}{{{}}})", detected.labels.of_workload(workload));
        match prometheus.instant(&query, None).await {
            Ok(series) => Ok((metric, series.is_empty())),
            Err(error) if error.is_of_source() => Err(error),
            Err(_) => Ok((metric, false)),
        }
    });
    let mut absent = BTreeSet::new();
    for answer in join_all(asked).await {
        if let (metric, true) = answer? {
            absent.insert(metric);
        }
    }
    let has_no_status = !preset.status_labels().is_empty() && detected.status_label.is_none();
    Ok(signals
        .into_iter()
        .map(|signal| signal.id)
        .filter(|id| {
            (id == ERRORS && has_no_status) || preset.metric(id).is_some_and(|metric| absent.contains(metric))
        })
        .collect())
}

async fn find_restarts(
    prometheus: &Prometheus,
    conventions: &[PodLabels],
    workload: &WorkloadRef,
) -> Result<Option<PodLabels>, TelemetryError> {
    for labels in conventions {
        let query = format!("count({RESTART_COUNTER}{{{}}})", labels.of_workload(workload));
        match prometheus.instant(&query, None).await {
            Ok(series) if series.is_empty() => {}
            // Series of kube-state-metrics carry its own pod's template hash at most, never that of the pod they are about.
            Ok(_) => {
                return Ok(Some(PodLabels {
                    template_hash: None,
                    ..labels.clone()
                }));
            }
            Err(error) if !error.is_of_source() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
