//! Objects through Kubernetes' own types: wrong types are refused, unknown fields dropped, and values that the server's
//! encoder omits (false, zero and empty where Go's types say `omitempty`) are not kept.

use crate::api_status::ApiStatus;
use crate::kinds::{Kind, Resource};
use k8s_openapi::api::{apps, autoscaling, coordination, core, discovery, policy};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads and writes the object through the kind's type.
///
/// # Errors
/// 400 with what does not fit.
pub fn conform(kind: &Kind, object: Value) -> Result<Value, ApiStatus> {
    let mut conformed = conform_raw(kind, object)?;
    omit_empty(&mut conformed);
    Ok(conformed)
}

fn conform_raw(kind: &Kind, object: Value) -> Result<Value, ApiStatus> {
    match kind.resource {
        Resource::Namespaces => through::<core::v1::Namespace>(kind, object),
        Resource::Nodes => through::<core::v1::Node>(kind, object),
        Resource::Pods => through::<core::v1::Pod>(kind, object),
        Resource::Services => through::<core::v1::Service>(kind, object),
        Resource::ConfigMaps => through::<core::v1::ConfigMap>(kind, object),
        Resource::Secrets => through::<core::v1::Secret>(kind, object),
        Resource::Events => through::<core::v1::Event>(kind, object),
        Resource::ResourceQuotas => through::<core::v1::ResourceQuota>(kind, object),
        Resource::Deployments => through::<apps::v1::Deployment>(kind, object),
        Resource::ReplicaSets => through::<apps::v1::ReplicaSet>(kind, object),
        Resource::StatefulSets => through::<apps::v1::StatefulSet>(kind, object),
        Resource::DaemonSets => through::<apps::v1::DaemonSet>(kind, object),
        Resource::EndpointSlices => through::<discovery::v1::EndpointSlice>(kind, object),
        Resource::HorizontalPodAutoscalers => {
            through::<autoscaling::v2::HorizontalPodAutoscaler>(kind, object)
        }
        Resource::PodDisruptionBudgets => through::<policy::v1::PodDisruptionBudget>(kind, object),
        Resource::Leases => through::<coordination::v1::Lease>(kind, object),
        Resource::SelfSubjectAccessReviews
        | Resource::SelfSubjectRulesReviews
        | Resource::SelfSubjectReviews => Ok(object),
    }
}

/// Refuses fields that the kind does not have, as `fieldValidation=Strict` asks.
///
/// # Errors
/// 400 naming the fields.
pub fn refuse_unknown(kind: &Kind, object: &Value) -> Result<(), ApiStatus> {
    let known = conform_raw(kind, object.clone())?;
    let mut unknown = Vec::new();
    find_unknown(object, &known, "", &mut unknown);
    if unknown.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = unknown
        .iter()
        .map(|path| format!("unknown field {path:?}"))
        .collect();
    Err(ApiStatus::bad_request(format!(
        "{} in version {:?} cannot be handled as a {}: strict decoding error: {}",
        kind.kind,
        kind.version,
        kind.kind,
        list.join(", ")
    )))
}

fn find_unknown(given: &Value, known: &Value, path: &str, unknown: &mut Vec<String>) {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
                let here = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                match known.get(key) {
                    Some(known) => find_unknown(value, known, &here, unknown),
                    None => unknown.push(here),
                }
            }
        }
        (Value::Array(given), Value::Array(known)) => {
            for (index, (given, known)) in given.iter().zip(known).enumerate() {
                find_unknown(given, known, &format!("{path}[{index}]"), unknown);
            }
        }
        _ => {}
    }
}

fn through<T: DeserializeOwned + Serialize>(kind: &Kind, object: Value) -> Result<Value, ApiStatus> {
    let refuse = |error: serde_json::Error| {
        ApiStatus::bad_request(format!(
            "{} in version {:?} cannot be handled as a {}: json: {error}",
            kind.kind, kind.version, kind.kind
        ))
    };
    let typed: T = serde_json::from_value(object).map_err(refuse)?;
    serde_json::to_value(typed).map_err(refuse)
}

/// Booleans that are left out when false.
const FALSE_IS_ABSENT: &[&str] = &[
    "paused",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "readOnly",
    "stdin",
    "stdinOnce",
    "tty",
    "publishNotReadyAddresses",
];

/// Numbers that are left out when zero.
const ZERO_IS_ABSENT: &[&str] = &[
    "minReadySeconds",
    "initialDelaySeconds",
    "hostPort",
    "deletionGracePeriodSeconds",
];

/// Maps and lists that are left out when empty.
const EMPTY_IS_ABSENT: &[&str] = &[
    "labels",
    "annotations",
    "nodeSelector",
    "matchLabels",
    "matchExpressions",
    "ownerReferences",
    "finalizers",
    "env",
    "envFrom",
    "args",
    "command",
    "ports",
    "volumeMounts",
    "volumes",
    "initContainers",
    "imagePullSecrets",
    "tolerations",
    "limits",
    "requests",
    "data",
    "managedFields",
    "conditions",
    "hostAliases",
    "topologySpreadConstraints",
];

fn omit_empty(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, value| {
                omit_empty(value);
                match value {
                    Value::Null => false,
                    Value::Bool(false) => !FALSE_IS_ABSENT.contains(&key.as_str()),
                    Value::Number(number) if number.as_i64() == Some(0) => {
                        !ZERO_IS_ABSENT.contains(&key.as_str())
                    }
                    Value::Object(map) if map.is_empty() => !EMPTY_IS_ABSENT.contains(&key.as_str()),
                    Value::Array(list) if list.is_empty() => !EMPTY_IS_ABSENT.contains(&key.as_str()),
                    _ => true,
                }
            });
        }
        Value::Array(list) => list.iter_mut().for_each(omit_empty),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn zero_false_and_empty_are_not_kept_where_the_server_omits_them() {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "annotations": {}},
            "spec": {"minReadySeconds": 0, "paused": false, "replicas": 0, "selector": {"matchLabels": {"a": "b"}},
                     "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "x"}]}}}});
        let conformed = conform(Resource::Deployments.kind(), object).unwrap();
        assert_eq!(conformed["spec"].get("minReadySeconds"), None);
        assert_eq!(conformed["spec"].get("paused"), None);
        assert_eq!(conformed["spec"]["replicas"], 0);
        assert_eq!(conformed["metadata"].get("annotations"), None);
    }

    #[test]
    fn a_field_of_the_wrong_type_is_a_bad_request() {
        let object = json!({"spec": {"replicas": "three"}});
        assert_eq!(
            conform(Resource::Deployments.kind(), object).unwrap_err().code,
            400
        );
    }

    #[test]
    fn strict_validation_names_unknown_fields_and_lets_known_ones_pass() {
        let mut object = json!({"spec": {"replicas": 1, "selector": {}, "template": {"spec": {"containers": [
            {"name": "a", "imaeg": "x"}]}}}});
        let refused = refuse_unknown(Resource::Deployments.kind(), &object).unwrap_err();
        assert!(
            refused
                .message
                .ends_with("unknown field \"spec.template.spec.containers[0].imaeg\""),
            "{}",
            refused.message
        );
        object["spec"]["template"]["spec"]["containers"] = json!([{"name": "a", "image": "x"}]);
        assert_eq!(refuse_unknown(Resource::Deployments.kind(), &object), Ok(()));
    }
}
