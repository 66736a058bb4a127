//! Discovery: the paths by which clients find out what the server serves.

use crate::kinds::{KINDS, Kind};
use serde_json::{Value, json};

fn groups() -> Vec<&'static str> {
    let mut groups: Vec<&str> = Vec::new();
    for kind in KINDS.iter().filter(|kind| !kind.group.is_empty()) {
        if !groups.contains(&kind.group) {
            groups.push(kind.group);
        }
    }
    groups
}

fn version_of(group: &str) -> &'static str {
    KINDS
        .iter()
        .find(|kind| kind.group == group)
        .map_or("v1", |kind| kind.version)
}

fn verbs(kind: &Kind) -> Vec<&'static str> {
    if kind.stored {
        vec!["create", "delete", "get", "list", "patch", "update", "watch"]
    } else {
        vec!["create"]
    }
}

fn subresource_verbs(name: &str) -> Vec<&'static str> {
    if name == "proxy" {
        vec!["get"]
    } else {
        vec!["get", "patch", "update"]
    }
}

fn subresource_kind(kind: &Kind, name: &str) -> (&'static str, &'static str, &'static str) {
    match name {
        "scale" => ("autoscaling", "v1", "Scale"),
        "proxy" => ("", "v1", "ServiceProxyOptions"),
        _ => (kind.group, kind.version, kind.kind),
    }
}

fn group(name: &str) -> Value {
    let version =
        json!({"groupVersion": format!("{name}/{}", version_of(name)), "version": version_of(name)});
    json!({"name": name, "versions": [version], "preferredVersion": version})
}

fn resources(name: &str, version: &str) -> Value {
    let group_version = if name.is_empty() {
        version.to_owned()
    } else {
        format!("{name}/{version}")
    };
    let mut list = Vec::new();
    for kind in KINDS
        .iter()
        .filter(|kind| kind.group == name && kind.version == version)
    {
        list.push(json!({
            "name": kind.plural, "singularName": kind.singular, "namespaced": kind.namespaced, "kind": kind.kind,
            "verbs": verbs(kind), "shortNames": kind.short,
        }));
        for sub in kind.subresources {
            let (group, version, sub_kind) = subresource_kind(kind, sub);
            list.push(json!({
                "name": format!("{}/{sub}", kind.plural), "singularName": "", "namespaced": kind.namespaced,
                "kind": sub_kind, "group": group, "version": version, "verbs": subresource_verbs(sub),
            }));
        }
    }
    json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": list})
}

/// Aggregated discovery (`apidiscovery.k8s.io/v2`), of the core group or of all the others.
fn aggregated(core: bool) -> Value {
    let names = if core { vec![""] } else { groups() };
    let items: Vec<Value> = names
        .into_iter()
        .map(|name| {
            let version = version_of(name);
            let resources: Vec<Value> = KINDS
                .iter()
                .filter(|kind| kind.group == name)
                .map(|kind| {
                    let subresources: Vec<Value> = kind
                        .subresources
                        .iter()
                        .map(|sub| {
                            let (group, version, sub_kind) = subresource_kind(kind, sub);
                            json!({"subresource": sub, "verbs": subresource_verbs(sub),
                                   "responseKind": {"group": group, "version": version, "kind": sub_kind}})
                        })
                        .collect();
                    json!({
                        "resource": kind.plural, "singularResource": kind.singular, "shortNames": kind.short,
                        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" }, "verbs": verbs(kind),
                        "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
                        "subresources": subresources,
                    })
                })
                .collect();
            json!({"metadata": {"name": name, "creationTimestamp": null},
                   "versions": [{"version": version, "freshness": "Current", "resources": resources}]})
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

/// The answer to a discovery path; `None`: not one.
pub fn answer(path: &str, accept: &str) -> Option<Value> {
    let wants_aggregated = accept.contains("as=APIGroupDiscoveryList") && accept.contains("v=v2");
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["version"] => Some(json!({
            "major": "1", "minor": "36", "gitVersion": "v1.36.3", "gitCommit": "0000000000000000000000000000000000000000",
            "gitTreeState": "clean", "buildDate": "2026-01-01T00:00:00Z", "goVersion": "practice", "compiler": "practice",
            "platform": "practice/cluster",
        })),
        ["api"] if wants_aggregated => Some(aggregated(true)),
        ["apis"] if wants_aggregated => Some(aggregated(false)),
        ["api"] => Some(json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})),
        ["apis"] => {
            let list: Vec<Value> = groups().into_iter().map(group).collect();
            Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": list}))
        }
        ["api", "v1"] => Some(resources("", "v1")),
        ["apis", name] if groups().contains(name) => {
            let mut answer = group(name);
            answer["kind"] = json!("APIGroup");
            answer["apiVersion"] = json!("v1");
            Some(answer)
        }
        ["apis", name, version] if groups().contains(name) && version_of(name) == *version => {
            Some(resources(name, version))
        }
        _ => None,
    }
}
