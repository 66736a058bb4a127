use crate::pod_labels::PodLabels;
use crate::preset::RESTART_COUNTER;
use crate::prometheus::Prometheus;
use crate::{Preset, TelemetryError};
use conductor::WorkloadRef;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
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
    let candidates = presets
        .iter()
        .flat_map(|preset| conventions.iter().map(move |labels| (*preset, labels)))
        .map(|(preset, labels)| find(prometheus, preset, labels, workload));
    let (restarts, found) = futures::join!(restarts, join_all(candidates));
    let mut first: Option<Detected> = None;
    for candidate in found {
        match candidate {
            Ok(Some(detected)) => {
                first.get_or_insert(detected);
            }
            Ok(None) => {}
            // One metric with too many series does not hide the others.
            Err(error) if !error.is_of_source() => {}
            Err(error) => return Err(error),
        }
    }
    let restarts = restarts?;
    Ok(first.map(|detected| Detected { restarts, ..detected }))
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
    let pods: std::collections::BTreeSet<&String> = series
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
        restarts: None,
    }))
}

async fn find_restarts(
    prometheus: &Prometheus,
    conventions: &[PodLabels],
    workload: &WorkloadRef,
) -> Result<Option<PodLabels>, TelemetryError> {
    let asked = conventions.iter().map(|labels| async move {
        let query = format!("count({RESTART_COUNTER}{{{}}})", labels.of_workload(workload));
        prometheus
            .instant(&query, None)
            .await
            .map(|series| (!series.is_empty()).then(|| labels.clone()))
    });
    for answer in join_all(asked).await {
        match answer {
            // Series of kube-state-metrics carry its own pod's template hash at most, never that of the pod they are about.
            Ok(Some(labels)) => {
                return Ok(Some(PodLabels {
                    template_hash: None,
                    ..labels
                }));
            }
            Ok(None) => {}
            Err(error) if !error.is_of_source() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
