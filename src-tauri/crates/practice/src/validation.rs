//! What the server refuses: Deployments as `ValidateDeployment` does, the rest as far as names go.

use crate::api_status::{ApiStatus, Cause};
use crate::kinds::{Kind, Resource};
use crate::object;
use crate::selector::LabelSelector;
use serde_json::{Value, json};

/// Checks an object that is made, or written over `before`.
///
/// # Errors
/// 422 with every cause.
pub fn check(kind: &Kind, before: Option<&Value>, object: &Value) -> Result<(), ApiStatus> {
    let mut causes = Vec::new();
    let name = object::name(object);
    if name.is_empty() {
        causes.push(Cause::required(
            "metadata.name",
            "name or generateName is required",
        ));
    } else if !is_subdomain(name) {
        causes.push(Cause::invalid(
            "metadata.name",
            &json!(name),
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character",
        ));
    }
    match kind.resource {
        Resource::Deployments => deployment(before, object, &mut causes),
        Resource::ReplicaSets => {
            negative(object, &["spec", "replicas"], &mut causes);
            template(object, &mut causes);
        }
        Resource::Pods => containers(object::at(object, &["spec"]), "spec", &mut causes),
        Resource::ConfigMaps | Resource::Secrets => immutable_data(before, object, &mut causes),
        _ => {}
    }
    if causes.is_empty() {
        Ok(())
    } else {
        Err(ApiStatus::invalid(kind, name, &causes))
    }
}

/// A lowercase RFC 1123 subdomain of at most 253 characters.
fn is_subdomain(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

fn negative(object: &Value, path: &[&str], causes: &mut Vec<Cause>) {
    if let Some(value) = object::integer(object, path).filter(|value| *value < 0) {
        causes.push(Cause::invalid(
            &path.join("."),
            &json!(value),
            "must be greater than or equal to 0",
        ));
    }
}

fn deployment(before: Option<&Value>, object: &Value, causes: &mut Vec<Cause>) {
    negative(object, &["spec", "replicas"], causes);
    template(object, causes);
    strategy(object, causes);
    negative(object, &["spec", "minReadySeconds"], causes);
    negative(object, &["spec", "revisionHistoryLimit"], causes);
    negative(object, &["spec", "progressDeadlineSeconds"], causes);
    let min_ready = object::integer(object, &["spec", "minReadySeconds"]).unwrap_or(0);
    if let Some(deadline) = object::integer(object, &["spec", "progressDeadlineSeconds"])
        && deadline <= min_ready
    {
        causes.push(Cause::invalid(
            "spec.progressDeadlineSeconds",
            &json!(deadline),
            "must be greater than minReadySeconds",
        ));
    }
    if let Some(before) = before
        && object::at(before, &["spec", "selector"]) != object::at(object, &["spec", "selector"])
    {
        let selector = object::at(object, &["spec", "selector"]).unwrap_or(&Value::Null);
        causes.push(Cause::invalid("spec.selector", selector, "field is immutable"));
    }
}

/// `immutable: true` can neither be taken back nor be worked around.
fn immutable_data(before: Option<&Value>, object: &Value, causes: &mut Vec<Cause>) {
    let Some(before) = before.filter(|before| object::flag(before, &["immutable"])) else {
        return;
    };
    for field in ["immutable", "data", "binaryData"] {
        if before.get(field) != object.get(field) {
            causes.push(Cause::forbidden(
                field,
                "field is immutable when `immutable` is set",
            ));
        }
    }
}

fn template(object: &Value, causes: &mut Vec<Cause>) {
    let selector = object::at(object, &["spec", "selector"]);
    match selector {
        None | Some(Value::Null) => causes.push(Cause::required("spec.selector", "")),
        Some(selector) => {
            let labels = object::at(object, &["spec", "template", "metadata", "labels"]);
            let parsed = LabelSelector::from_object(selector);
            if parsed.is_empty() {
                causes.push(Cause::invalid(
                    "spec.selector",
                    selector,
                    "empty selector is invalid for deployment",
                ));
            } else if !parsed.matches(labels) {
                causes.push(Cause::invalid(
                    "spec.template.metadata.labels",
                    labels.unwrap_or(&json!({})),
                    "`selector` does not match template `labels`",
                ));
            }
        }
    }
    containers(
        object::at(object, &["spec", "template", "spec"]),
        "spec.template.spec",
        causes,
    );
    let restart = object::text(object, &["spec", "template", "spec", "restartPolicy"]);
    if restart != "Always" {
        causes.push(Cause::not_supported(
            "spec.template.spec.restartPolicy",
            restart,
            &["Always"],
        ));
    }
}

fn containers(spec: Option<&Value>, path: &str, causes: &mut Vec<Cause>) {
    let list = spec
        .map(|spec| object::items(spec, &["containers"]))
        .unwrap_or(&[]);
    if list.is_empty() {
        causes.push(Cause::required(&format!("{path}.containers"), ""));
    }
    let mut names: Vec<&str> = Vec::new();
    for (index, container) in list.iter().enumerate() {
        let name = object::text(container, &["name"]);
        let here = format!("{path}.containers[{index}]");
        if name.is_empty() {
            causes.push(Cause::required(&format!("{here}.name"), ""));
        } else if names.contains(&name) {
            causes.push(Cause {
                kind: "FieldValueDuplicate",
                field: format!("{here}.name"),
                message: format!("Duplicate value: {name:?}"),
            });
        }
        if object::text(container, &["image"]).is_empty() {
            causes.push(Cause::required(&format!("{here}.image"), ""));
        }
        for mount in object::items(container, &["volumeMounts"]) {
            let volume = object::text(mount, &["name"]);
            let known = spec.is_some_and(|spec| {
                object::items(spec, &["volumes"])
                    .iter()
                    .any(|item| object::text(item, &["name"]) == volume)
            });
            if !known && !volume.starts_with("kube-api-access") {
                causes.push(Cause {
                    kind: "FieldValueNotFound",
                    field: format!("{here}.volumeMounts[0].name"),
                    message: format!("Not found: {volume:?}"),
                });
            }
        }
        names.push(name);
    }
}

fn strategy(object: &Value, causes: &mut Vec<Cause>) {
    let rolling = object::at(object, &["spec", "strategy", "rollingUpdate"]).filter(|value| !value.is_null());
    match object::text(object, &["spec", "strategy", "type"]) {
        "Recreate" => {
            if rolling.is_some() {
                causes.push(Cause::forbidden(
                    "spec.strategy.rollingUpdate",
                    "may not be specified when strategy `type` is 'Recreate'",
                ));
            }
        }
        "RollingUpdate" => {
            let Some(rolling) = rolling else {
                causes.push(Cause::required(
                    "spec.strategy.rollingUpdate",
                    "this should be defaulted and never be nil",
                ));
                return;
            };
            let unavailable = limit(rolling, "maxUnavailable", causes);
            let surge = limit(rolling, "maxSurge", causes);
            let value = rolling.get("maxUnavailable").unwrap_or(&Value::Null);
            let field = "spec.strategy.rollingUpdate.maxUnavailable";
            if unavailable == 0 && surge == 0 {
                causes.push(Cause::invalid(field, value, "may not be 0 when `maxSurge` is 0"));
            }
            if value.as_str().is_some() && unavailable > 100 {
                causes.push(Cause::invalid(field, value, "must not be greater than 100%"));
            }
        }
        other => causes.push(Cause::not_supported(
            "spec.strategy",
            other,
            &["Recreate", "RollingUpdate"],
        )),
    }
}

/// The number before the percent sign, or the number itself.
fn limit(rolling: &Value, field: &str, causes: &mut Vec<Cause>) -> i64 {
    let path = format!("spec.strategy.rollingUpdate.{field}");
    let value = rolling.get(field).unwrap_or(&Value::Null);
    match value {
        Value::String(text) => match text
            .strip_suffix('%')
            .and_then(|number| number.parse::<i64>().ok())
        {
            Some(number) if number >= 0 => number,
            _ => {
                causes.push(Cause::invalid(
                    &path,
                    value,
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex \
                     used for validation is '[0-9]+%')",
                ));
                1
            }
        },
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or(0);
            if number < 0 {
                causes.push(Cause::invalid(&path, value, "must be greater than or equal to 0"));
            }
            number
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid() -> Value {
        json!({"metadata": {"name": "web"}, "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "progressDeadlineSeconds": 600,
            "template": {"metadata": {"labels": {"app": "web"}},
                         "spec": {"restartPolicy": "Always", "containers": [{"name": "app", "image": "a:1"}]}}}})
    }

    fn refusal(change: impl FnOnce(&mut Value)) -> String {
        let before = valid();
        let mut object = before.clone();
        change(&mut object);
        let refused = check(Resource::Deployments.kind(), Some(&before), &object).unwrap_err();
        assert_eq!((refused.code, refused.reason), (422, "Invalid"));
        refused.message
    }

    #[test]
    fn a_valid_deployment_passes() {
        assert_eq!(check(Resource::Deployments.kind(), None, &valid()), Ok(()));
    }

    #[test]
    fn the_deadline_must_be_above_min_ready_seconds() {
        let message = refusal(|object| object["spec"]["minReadySeconds"] = json!(600));
        assert_eq!(
            message,
            "Deployment.apps \"web\" is invalid: spec.progressDeadlineSeconds: Invalid value: 600: must be greater than \
             minReadySeconds"
        );
    }

    #[test]
    fn surge_and_unavailable_cannot_both_be_zero() {
        let message = refusal(|object| object["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = json!("0%"));
        assert!(
            message.ends_with("Invalid value: 0: may not be 0 when `maxSurge` is 0"),
            "{message}"
        );
    }

    #[test]
    fn the_selector_never_changes() {
        let message = refusal(|object| {
            object["spec"]["selector"]["matchLabels"] = json!({"app": "other"});
            object["spec"]["template"]["metadata"]["labels"] = json!({"app": "other"});
        });
        assert!(message.ends_with("field is immutable"), "{message}");
    }

    #[test]
    fn recreate_with_rolling_update_is_refused() {
        let message = refusal(|object| object["spec"]["strategy"]["type"] = json!("Recreate"));
        assert!(
            message.contains("may not be specified when strategy `type` is 'Recreate'"),
            "{message}"
        );
    }
}
