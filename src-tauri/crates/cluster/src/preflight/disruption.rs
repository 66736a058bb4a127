use super::surroundings::not_asked;
use super::{Asked, Finding};
use serde_json::Value;

/// Budgets bind evictions (node drains), not rollouts; one that allows none already is worth knowing.
pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    let budgets = match &asked.around.budgets {
        Ok(budgets) => budgets,
        Err(trouble) => return not_asked("The namespace's disruption budgets", trouble),
    };
    let labels = asked.seen.object.pointer("/spec/template/metadata/labels");
    budgets
        .iter()
        .filter(|budget| selects(budget, labels))
        .filter(|budget| budget.pointer("/status/disruptionsAllowed").and_then(Value::as_u64) == Some(0))
        .map(|budget| {
            let name = budget.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            Finding::warning(
                "disruption-budget",
                format!("The disruption budget {name} allows no disruption now: fewer pods are healthy than it wants."),
                "A rollout is not bound by it, but look why pods are missing.",
            )
        })
        .collect()
}

fn selects(budget: &Value, labels: Option<&Value>) -> bool {
    let Some(wanted) = budget
        .pointer("/spec/selector/matchLabels")
        .and_then(Value::as_object)
    else {
        return false;
    };
    wanted
        .iter()
        .all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}
