//! Who else writes the workload, and what they will do next.

use super::Finding;
use crate::holds::FIELD_MANAGER;
use crate::request::{Ask, ask};
use kube::Client;
use serde_json::Value;

pub(crate) async fn check(client: &Client, deployment: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(argo_cd(client, deployment).await);
    findings.extend(flux(client, deployment).await);
    findings.extend(helm(deployment));
    findings.extend(appliers(deployment));
    findings
}

fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.pointer("/metadata/labels")?.get(key)?.as_str()
}

fn annotation<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.pointer("/metadata/annotations")?.get(key)?.as_str()
}

fn managers(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = object
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array);
    entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some((entry.get("manager")?.as_str()?, entry)))
}

/// Argo CD marks what it owns by an annotation (`<application>:<group>/<kind>:<namespace>/<name>`) or, with label tracking, by a
/// label and its field manager.
fn argo_application(deployment: &Value) -> Option<String> {
    if let Some(id) = annotation(deployment, "argocd.argoproj.io/tracking-id") {
        return Some(id.split(':').next().unwrap_or(id).to_owned());
    }
    if let Some(name) = label(deployment, "argocd.argoproj.io/instance") {
        return Some(name.to_owned());
    }
    let writes = managers(deployment).any(|(manager, _)| manager.starts_with("argocd"));
    writes.then(|| {
        label(deployment, "app.kubernetes.io/instance")
            .unwrap_or_default()
            .to_owned()
    })
}

async fn argo_cd(client: &Client, deployment: &Value) -> Option<Finding> {
    let name = argo_application(deployment)?;
    let path = "/apis/argoproj.io/v1alpha1/applications";
    let found = ask(client, Ask::get(path)).await.ok().and_then(|list| {
        let mut items = list.get("items")?.as_array()?.clone().into_iter();
        // Outside Argo CD's own namespace the name is `<namespace>_<name>`.
        let short = name.rsplit('_').next().unwrap_or(&name).to_owned();
        items.find(|item| item.pointer("/metadata/name").and_then(Value::as_str) == Some(short.as_str()))
    });
    Some(argo_finding(&name, found.as_ref()))
}

pub(crate) fn argo_finding(name: &str, application: Option<&Value>) -> Finding {
    let Some(application) = application else {
        return Finding::blocking(
            "argo-cd",
            format!("Argo CD owns this workload (application {name}), and whether it syncs by itself cannot be read: it may undo the release."),
            "Turn automated sync off for the application, or go on if you know that it is off.",
        )
        .overridable();
    };
    let automated = application
        .pointer("/spec/syncPolicy/automated")
        .filter(|automated| !automated.is_null());
    let enabled =
        automated.is_some_and(|automated| automated.get("enabled").and_then(Value::as_bool) != Some(false));
    let heals = automated
        .and_then(|automated| automated.get("selfHeal"))
        .and_then(Value::as_bool)
        == Some(true);
    if enabled && heals {
        Finding::blocking(
            "argo-cd",
            format!("Argo CD heals this workload by itself (application {name}): it will put the old version back within minutes."),
            "Turn selfHeal off for the release, or release by a commit to its repository.",
        )
        .overridable()
    } else if enabled {
        Finding::blocking(
            "argo-cd",
            format!("Argo CD syncs this workload by itself (application {name}): the next commit will overwrite the release."),
            "Turn automated sync off for the release.",
        )
        .overridable()
    } else {
        Finding::warning(
            "argo-cd",
            format!(
                "Argo CD owns this workload (application {name}) and is synced by hand: it will show OutOfSync, and the next sync puts its own version back."
            ),
            "Change the version in its repository too.",
        )
    }
}

async fn flux(client: &Client, deployment: &Value) -> Option<Finding> {
    let kinds = [
        (
            "kustomize.toolkit.fluxcd.io",
            "kustomizations",
            "v1",
            "Kustomization",
        ),
        ("helm.toolkit.fluxcd.io", "helmreleases", "v2", "HelmRelease"),
    ];
    for (group, plural, version, kind) in kinds {
        let (Some(name), Some(namespace)) = (
            label(deployment, &format!("{group}/name")),
            label(deployment, &format!("{group}/namespace")),
        ) else {
            continue;
        };
        let path = format!("/apis/{group}/{version}/namespaces/{namespace}/{plural}/{name}");
        let object = ask(client, Ask::get(&path)).await.ok();
        let disabled = annotation(deployment, "kustomize.toolkit.fluxcd.io/reconcile") == Some("disabled");
        return Some(flux_finding(kind, name, object.as_ref(), disabled));
    }
    None
}

pub(crate) fn flux_finding(kind: &str, name: &str, object: Option<&Value>, disabled: bool) -> Finding {
    let suspended = object
        .and_then(|object| object.pointer("/spec/suspend"))
        .and_then(Value::as_bool)
        == Some(true);
    // A HelmRelease corrects drift only where it is told to.
    let corrects = kind == "Kustomization"
        || object.is_none()
        || object
            .and_then(|object| object.pointer("/spec/driftDetection/mode"))
            .and_then(Value::as_str)
            == Some("enabled");
    if suspended || disabled {
        return Finding::warning(
            "flux",
            format!(
                "Flux owns this workload ({kind} {name}) and is suspended: once resumed, it puts its own version back."
            ),
            "Change the version in its repository too.",
        );
    }
    if corrects {
        Finding::blocking(
            "flux",
            format!("Flux reconciles this workload ({kind} {name}): it will put the old version back at its next interval."),
            format!("Suspend it for the release (flux suspend {}).", kind.to_lowercase()),
        )
        .overridable()
    } else {
        Finding::warning(
            "flux",
            format!(
                "Flux owns this workload ({kind} {name}): the next upgrade of the chart overwrites the release."
            ),
            "Change the version in its repository too.",
        )
    }
}

fn helm(deployment: &Value) -> Option<Finding> {
    let managed = label(deployment, "app.kubernetes.io/managed-by") == Some("Helm");
    let release = annotation(deployment, "meta.helm.sh/release-name").filter(|_| managed)?;
    Some(Finding::warning(
        "helm",
        format!(
            "The Helm release {release} owns this workload: its next upgrade or rollback overwrites what this release sets."
        ),
        "Set the new version in the chart's values too.",
    ))
}

/// Other managers that apply fields which a release sets: their next apply meets a conflict.
fn appliers(deployment: &Value) -> Vec<Finding> {
    let mut names: Vec<&str> = managers(deployment)
        .filter(|(manager, entry)| {
            entry.get("operation").and_then(Value::as_str) == Some("Apply")
                && *manager != FIELD_MANAGER
                && !manager.starts_with("argocd")
                && !matches!(*manager, "kustomize-controller" | "helm-controller")
                && sets_what_a_release_sets(entry)
        })
        .map(|(manager, _)| manager)
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Vec::new();
    }
    vec![Finding::warning(
        "server-side-apply",
        format!(
            "Fields of this workload are set by server-side apply ({}): the next apply meets a conflict with this release, or, if it is \
             forced, puts the old version back.",
            names.join(", ")
        ),
        "Hold those jobs back until the release is over.",
    )]
}

fn sets_what_a_release_sets(entry: &Value) -> bool {
    let spec = entry.pointer("/fieldsV1/f:spec");
    [
        "f:template",
        "f:minReadySeconds",
        "f:progressDeadlineSeconds",
        "f:strategy",
    ]
    .iter()
    .any(|field| spec.and_then(|spec| spec.get(field)).is_some())
}
