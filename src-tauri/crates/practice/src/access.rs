//! Who may do what: four users, answered as RBAC would.
//!
//! `admin` is in system:masters; `viewer` has the ClusterRole `view` everywhere (no Secrets, no Nodes); `releaser` may work
//! in its namespaces; `loner` too, but may not use Leases and ConfigMaps. Everybody may ask reviews and read metrics through the service proxy in `monitoring`, which a real
//! cluster would grant by a Role.

use crate::kinds::{KINDS, Kind};
use serde_json::{Value, json};

/// Where Prometheus lives.
pub const MONITORING: &str = "monitoring";

/// The cluster's own user behind a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum User {
    /// May do everything.
    Admin,
    /// May release in these namespaces, and nothing elsewhere.
    Releaser(Vec<String>),
    /// May release in these namespaces, but use neither Leases nor ConfigMaps there.
    Loner(Vec<String>),
    /// May read everywhere, except Secrets and Nodes.
    Viewer,
}

impl User {
    /// The name the server knows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Releaser(_) => "releaser",
            Self::Loner(_) => "loner",
            Self::Viewer => "viewer",
        }
    }

    /// The user's groups.
    pub fn groups(&self) -> Vec<&'static str> {
        let own = match self {
            Self::Admin => "system:masters",
            Self::Releaser(_) | Self::Loner(_) => "releasers",
            Self::Viewer => "viewers",
        };
        vec![own, "system:authenticated"]
    }
}

/// A question to the authorizer. `namespace` is "" at the cluster scope.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// get, list, watch, create, update, patch, delete.
    pub verb: &'a str,
    /// API group.
    pub group: &'a str,
    /// Plural name.
    pub resource: &'a str,
    /// Subresource, or "".
    pub subresource: &'a str,
    /// Namespace, or "".
    pub namespace: &'a str,
}

const READ: &[&str] = &["get", "list", "watch"];

/// Allowed, with the reason RBAC gives; `None`: not allowed.
pub fn allowed(user: &User, request: &Request<'_>) -> Option<String> {
    let reads = READ.contains(&request.verb);
    if request.resource.starts_with("selfsubject") && request.verb == "create" {
        return Some(
            "RBAC: allowed by ClusterRoleBinding \"system:basic-user\" of ClusterRole \"system:basic-user\" to Group \
             \"system:authenticated\""
                .to_owned(),
        );
    }
    if request.resource == "services"
        && request.subresource == "proxy"
        && request.namespace == MONITORING
        && reads
    {
        return Some(format!(
            "RBAC: allowed by RoleBinding \"metrics/{MONITORING}\" of Role \"metrics\" to Group \"system:authenticated\""
        ));
    }
    match user {
        User::Admin => Some("RBAC: allowed by ClusterRoleBinding \"cluster-admin\" of ClusterRole \"cluster-admin\" to Group \"system:masters\"".into()),
        User::Viewer => {
            let hidden = matches!(request.resource, "secrets" | "nodes") || request.subresource == "proxy";
            (reads && !hidden && is_known(request)).then(|| {
                "RBAC: allowed by ClusterRoleBinding \"viewers\" of ClusterRole \"view\" to Group \"viewers\"".to_owned()
            })
        }
        User::Releaser(namespaces) | User::Loner(namespaces) => {
            let alone = matches!(user, User::Loner(_));
            if alone && matches!(request.resource, "leases" | "configmaps") {
                return None;
            }
            let own = namespaces.iter().any(|namespace| namespace == request.namespace);
            let clusterwide = request.resource == "namespaces" && request.verb == "get" && own;
            let namespaced = request.resource != "namespaces" && request.resource != "nodes";
            ((own && namespaced && is_known(request)) || clusterwide).then(|| {
                format!(
                    "RBAC: allowed by RoleBinding \"releaser/{}\" of Role \"releaser\" to User \"{}\"",
                    request.namespace,
                    user.name()
                )
            })
        }
    }
}

/// Roles name resources with their group; a question about anything else is answered no.
fn is_known(request: &Request<'_>) -> bool {
    KINDS
        .iter()
        .any(|kind| kind.group == request.group && kind.plural == request.resource)
}

/// Answers a SelfSubjectAccessReview by filling in its status.
pub fn access_review(user: &User, mut review: Value) -> Value {
    let attributes = review
        .pointer("/spec/resourceAttributes")
        .cloned()
        .unwrap_or(Value::Null);
    let field = |name: &str| {
        attributes
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    };
    let (verb, group, resource, subresource, namespace) = (
        field("verb"),
        field("group"),
        field("resource"),
        field("subresource"),
        field("namespace"),
    );
    let answer = if attributes.is_null() {
        allowed_path(user)
    } else {
        allowed(
            user,
            &Request {
                verb: &verb,
                group: &group,
                resource: &resource,
                subresource: &subresource,
                namespace: &namespace,
            },
        )
    };
    review["status"] = match answer {
        Some(reason) => json!({"allowed": true, "reason": reason}),
        None => json!({"allowed": false}),
    };
    review
}

fn allowed_path(user: &User) -> Option<String> {
    (*user == User::Admin).then(|| "RBAC: allowed by ClusterRoleBinding \"cluster-admin\" of ClusterRole \"cluster-admin\" to Group \"system:masters\"".to_owned())
}

/// Answers a SelfSubjectReview: who am I.
pub fn who_am_i(user: &User) -> Value {
    json!({
        "kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1", "metadata": {},
        "status": {"userInfo": {"username": user.name(), "uid": user.name(), "groups": user.groups()}},
    })
}

/// Answers a SelfSubjectRulesReview for the namespace it asks for.
pub fn rules_review(user: &User, mut review: Value, kinds: &[Kind]) -> Value {
    let namespace = review
        .pointer("/spec/namespace")
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned();
    let mut rules = Vec::new();
    for kind in kinds {
        let verbs: Vec<&str> = ["get", "list", "watch", "create", "update", "patch", "delete"]
            .into_iter()
            .filter(|verb| {
                allowed(
                    user,
                    &Request {
                        verb,
                        group: kind.group,
                        resource: kind.plural,
                        subresource: "",
                        namespace: &namespace,
                    },
                )
                .is_some()
            })
            .collect();
        if !verbs.is_empty() {
            rules.push(json!({"verbs": verbs, "apiGroups": [kind.group], "resources": [kind.plural]}));
        }
    }
    review["status"] = json!({"incomplete": false, "resourceRules": rules, "nonResourceRules": []});
    review
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(user: &User, verb: &str, resource: &str, namespace: &str) -> bool {
        allowed(
            user,
            &Request {
                verb,
                group: if resource == "deployments" { "apps" } else { "" },
                resource,
                subresource: "",
                namespace,
            },
        )
        .is_some()
    }

    #[test]
    fn a_viewer_reads_everything_but_secrets_and_writes_nothing() {
        assert!(may(&User::Viewer, "list", "deployments", ""));
        assert!(!may(&User::Viewer, "get", "secrets", "shop"));
        assert!(!may(&User::Viewer, "patch", "deployments", "shop"));
        assert!(may(&User::Viewer, "create", "selfsubjectaccessreviews", ""));
    }

    #[test]
    fn a_releaser_works_in_its_namespace_only() {
        let releaser = User::Releaser(vec!["shop".into()]);
        assert!(may(&releaser, "patch", "deployments", "shop"));
        assert!(!may(&releaser, "list", "deployments", "other"));
        assert!(!may(&releaser, "list", "namespaces", ""));
        let loner = User::Loner(vec!["shop".into()]);
        assert!(may(&loner, "patch", "deployments", "shop"));
        assert!(!may(&loner, "get", "configmaps", "shop"));
    }
}
