use super::Finding;
use crate::lease::object_name;
use crate::request::{Ask, Trouble, ask};
use conductor::WorkloadRef;
use kube::Client;
use serde_json::{Value, json};

/// What is asked: verb, API group, resource, what for, and whether it cannot be done without.
const NEEDED: [(&str, &str, &str, &str, bool); 6] = [
    ("get", "apps", "deployments", "to see the workload", true),
    (
        "patch",
        "apps",
        "deployments",
        "to release and to roll back",
        true,
    ),
    ("watch", "apps", "deployments", "to see changes at once", false),
    ("list", "apps", "replicasets", "to see the versions", true),
    ("watch", "apps", "replicasets", "to see changes at once", false),
    (
        "list",
        "",
        "pods",
        "to see pods, their restarts and why they fail",
        false,
    ),
];

/// What several Slipways need to know of each other: API group, resource, and the finding where it may not be written.
const SHARED: [(&str, &str, &str, &str); 2] = [
    (
        "coordination.k8s.io",
        "leases",
        "lease-forbidden",
        "Another Slipway could drive this application at the same time. Each act is still refused if somebody else acted first.",
    ),
    (
        "",
        "configmaps",
        "charter-forbidden",
        "Another Slipway could not see this release or go on with it.",
    ),
];

/// Access reviews: may this user do what a release does?
pub(crate) async fn check(client: &Client, at: &WorkloadRef) -> Vec<Finding> {
    let (mut findings, shared) = futures::join!(needed(client, at), shared(client, at));
    findings.extend(shared);
    findings.dedup();
    findings
}

/// The Lease and the charter: nothing that a release cannot do without.
async fn shared(client: &Client, at: &WorkloadRef) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (group, resource, code, means) in SHARED {
        let reviews = ["get", "create", "update"].map(|verb| review(client, at, verb, group, resource));
        let answers = futures::future::join_all(reviews).await;
        // What cannot be asked is said by the checks that a release needs.
        if answers.iter().any(|answer| matches!(answer, Ok((false, _)))) {
            findings.push(Finding::warning(
                code,
                format!(
                    "You may not use {resource} in the namespace {}. {means}",
                    at.namespace
                ),
                format!(
                    "Ask the cluster's administrator for the right to get, create and update {resource}."
                ),
            ));
        }
    }
    findings
}

async fn needed(client: &Client, at: &WorkloadRef) -> Vec<Finding> {
    let reviews = NEEDED.map(|(verb, group, resource, _, _)| review(client, at, verb, group, resource));
    let answers = futures::future::join_all(reviews).await;
    let mut findings = Vec::new();
    for ((verb, _, resource, what_for, needed), answer) in NEEDED.into_iter().zip(answers) {
        match answer {
            Ok((true, _)) => {}
            Ok((false, reason)) => {
                let because = if reason.is_empty() {
                    String::new()
                } else {
                    format!(" ({reason})")
                };
                let message = format!(
                    "You may not {verb} {resource} in the namespace {}{because}. It is needed {what_for}.",
                    at.namespace
                );
                let hint = "Ask the cluster's administrator for the right.";
                findings.push(if needed {
                    Finding::blocking("access-denied", message, hint)
                } else {
                    Finding::warning("access-partial", message, hint)
                });
            }
            Err(trouble) => findings.extend(super::surroundings::not_asked("Your rights", &trouble)),
        }
    }
    findings
}

async fn review(
    client: &Client,
    at: &WorkloadRef,
    verb: &str,
    group: &str,
    resource: &str,
) -> Result<(bool, String), Trouble> {
    let own = object_name(at);
    let name = match (verb, resource) {
        ("list" | "watch" | "create", _) => "",
        (_, "deployments") => at.name.as_str(),
        _ => own.as_str(),
    };
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "namespace": at.namespace, "verb": verb, "group": group, "resource": resource, "name": name
        }}
    });
    let answer = ask(
        client,
        Ask::post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &review),
    )
    .await?;
    let allowed = answer.pointer("/status/allowed").and_then(Value::as_bool) == Some(true);
    let reason = answer
        .pointer("/status/reason")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Ok((allowed, reason.to_owned()))
}
