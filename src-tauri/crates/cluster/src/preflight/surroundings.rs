use super::Finding;
use crate::request::{Ask, Trouble, ask};
use kube::Client;
use serde_json::Value;

/// What stands around a workload in its namespace.
pub(crate) struct Surroundings {
    pub quotas: Result<Vec<Value>, Trouble>,
    pub autoscalers: Result<Vec<Value>, Trouble>,
    pub budgets: Result<Vec<Value>, Trouble>,
}

impl Surroundings {
    pub async fn read(client: &Client, namespace: &str) -> Surroundings {
        let (quotas, autoscalers, budgets) = futures::join!(
            list(client, format!("/api/v1/namespaces/{namespace}/resourcequotas")),
            list(
                client,
                format!("/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers")
            ),
            list(
                client,
                format!("/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets")
            ),
        );
        Surroundings {
            quotas,
            autoscalers,
            budgets,
        }
    }
}

async fn list(client: &Client, path: String) -> Result<Vec<Value>, Trouble> {
    let list = ask(client, Ask::get(&path)).await?;
    Ok(list
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default())
}

/// A check that could not be asked is a finding and no error. What the cluster does not have at all is no finding.
pub(crate) fn not_asked(what: &str, trouble: &Trouble) -> Vec<Finding> {
    if trouble.is_status(404) {
        return Vec::new();
    }
    let because = trouble.clone().of_read(what).message;
    vec![Finding::info("check-failed", because, "This was not checked.")]
}
