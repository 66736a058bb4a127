use super::path;
use super::refusal::{act_error, needs_a_look};
use crate::holds::FIELD_MANAGER;
use crate::request::{Ask, Trouble, ask};
use conductor::{Accepted, ActError, PreparedAct, WorkloadRef};
use kube::Client;
use serde_json::Value;

/// Sends an act: one PATCH. Only a refusal is followed by a read, to tell a conflict from an invalid object.
pub(crate) async fn send(
    client: &Client,
    at: &WorkloadRef,
    act: &PreparedAct,
    dry_run: bool,
) -> Result<Accepted, ActError> {
    let deployment = path::deployment(at);
    let dry = if dry_run { "&dryRun=All" } else { "" };
    let target = format!("{deployment}?fieldManager={FIELD_MANAGER}{dry}");
    match ask(client, Ask::json_patch(&target, &act.patch)).await {
        Ok(object) => Ok(accepted(object)),
        Err(trouble) => Err(refused(client, &deployment, act, trouble).await),
    }
}

fn accepted(object: Value) -> Accepted {
    let metadata = object.get("metadata");
    let version = metadata.and_then(|metadata| metadata.get("resourceVersion"));
    let generation = metadata.and_then(|metadata| metadata.get("generation"));
    Accepted {
        resource_version: version.and_then(Value::as_str).unwrap_or_default().to_owned(),
        generation: generation.and_then(Value::as_i64).unwrap_or(0),
        object: object.into(),
    }
}

async fn refused(client: &Client, deployment: &str, act: &PreparedAct, trouble: Trouble) -> ActError {
    let live = if needs_a_look(&trouble) {
        Some(ask(client, Ask::get(deployment)).await)
    } else {
        None
    };
    act_error(trouble, &act.patch, live)
}
