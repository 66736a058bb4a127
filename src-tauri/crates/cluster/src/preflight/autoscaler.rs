use super::surroundings::not_asked;
use super::{Asked, Finding};
use crate::holds::{surge_pods, target_pods};
use conductor::WorkloadRef;
use serde_json::Value;

/// An autoscaler keeps working during a release; what it may do to the shares is said before.
pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    let autoscalers = match &asked.around.autoscalers {
        Ok(autoscalers) => autoscalers,
        Err(trouble) => return not_asked("The namespace's autoscalers", trouble),
    };
    let mut findings = Vec::new();
    for autoscaler in autoscalers
        .iter()
        .filter(|autoscaler| is_about(autoscaler, asked.at))
    {
        let number = |path: &str, otherwise: u64| {
            let count = autoscaler
                .pointer(path)
                .and_then(Value::as_u64)
                .unwrap_or(otherwise);
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let name = autoscaler
            .pointer("/metadata/name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let (least, most) = (number("/spec/minReplicas", 1), number("/spec/maxReplicas", 1));
        let cannot = impossible_within(asked, least, most);
        if let Some(replicas) = cannot {
            findings.push(Finding::warning(
                "autoscaler-range",
                format!(
                    "The autoscaler {name} may set {least} to {most} pods. At {replicas}, for example, a share of the plan cannot be \
                     expressed: the release then holds and asks."
                ),
                "Choose shares that more numbers of pods can express, such as 50 %.",
            ));
        } else {
            findings.push(Finding::info(
                "autoscaler",
                format!("The autoscaler {name} keeps working during the release ({least} to {most} pods)."),
                "",
            ));
        }
    }
    findings
}

pub(crate) fn is_about(autoscaler: &Value, at: &WorkloadRef) -> bool {
    let target = autoscaler.pointer("/spec/scaleTargetRef");
    let text = |key: &str| target.and_then(|target| target.get(key)).and_then(Value::as_str);
    text("kind") == Some("Deployment") && text("name") == Some(at.name.as_str())
}

fn impossible_within(asked: &Asked<'_>, least: u32, most: u32) -> Option<u32> {
    (least.max(1)..=most.min(least.saturating_add(1_000))).find(|replicas| {
        let surge = surge_pods(asked.pursuit.surge_limit, *replicas);
        let impossible =
            |share: &&release::Share| !share.is_whole() && target_pods(**share, *replicas, surge).is_err();
        asked.shares.iter().find(impossible).is_some()
    })
}
