//! Who may talk to the control plane: users by token, their rights, and their kubeconfig.

use std::collections::BTreeMap;

use rand::Rng;
use serde_json::{Value, json};

use crate::certificates::Identity;

/// A user of the control plane. Each has a token; rights are given by RBAC alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum User {
    /// May do everything (group `system:masters`).
    Admin,
    /// May release in the namespaces it was granted ([`ControlPlane::grant_release`](crate::ControlPlane::grant_release)):
    /// at first only in [`RELEASER_NAMESPACE`](crate::RELEASER_NAMESPACE). It cannot list namespaces.
    Releaser,
    /// May read everything but Secrets (ClusterRole `view`), and change nothing.
    Viewer,
    /// Known to the API server, and allowed nothing at all.
    Stranger,
}

impl User {
    /// Every user.
    pub const ALL: [User; 4] = [User::Admin, User::Releaser, User::Viewer, User::Stranger];

    /// The name that the API server knows the user by, for instance in `SelfSubjectReview`.
    pub fn name(self) -> &'static str {
        match self {
            User::Admin => "admin",
            User::Releaser => "releaser",
            User::Viewer => "viewer",
            User::Stranger => "stranger",
        }
    }

    pub(crate) fn group(self) -> Option<&'static str> {
        match self {
            User::Admin => Some("system:masters"),
            User::Viewer => Some("viewers"),
            User::Releaser | User::Stranger => None,
        }
    }
}

/// The users' tokens, new at each start.
#[derive(Debug, Clone)]
pub(crate) struct Tokens(BTreeMap<User, String>);

impl Tokens {
    pub(crate) fn new() -> Self {
        let mut random = rand::rng();
        Self(
            User::ALL
                .into_iter()
                .map(|user| (user, format!("{:032x}", random.random::<u128>())))
                .collect(),
        )
    }

    pub(crate) fn of(&self, user: User) -> &str {
        self.0.get(&user).map_or("", String::as_str)
    }

    /// The API server's `--token-auth-file`: one line of `token,name,uid,"groups"` per user.
    pub(crate) fn file(&self) -> String {
        self.0
            .iter()
            .map(|(user, token)| {
                let name = user.name();
                user.group().map_or_else(
                    || format!("{token},{name},{name}\n"),
                    |group| format!("{token},{name},{name},\"{group}\"\n"),
                )
            })
            .collect()
    }
}

/// What a kubeconfig needs to know of one cluster.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// The context's and the cluster's name.
    pub(crate) context: String,
    pub(crate) server: String,
    /// PEM.
    pub(crate) authority: String,
}

/// One kubeconfig with a context for each access; the first is the current one. JSON is YAML too.
pub(crate) fn kubeconfig<'a>(accesses: impl IntoIterator<Item = (&'a Access, String, Value)>) -> String {
    let (mut clusters, mut users, mut contexts) = (Vec::new(), Vec::new(), Vec::new());
    let mut current = None;
    for (access, user, credentials) in accesses {
        let key = format!("{user}@{}", access.context);
        current.get_or_insert_with(|| access.context.clone());
        clusters.push(json!({"name": access.context, "cluster": {
            "server": access.server, "certificate-authority-data": base64(access.authority.as_bytes())}}));
        contexts.push(json!({"name": access.context, "context": {"cluster": access.context, "user": key}}));
        users.push(json!({"name": key, "user": credentials}));
    }
    let config = json!({"apiVersion": "v1", "kind": "Config", "preferences": {}, "clusters": clusters,
        "users": users, "contexts": contexts, "current-context": current});
    serde_yaml_ng::to_string(&config).unwrap_or_else(|_| config.to_string())
}

pub(crate) fn token_credentials(token: &str) -> Value {
    json!({"token": token})
}

pub(crate) fn certificate_credentials(identity: &Identity) -> Value {
    json!({"client-certificate-data": base64(identity.certificate.as_bytes()),
        "client-key-data": base64(identity.key.as_bytes())})
}

/// Base64 with padding (RFC 4648, section 4), which is how a `ByteString` is serialized.
fn base64(bytes: &[u8]) -> Value {
    serde_json::to_value(k8s_openapi::ByteString(bytes.to_vec())).unwrap_or_default()
}
