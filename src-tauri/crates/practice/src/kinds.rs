//! The kinds of objects that the practice cluster serves, and how discovery describes them.

/// One kind of object the cluster stores. The order is the order of keys in the store, nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Resource {
    Namespaces,
    Nodes,
    Pods,
    Services,
    ConfigMaps,
    Secrets,
    Events,
    ResourceQuotas,
    Deployments,
    ReplicaSets,
    StatefulSets,
    DaemonSets,
    EndpointSlices,
    HorizontalPodAutoscalers,
    PodDisruptionBudgets,
    Leases,
    SelfSubjectAccessReviews,
    SelfSubjectRulesReviews,
    SelfSubjectReviews,
}

/// What discovery says of one kind.
#[derive(Debug)]
pub struct Kind {
    /// The kind in the store.
    pub resource: Resource,
    /// API group, "" for the core group.
    pub group: &'static str,
    /// API version without the group.
    pub version: &'static str,
    /// Plural name, as in the path.
    pub plural: &'static str,
    /// Singular name.
    pub singular: &'static str,
    /// Kind, as in the object.
    pub kind: &'static str,
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// Names after the object's name in the path, such as "status".
    pub subresources: &'static [&'static str],
    /// Short names for kubectl.
    pub short: &'static [&'static str],
    /// Reviews are answered and never stored.
    pub stored: bool,
}

macro_rules! kind {
    ($resource:ident, $group:literal, $version:literal, $plural:literal, $singular:literal, $kind:literal, $namespaced:literal,
     [$($sub:literal),*], [$($short:literal),*], $stored:literal) => {
        Kind { resource: Resource::$resource, group: $group, version: $version, plural: $plural, singular: $singular,
               kind: $kind, namespaced: $namespaced, subresources: &[$($sub),*], short: &[$($short),*], stored: $stored }
    };
}

/// Every kind, in the order discovery lists them.
pub static KINDS: &[Kind] = &[
    kind!(
        Namespaces,
        "",
        "v1",
        "namespaces",
        "namespace",
        "Namespace",
        false,
        ["status"],
        ["ns"],
        true
    ),
    kind!(
        Nodes,
        "",
        "v1",
        "nodes",
        "node",
        "Node",
        false,
        ["status"],
        ["no"],
        true
    ),
    kind!(
        Pods,
        "",
        "v1",
        "pods",
        "pod",
        "Pod",
        true,
        ["status"],
        ["po"],
        true
    ),
    kind!(
        Services,
        "",
        "v1",
        "services",
        "service",
        "Service",
        true,
        ["status", "proxy"],
        ["svc"],
        true
    ),
    kind!(
        ConfigMaps,
        "",
        "v1",
        "configmaps",
        "configmap",
        "ConfigMap",
        true,
        [],
        ["cm"],
        true
    ),
    kind!(
        Secrets,
        "",
        "v1",
        "secrets",
        "secret",
        "Secret",
        true,
        [],
        [],
        true
    ),
    kind!(
        Events,
        "",
        "v1",
        "events",
        "event",
        "Event",
        true,
        [],
        ["ev"],
        true
    ),
    kind!(
        ResourceQuotas,
        "",
        "v1",
        "resourcequotas",
        "resourcequota",
        "ResourceQuota",
        true,
        ["status"],
        ["quota"],
        true
    ),
    kind!(
        Deployments,
        "apps",
        "v1",
        "deployments",
        "deployment",
        "Deployment",
        true,
        ["status", "scale"],
        ["deploy"],
        true
    ),
    kind!(
        ReplicaSets,
        "apps",
        "v1",
        "replicasets",
        "replicaset",
        "ReplicaSet",
        true,
        ["status", "scale"],
        ["rs"],
        true
    ),
    kind!(
        StatefulSets,
        "apps",
        "v1",
        "statefulsets",
        "statefulset",
        "StatefulSet",
        true,
        ["status", "scale"],
        ["sts"],
        true
    ),
    kind!(
        DaemonSets,
        "apps",
        "v1",
        "daemonsets",
        "daemonset",
        "DaemonSet",
        true,
        ["status"],
        ["ds"],
        true
    ),
    kind!(
        EndpointSlices,
        "discovery.k8s.io",
        "v1",
        "endpointslices",
        "endpointslice",
        "EndpointSlice",
        true,
        [],
        [],
        true
    ),
    kind!(
        HorizontalPodAutoscalers,
        "autoscaling",
        "v2",
        "horizontalpodautoscalers",
        "horizontalpodautoscaler",
        "HorizontalPodAutoscaler",
        true,
        ["status"],
        ["hpa"],
        true
    ),
    kind!(
        PodDisruptionBudgets,
        "policy",
        "v1",
        "poddisruptionbudgets",
        "poddisruptionbudget",
        "PodDisruptionBudget",
        true,
        ["status"],
        ["pdb"],
        true
    ),
    kind!(
        Leases,
        "coordination.k8s.io",
        "v1",
        "leases",
        "lease",
        "Lease",
        true,
        [],
        [],
        true
    ),
    kind!(
        SelfSubjectAccessReviews,
        "authorization.k8s.io",
        "v1",
        "selfsubjectaccessreviews",
        "selfsubjectaccessreview",
        "SelfSubjectAccessReview",
        false,
        [],
        [],
        false
    ),
    kind!(
        SelfSubjectRulesReviews,
        "authorization.k8s.io",
        "v1",
        "selfsubjectrulesreviews",
        "selfsubjectrulesreview",
        "SelfSubjectRulesReview",
        false,
        [],
        [],
        false
    ),
    kind!(
        SelfSubjectReviews,
        "authentication.k8s.io",
        "v1",
        "selfsubjectreviews",
        "selfsubjectreview",
        "SelfSubjectReview",
        false,
        [],
        [],
        false
    ),
];

impl Resource {
    /// What discovery says of this kind.
    pub fn kind(self) -> &'static Kind {
        // The table lists the kinds in the order of the enum; a test holds that.
        &KINDS[self as usize]
    }
}

impl Kind {
    /// `group/version`, or the version alone in the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `plural.group`, as the server's messages name it.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// `Kind.group`, as validation messages name it.
    pub fn qualified_kind(&self) -> String {
        if self.group.is_empty() {
            self.kind.to_owned()
        } else {
            format!("{}.{}", self.kind, self.group)
        }
    }

    /// Whether the server counts changes of the spec in `metadata.generation`.
    pub fn has_generation(&self) -> bool {
        matches!(
            self.resource,
            Resource::Deployments
                | Resource::ReplicaSets
                | Resource::StatefulSets
                | Resource::DaemonSets
                | Resource::PodDisruptionBudgets
                | Resource::EndpointSlices
                | Resource::Pods
        )
    }

    /// Whether the object has a status that only `/status` may write.
    pub fn has_status(&self) -> bool {
        self.subresources.contains(&"status")
    }
}

/// The kind behind a path's group, version and plural name. HPAs are also served as `autoscaling/v1` by a real
/// cluster; the practice cluster serves only the version that clients prefer.
pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    KINDS
        .iter()
        .find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_kinds_is_in_the_order_of_the_enum() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert_eq!(kind.resource as usize, index, "{}", kind.plural);
        }
    }
}
