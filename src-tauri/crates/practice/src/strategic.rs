//! Strategic merge patch, for the lists that clients patch: merged by key where Kubernetes' types say so.

use serde_json::{Map, Value};

/// The key by which a list of objects is merged, from the field's name; `None`: the list is replaced as a whole.
///
/// From the `patchMergeKey` tags of the core and apps types. `ports` means container ports here; a Service's ports
/// are merged by `port`, which the caller's kind decides.
pub fn merge_key(field: &str, service: bool) -> Option<&'static str> {
    Some(match field {
        "containers" | "initContainers" | "ephemeralContainers" | "volumes" | "env" | "imagePullSecrets" => {
            "name"
        }
        "volumeMounts" => "mountPath",
        "ports" if service => "port",
        "ports" => "containerPort",
        "hostAliases" => "ip",
        "topologySpreadConstraints" => "topologyKey",
        "conditions" => "type",
        "ownerReferences" => "uid",
        _ => return None,
    })
}

/// Applies a strategic merge patch. `$patch: delete` and `$patch: replace` are honoured, `$retainKeys` limits the keys of
/// a map, `$setElementOrder/…` and `$deleteFromPrimitiveList/…` are used by kubectl and honoured as far as order matters not.
pub fn strategic_merge_patch(object: &Value, patch: &Value, service: bool) -> Value {
    merge(object, patch, service)
}

fn merge(object: &Value, patch: &Value, service: bool) -> Value {
    let Value::Object(changes) = patch else {
        return patch.clone();
    };
    if changes.get("$patch").and_then(Value::as_str) == Some("replace") {
        let mut replaced = changes.clone();
        replaced.remove("$patch");
        return Value::Object(replaced);
    }
    let mut result = object.as_object().cloned().unwrap_or_default();
    if let Some(retained) = changes.get("$retainKeys").and_then(Value::as_array) {
        result.retain(|key, _| retained.iter().any(|kept| kept.as_str() == Some(key)));
    }
    for (key, change) in changes {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
            drop_primitives(&mut result, list, change);
        } else if key.starts_with('$') {
            continue;
        } else if change.is_null() {
            result.remove(key);
        } else {
            let before = result.get(key).cloned().unwrap_or(Value::Null);
            result.insert(key.clone(), merge_field(key, &before, change, service));
        }
    }
    Value::Object(result)
}

fn drop_primitives(result: &mut Map<String, Value>, list: &str, dropped: &Value) {
    if let (Some(Value::Array(values)), Some(dropped)) = (result.get_mut(list), dropped.as_array()) {
        values.retain(|value| !dropped.contains(value));
    }
}

fn merge_field(field: &str, before: &Value, change: &Value, service: bool) -> Value {
    match change {
        Value::Array(changes) => {
            let key = merge_key(field, service);
            let keyed = |list: &[Value], key: &str| list.iter().all(|item| item.get(key).is_some());
            match key {
                Some(key) if keyed(changes, key) => Value::Array(merge_list(
                    before.as_array().map_or(&[], Vec::as_slice),
                    changes,
                    key,
                    service,
                )),
                Some(key) if changes.iter().any(|item| item.get("$patch").is_some()) => {
                    // `{"$patch": "replace"}` as an element replaces the whole list.
                    let kept: Vec<Value> = changes
                        .iter()
                        .filter(|item| item.get(key).is_some())
                        .cloned()
                        .collect();
                    Value::Array(kept)
                }
                _ if field == "finalizers" => {
                    let mut list = before.as_array().cloned().unwrap_or_default();
                    for value in changes {
                        if !list.contains(value) {
                            list.push(value.clone());
                        }
                    }
                    Value::Array(list)
                }
                _ => change.clone(),
            }
        }
        Value::Object(_) => merge(before, change, service),
        _ => change.clone(),
    }
}

fn merge_list(before: &[Value], changes: &[Value], key: &str, service: bool) -> Vec<Value> {
    let mut result = before.to_vec();
    for change in changes {
        let same = |item: &Value| item.get(key) == change.get(key);
        let deleted = change.get("$patch").and_then(Value::as_str) == Some("delete");
        match result.iter().position(same) {
            Some(position) if deleted => {
                result.remove(position);
            }
            Some(position) => result[position] = merge(&result[position], change, service),
            None if deleted => {}
            None => result.push(merge(&Value::Null, change, service)),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn containers_are_merged_by_name_and_new_ones_are_appended() {
        let object =
            json!({"containers": [{"name": "app", "image": "a:1", "env": [{"name": "X", "value": "1"}]}]});
        let patch =
            json!({"containers": [{"name": "app", "image": "a:2"}, {"name": "proxy", "image": "p:1"}]});
        assert_eq!(
            strategic_merge_patch(&object, &patch, false),
            json!({"containers": [
                {"name": "app", "image": "a:2", "env": [{"name": "X", "value": "1"}]},
                {"name": "proxy", "image": "p:1"},
            ]})
        );
    }

    #[test]
    fn a_delete_directive_removes_one_element_and_null_removes_a_field() {
        let object = json!({"containers": [{"name": "app"}, {"name": "proxy"}], "paused": true});
        let patch = json!({"containers": [{"name": "proxy", "$patch": "delete"}], "paused": null});
        assert_eq!(
            strategic_merge_patch(&object, &patch, false),
            json!({"containers": [{"name": "app"}]})
        );
    }

    #[test]
    fn lists_without_a_merge_key_are_replaced() {
        let patched = strategic_merge_patch(&json!({"args": ["a", "b"]}), &json!({"args": ["c"]}), false);
        assert_eq!(patched, json!({"args": ["c"]}));
    }
}
