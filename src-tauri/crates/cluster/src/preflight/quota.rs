use super::quantity::quantity;
use super::surroundings::not_asked;
use super::{Asked, Finding};
use crate::holds::surge_pods;
use serde_json::Value;

/// Whether the pods above the wanted number fit into the namespace's quotas.
pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    let replicas = asked.seen.view.replicas;
    let more = surge_pods(asked.pursuit.surge_limit, replicas).min(replicas);
    match &asked.around.quotas {
        Ok(quotas) => exceeded(quotas, &asked.pursuit.new_template, more),
        Err(trouble) => not_asked("The namespace's quotas", trouble),
    }
}

/// What `more` pods of a template would exceed.
pub(crate) fn exceeded(quotas: &[Value], template: &Value, more: u32) -> Vec<Finding> {
    let mut findings = Vec::new();
    for quota in quotas {
        let hard = quota
            .pointer("/status/hard")
            .or_else(|| quota.pointer("/spec/hard"))
            .and_then(Value::as_object);
        let name = quota
            .pointer("/metadata/name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        for (resource, limit) in hard.into_iter().flatten() {
            let used = quota.pointer("/status/used").and_then(|used| used.get(resource));
            let (Some(limit), Some(used)) = (number(limit), used.and_then(number)) else {
                continue;
            };
            let Some(each) = of_one_pod(template, resource) else {
                continue;
            };
            let needed = each * f64::from(more);
            if needed > 0.0 && used + needed > limit {
                findings.push(
                    Finding::blocking(
                        "quota-exceeded",
                        format!("The quota {name} leaves too little {resource} for {more} more pods: {used} of {limit} are used."),
                        "Use a smaller surge limit, or raise the quota.",
                    )
                    .overridable(),
                );
            }
        }
    }
    findings
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => quantity(text),
        other => other.as_f64(),
    }
}

/// What one pod of a template takes of a quota's resource; `None` where a quota is not about pods.
fn of_one_pod(template: &Value, resource: &str) -> Option<f64> {
    let (kind, name) = match resource {
        "pods" | "count/pods" => return Some(1.0),
        "cpu" | "memory" | "ephemeral-storage" => ("requests", resource),
        other => other.split_once('.')?,
    };
    if !matches!(kind, "requests" | "limits") || name == "storage" {
        return None;
    }
    let sum = |list: &str| -> Vec<f64> {
        let containers = template
            .pointer("/spec")
            .and_then(|spec| spec.get(list))
            .and_then(Value::as_array);
        let one = |container: &Value| container.get("resources")?.get(kind)?.get(name).and_then(number);
        containers
            .into_iter()
            .flatten()
            .map(|container| one(container).unwrap_or(0.0))
            .collect()
    };
    // Init containers run one after the other and before the others (sidecars are counted with them, which errs downwards).
    let init = sum("initContainers").into_iter().fold(0.0, f64::max);
    Some(sum("containers").iter().sum::<f64>().max(init))
}
