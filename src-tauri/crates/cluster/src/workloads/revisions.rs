use super::pods::controller;
use super::read;
use super::view::moment;
use crate::field::{self, text};
use crate::holds;
use conductor::{PortError, Revision, WorkloadRef};
use kube::Client;
use serde_json::Value;

/// The revisions whose ReplicaSets still exist, the newest first. A revision that two ReplicaSets claim is listed twice.
pub(crate) async fn revisions(client: &Client, at: &WorkloadRef) -> Result<Vec<Revision>, PortError> {
    let deployment = read::deployment(client, at).await?;
    let sets = read::replica_sets(client, at, &deployment).await?;
    let live = deployment
        .pointer("/spec/template")
        .map(holds::template_hash)
        .unwrap_or_default();
    let uid = text(&deployment, "/metadata/uid");
    let mut revisions: Vec<Revision> = sets
        .iter()
        .filter(|set| controller(set) == Some(uid))
        .map(|set| revision(set, &live))
        .collect();
    revisions.sort_by_key(|revision| std::cmp::Reverse((revision.revision, revision.created)));
    Ok(revisions)
}

fn revision(set: &Value, live: &str) -> Revision {
    let template = set
        .pointer("/spec/template")
        .map(without_controller_label)
        .unwrap_or(Value::Null);
    let version = holds::version_of(&template);
    Revision {
        revision: field::revision(set),
        created: moment(text(set, "/metadata/creationTimestamp")),
        current: version.template_hash == live,
        version,
        template,
    }
}

/// A ReplicaSet's template as its Deployment had it. With the label left in, the controller would make another
/// ReplicaSet instead of finding this one.
pub(crate) fn without_controller_label(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template
        .pointer_mut("/metadata/labels")
        .and_then(Value::as_object_mut)
    {
        labels.remove("pod-template-hash");
    }
    template
}
