//! JSON Patch and merge patch with the API server's own semantics.
//!
//! The server does not follow RFC 6902 to the letter, and holds depend on where it differs: a `test` of null passes
//! on an absent key, `replace` of an absent key of a map adds it, negative array indices count from the end.

use serde_json::{Map, Value};

/// The server accepts no more operations in one JSON Patch.
const MAX_OPERATIONS: usize = 10_000;

/// Why a patch was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchError {
    /// The body is not a patch: 400.
    Malformed(String),
    /// The patch does not fit the object, or a `test` failed: 422 without detail.
    DoesNotApply(String),
}

/// Applies a JSON Patch to a copy of the object.
///
/// # Errors
/// [`PatchError`]; the object is untouched.
pub fn json_patch(object: &Value, patch: &Value) -> Result<Value, PatchError> {
    let operations = patch
        .as_array()
        .ok_or_else(|| PatchError::Malformed("a JSON Patch is an array of operations".into()))?;
    if operations.len() > MAX_OPERATIONS {
        return Err(PatchError::Malformed(format!(
            "The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {}",
            operations.len()
        )));
    }
    let mut result = object.clone();
    for operation in operations {
        apply(&mut result, operation)?;
    }
    Ok(result)
}

fn apply(document: &mut Value, operation: &Value) -> Result<(), PatchError> {
    let field = |name: &str| operation.get(name).and_then(Value::as_str);
    let kind = field("op").ok_or_else(|| PatchError::Malformed("an operation has no op".into()))?;
    let path = field("path").ok_or_else(|| PatchError::Malformed("an operation has no path".into()))?;
    let value = operation.get("value");
    match kind {
        "test" => test(document, path, value),
        "add" => add(document, path, value.cloned().unwrap_or(Value::Null)),
        "replace" => replace(document, path, value.cloned().unwrap_or(Value::Null)),
        "remove" => remove(document, path).map(|_| ()),
        "move" => {
            let from = field("from").ok_or_else(|| PatchError::Malformed("move without from".into()))?;
            let moved = remove(document, from)?;
            add(document, path, moved)
        }
        "copy" => {
            let from = field("from").ok_or_else(|| PatchError::Malformed("copy without from".into()))?;
            let copied = read(document, from).cloned().ok_or_else(|| missing(from))?;
            add(document, path, copied)
        }
        other => Err(PatchError::DoesNotApply(format!("unexpected kind: {other}"))),
    }
}

fn missing(path: &str) -> PatchError {
    PatchError::DoesNotApply(format!("doc is missing path: {path}"))
}

fn steps(path: &str) -> Result<Vec<String>, PatchError> {
    let mut parts = path.split('/');
    match parts.next() {
        Some("") => Ok(parts
            .map(|part| part.replace("~1", "/").replace("~0", "~"))
            .collect()),
        _ => Err(missing(path)),
    }
}

fn index(list_length: usize, step: &str) -> Option<usize> {
    let position: i64 = step.parse().ok()?;
    let length = i64::try_from(list_length).ok()?;
    let position = if position < 0 { position + length } else { position };
    usize::try_from(position).ok()
}

fn child<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(step),
        Value::Array(list) => list.get(index(list.len(), step)?),
        _ => None,
    }
}

fn read<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    steps(path)
        .ok()?
        .iter()
        .try_fold(document, |value, step| child(value, step))
}

/// The container of the last step, and the last step.
fn container<'a>(document: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), PatchError> {
    let mut parts = steps(path)?;
    let last = parts.pop().ok_or_else(|| missing(path))?;
    let mut here = document;
    for step in &parts {
        here = match here {
            Value::Object(map) => map.get_mut(step),
            Value::Array(list) => index(list.len(), step).and_then(|position| list.get_mut(position)),
            _ => None,
        }
        .ok_or_else(|| missing(path))?;
    }
    if here.is_object() || here.is_array() {
        Ok((here, last))
    } else {
        Err(missing(path))
    }
}

fn test(document: &mut Value, path: &str, wanted: Option<&Value>) -> Result<(), PatchError> {
    let failed = || PatchError::DoesNotApply(format!("testing value {path} failed"));
    let wanted = wanted.unwrap_or(&Value::Null);
    if path.is_empty() {
        return if document == wanted { Ok(()) } else { Err(failed()) };
    }
    let (parent, last) = container(document, path)?;
    let found = match parent {
        Value::Object(map) => map.get(&last).unwrap_or(&Value::Null),
        Value::Array(list) => index(list.len(), &last)
            .and_then(|position| list.get(position))
            .ok_or_else(|| missing(path))?,
        _ => return Err(missing(path)),
    };
    if found == wanted { Ok(()) } else { Err(failed()) }
}

fn add(document: &mut Value, path: &str, value: Value) -> Result<(), PatchError> {
    let (parent, last) = container(document, path)?;
    match parent {
        Value::Object(map) => {
            map.insert(last, value);
            Ok(())
        }
        Value::Array(list) if last == "-" => {
            list.push(value);
            Ok(())
        }
        Value::Array(list) => {
            // Negative indices count from behind the new element.
            let position = index(list.len() + usize::from(last.starts_with('-')), &last)
                .filter(|position| *position <= list.len())
                .ok_or_else(|| missing(path))?;
            list.insert(position, value);
            Ok(())
        }
        _ => Err(missing(path)),
    }
}

fn replace(document: &mut Value, path: &str, value: Value) -> Result<(), PatchError> {
    if path.is_empty() {
        *document = value;
        return Ok(());
    }
    let (parent, last) = container(document, path)?;
    match parent {
        Value::Object(map) => {
            map.insert(last, value);
            Ok(())
        }
        Value::Array(list) => {
            let place = index(list.len(), &last)
                .and_then(|position| list.get_mut(position))
                .ok_or_else(|| missing(path))?;
            *place = value;
            Ok(())
        }
        _ => Err(missing(path)),
    }
}

fn remove(document: &mut Value, path: &str) -> Result<Value, PatchError> {
    let (parent, last) = container(document, path)?;
    match parent {
        Value::Object(map) => map.remove(&last).ok_or_else(|| missing(path)),
        Value::Array(list) => index(list.len(), &last)
            .filter(|position| *position < list.len())
            .map(|position| list.remove(position))
            .ok_or_else(|| missing(path)),
        _ => Err(missing(path)),
    }
}

/// Applies a merge patch (RFC 7386): null removes, maps merge, everything else replaces.
pub fn merge_patch(object: &Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else {
        return patch.clone();
    };
    let mut result = match object {
        Value::Object(map) => map.clone(),
        _ => Map::new(),
    };
    for (key, change) in changes {
        if change.is_null() {
            result.remove(key);
        } else {
            let merged = merge_patch(result.get(key).unwrap_or(&Value::Null), change);
            result.insert(key.clone(), merged);
        }
    }
    Value::Object(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn refused(object: &Value, patch: Value) -> bool {
        matches!(json_patch(object, &patch), Err(PatchError::DoesNotApply(_)))
    }

    #[test]
    fn a_test_of_null_passes_on_an_absent_key_but_not_under_an_absent_map() {
        let object = json!({"metadata": {"name": "web"}});
        let key = |path: &str| json!([{"op": "test", "path": path, "value": null}]);
        assert_eq!(
            json_patch(&object, &key("/metadata/annotations")).unwrap(),
            object
        );
        assert!(refused(
            &object,
            key("/metadata/annotations/slipway.dev~1operation")
        ));
        assert!(refused(&object, key("/metadata/name")));
    }

    #[test]
    fn a_test_of_zero_on_an_absent_field_is_refused() {
        assert!(refused(
            &json!({"spec": {}}),
            json!([{"op": "test", "path": "/spec/minReadySeconds", "value": 0}])
        ));
    }

    #[test]
    fn a_test_compares_whole_values() {
        let object = json!({"metadata": {"annotations": {"a/b": "1", "c": "2"}}});
        assert!(refused(
            &object,
            json!([{"op": "test", "path": "/metadata/annotations", "value": {"a/b": "1"}}])
        ));
        assert!(
            json_patch(
                &object,
                &json!([{"op": "test", "path": "/metadata/annotations/a~1b", "value": "1"}])
            )
            .is_ok()
        );
    }

    #[test]
    fn replacing_an_absent_key_of_a_map_adds_it_and_removing_one_is_refused() {
        let object = json!({"spec": {}});
        let patched = json_patch(
            &object,
            &json!([{"op": "replace", "path": "/spec/paused", "value": true}]),
        );
        assert_eq!(patched.unwrap(), json!({"spec": {"paused": true}}));
        assert!(refused(
            &object,
            json!([{"op": "remove", "path": "/spec/paused"}])
        ));
    }

    #[test]
    fn a_refused_patch_changes_nothing_even_after_operations_that_applied() {
        let object = json!({"a": 1});
        let patch =
            json!([{"op": "add", "path": "/b", "value": 2}, {"op": "test", "path": "/a", "value": 2}]);
        assert!(refused(&object, patch));
    }

    #[test]
    fn arrays_take_dash_positions_and_negative_positions() {
        let object = json!({"list": [1, 2]});
        let patch =
            |path: &str| json_patch(&object, &json!([{"op": "add", "path": path, "value": 9}])).unwrap();
        assert_eq!(patch("/list/-"), json!({"list": [1, 2, 9]}));
        assert_eq!(patch("/list/0"), json!({"list": [9, 1, 2]}));
        assert_eq!(patch("/list/-1"), json!({"list": [1, 2, 9]}));
        assert!(refused(
            &object,
            json!([{"op": "add", "path": "/list/5", "value": 9}])
        ));
    }

    #[test]
    fn a_merge_patch_removes_by_null_and_merges_maps() {
        let object = json!({"spec": {"a": 1, "b": {"c": 2}}, "list": [1]});
        let patch = json!({"spec": {"a": null, "b": {"d": 3}}, "list": [2]});
        assert_eq!(
            merge_patch(&object, &patch),
            json!({"spec": {"b": {"c": 2, "d": 3}}, "list": [2]})
        );
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-c/~]{1,2}", inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_added_under_any_key_is_found_by_test_and_gone_after_remove(
            key in "[a-c/~]{1,3}", value in value(), object in value(),
        ) {
            let object = json!({"root": object, "map": {}});
            let path = format!("/map/{}", key.replace('~', "~0").replace('/', "~1"));
            let added = json_patch(&object, &json!([{"op": "add", "path": path, "value": value}])).unwrap();
            let tested = json_patch(&added, &json!([{"op": "test", "path": path, "value": value}])).unwrap();
            let removed = json_patch(&tested, &json!([{"op": "remove", "path": path}])).unwrap();
            prop_assert_eq!(removed, object);
        }

        #[test]
        fn an_empty_merge_patch_changes_nothing(object in value()) {
            let object = json!({"root": object});
            prop_assert_eq!(merge_patch(&object, &json!({})), object);
        }
    }
}
