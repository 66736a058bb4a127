//! The objects that every control plane begins with: nodes, the policy that assigns pods to them, and rights.

use hyper::Request;
use kube::Client;
use serde_json::{Value, json};

use crate::stages::annotation;
use crate::users::User;
use crate::{Error, Result};

/// Creates an object at a collection's path; one that is there already stays as it is.
pub(crate) async fn create(client: &Client, path: &str, object: &Value) -> Result<Value> {
    let request = Request::post(path)
        .header("content-type", "application/json")
        .body(object.to_string().into_bytes())
        .map_err(|cause| Error::kubernetes(path, cause))?;
    match client.request::<Value>(request).await {
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(object.clone()),
        reply => reply.map_err(|cause| Error::kubernetes(&format!("creating at {path}"), cause)),
    }
}

/// Changes the object at a path by a merge patch.
pub(crate) async fn merge(client: &Client, path: &str, patch: &Value) -> Result<Value> {
    let request = Request::patch(path)
        .header("content-type", "application/merge-patch+json")
        .body(patch.to_string().into_bytes())
        .map_err(|cause| Error::kubernetes(path, cause))?;
    client
        .request(request)
        .await
        .map_err(|cause| Error::kubernetes(&format!("changing {path}"), cause))
}

/// Reads the object at a path.
pub(crate) async fn get(client: &Client, path: &str) -> Result<Value> {
    let request = Request::get(path)
        .body(Vec::new())
        .map_err(|cause| Error::kubernetes(path, cause))?;
    client
        .request(request)
        .await
        .map_err(|cause| Error::kubernetes(&format!("reading {path}"), cause))
}

pub(crate) fn node(index: u16) -> Value {
    let capacity = json!({"cpu": "1000", "memory": "10Ti", "pods": "100000"});
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("node-{index}"),
        "labels": {"kubernetes.io/hostname": format!("node-{index}"), "kubernetes.io/os": "linux"}},
        "status": {"allocatable": capacity, "capacity": capacity}})
}

/// Stands in for the scheduler: a pod gets its node as it is created. A DaemonSet's pods say themselves which node
/// they are for; all others go to the first node, which has room for all.
pub(crate) fn assignment() -> [(&'static str, Value); 2] {
    const NAME: &str = "assign-node.slip.test";
    let unschedulable = annotation::UNSCHEDULABLE;
    let expression = "Object{spec: Object.spec{nodeName: \
        has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.kind == 'DaemonSet') \
        ? object.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution\
        .nodeSelectorTerms[0].matchFields[0].values[0] : 'node-0'}}";
    let policy = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": NAME}, "spec": {
            "failurePolicy": "Fail", "reinvocationPolicy": "Never",
            "matchConstraints": {"resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
            "matchConditions": [
                {"name": "unassigned", "expression": "!has(object.spec.nodeName) || object.spec.nodeName == ''"},
                {"name": "schedulable", "expression": format!("!has(object.metadata.annotations) || \
                    !('{unschedulable}' in object.metadata.annotations) || \
                    object.metadata.annotations['{unschedulable}'] != 'true'")}],
            "mutations": [{"patchType": "ApplyConfiguration",
                "applyConfiguration": {"expression": expression}}]}});
    let binding = json!({"apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": NAME}, "spec": {"policyName": NAME}});
    [
        (
            "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies",
            policy,
        ),
        (
            "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings",
            binding,
        ),
    ]
}

/// Whether the API server applies the assignment by now; it learns of a policy through a watch of its own.
pub(crate) async fn assigns(client: &Client) -> bool {
    let probe = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "assignment-probe"},
        "spec": {"containers": [{"name": "probe", "image": "registry.test/probe:1"}]}});
    create(client, "/api/v1/namespaces/default/pods?dryRun=All", &probe)
        .await
        .is_ok_and(|pod| pod["spec"]["nodeName"] == "node-0")
}

pub(crate) fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

pub(crate) const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";

/// The group of [`User::Viewer`] may view everything.
pub(crate) fn viewers() -> Value {
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "viewers"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "viewers"}]})
}

/// The rights of [`release_rights`] without Leases and ConfigMaps, bound to [`User::Stranger`].
pub(crate) fn release_rights_alone() -> (Value, Value) {
    let (mut role, mut binding) = release_rights();
    if let Some(rules) = role["rules"].as_array_mut() {
        let shared = |rule: &Value| {
            rule["resources"] == json!(["configmaps"]) || rule["resources"] == json!(["leases"])
        };
        rules.retain(|rule| !shared(rule));
    }
    binding["subjects"][0]["name"] = json!(User::Stranger.name());
    (role, binding)
}

/// A Role with what a release needs in one namespace, and its binding to [`User::Releaser`].
pub(crate) fn release_rights() -> (Value, Value) {
    let reading = ["get", "list", "watch"];
    let driving = ["get", "list", "watch", "patch", "update"];
    let keeping = ["get", "list", "watch", "create", "patch", "update", "delete"];
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "release"}, "rules": [
            {"apiGroups": ["apps"], "resources": ["deployments", "deployments/scale", "statefulsets", "daemonsets"],
                "verbs": driving},
            {"apiGroups": ["apps"], "resources": ["replicasets", "controllerrevisions"], "verbs": reading},
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": keeping},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": keeping},
            {"apiGroups": [""], "resources": ["pods", "services", "endpoints", "resourcequotas", "limitranges"],
                "verbs": reading},
            {"apiGroups": [""], "resources": ["events"], "verbs": ["get", "list", "watch", "create", "patch"]},
            {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": reading},
            {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": reading},
            {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": reading}]});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "release"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "release"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User",
            "name": User::Releaser.name()}]});
    (role, binding)
}
