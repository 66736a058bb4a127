//! Who wrote which field: `metadata.managedFields`, kept the way the server keeps it, coarser inside lists.
//!
//! A field set is a set of paths; lists with a merge key (containers, env, volumes …) go by that key, every other list
//! is one field.

use crate::api_status::ApiStatus;
use crate::object;
use crate::strategic::merge_key;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A path in `fieldsV1` notation: `f:spec`, `k:{"name":"app"}`.
type Path = Vec<String>;

/// Metadata the server writes; nobody owns it.
const SYSTEM: &[&str] = &[
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
    "generateName",
];

/// Who writes, and how.
#[derive(Clone, Debug)]
pub struct Writer<'a> {
    /// Field manager.
    pub manager: &'a str,
    /// "Update" or "Apply".
    pub operation: &'static str,
    /// Subresource written through, or "".
    pub subresource: &'a str,
    /// Time of the write, RFC 3339.
    pub time: &'a str,
}

/// The leaf fields of an object with their values.
pub fn leaves(object: &Value) -> BTreeMap<Path, Value> {
    let mut found = BTreeMap::new();
    let service = object::text(object, &["kind"]) == "Service";
    if let Some(fields) = object.as_object() {
        for (key, value) in fields {
            match key.as_str() {
                "apiVersion" | "kind" => {}
                "metadata" => {
                    for (field, value) in value.as_object().into_iter().flatten() {
                        if !SYSTEM.contains(&field.as_str()) {
                            collect(
                                value,
                                field,
                                &mut vec!["f:metadata".into(), format!("f:{field}")],
                                &mut found,
                                service,
                            );
                        }
                    }
                }
                _ => collect(value, key, &mut vec![format!("f:{key}")], &mut found, service),
            }
        }
    }
    found
}

fn collect(value: &Value, field: &str, path: &mut Path, found: &mut BTreeMap<Path, Value>, service: bool) {
    match value {
        Value::Object(map) if !map.is_empty() && field != "selector" => {
            for (key, value) in map {
                path.push(format!("f:{key}"));
                collect(value, key, path, found, service);
                path.pop();
            }
        }
        Value::Array(list) if merge_key(field, service).is_some() => {
            let key = merge_key(field, service).unwrap_or("name");
            for item in list {
                path.push(format!("k:{}", json!({key: item.get(key)})));
                collect(item, "", path, found, service);
                path.pop();
            }
        }
        _ => {
            found.insert(path.clone(), value.clone());
        }
    }
}

fn encode(paths: &BTreeSet<Path>) -> Value {
    let mut root = Value::Object(Map::new());
    for path in paths {
        let mut here = &mut root;
        for step in path {
            here = object::map(here).entry(step.clone()).or_insert_with(|| json!({}));
        }
    }
    root
}

fn decode(fields: &Value) -> BTreeSet<Path> {
    fn walk(value: &Value, path: &mut Path, paths: &mut BTreeSet<Path>) {
        match value.as_object() {
            Some(map) if !map.is_empty() => {
                for (key, value) in map {
                    path.push(key.clone());
                    walk(value, path, paths);
                    path.pop();
                }
            }
            _ => {
                paths.insert(path.clone());
            }
        }
    }
    let mut paths = BTreeSet::new();
    if fields.as_object().is_some_and(|map| !map.is_empty()) {
        walk(fields, &mut Vec::new(), &mut paths);
    }
    paths
}

fn entries(object: &Value) -> Vec<Value> {
    object::items(object, &["metadata", "managedFields"]).to_vec()
}

fn is_writers(entry: &Value, writer: &Writer<'_>) -> bool {
    object::text(entry, &["manager"]) == writer.manager
        && object::text(entry, &["operation"]) == writer.operation
        && object::text(entry, &["subresource"]) == writer.subresource
}

fn write_entry(entries: &mut Vec<Value>, writer: &Writer<'_>, api_version: &str, paths: &BTreeSet<Path>) {
    let position = entries.iter().position(|entry| is_writers(entry, writer));
    if paths.is_empty() {
        if let Some(position) = position {
            entries.remove(position);
        }
        return;
    }
    let mut entry = json!({
        "manager": writer.manager, "operation": writer.operation, "apiVersion": api_version,
        "time": writer.time, "fieldsType": "FieldsV1", "fieldsV1": encode(paths),
    });
    if !writer.subresource.is_empty() {
        entry["subresource"] = json!(writer.subresource);
    }
    match position {
        Some(position) => entries[position] = entry,
        None => entries.push(entry),
    }
}

/// Notes an update: the writer owns what it changed, the others lose it; what is gone belongs to nobody.
pub fn record_update(before: Option<&Value>, after: &mut Value, writer: &Writer<'_>) {
    let old = before.map(leaves).unwrap_or_default();
    let new = leaves(after);
    let changed: BTreeSet<Path> = new
        .iter()
        .filter(|(path, value)| old.get(*path) != Some(value))
        .map(|(path, _)| path.clone())
        .collect();
    let gone = old.keys().any(|path| !new.contains_key(path));
    let mut list = before.map(entries).unwrap_or_default();
    if !changed.is_empty() || gone {
        let mut own = BTreeSet::new();
        for index in (0..list.len()).rev() {
            let mine = is_writers(&list[index], writer);
            let mut paths = decode(&list[index]["fieldsV1"]);
            let size = paths.len();
            paths.retain(|path| new.contains_key(path) && (mine || !changed.contains(path)));
            if mine {
                own = paths;
            } else if paths.is_empty() {
                list.remove(index);
            } else if paths.len() != size {
                list[index]["fieldsV1"] = encode(&paths);
            }
        }
        own.extend(changed);
        let api_version = object::text(after, &["apiVersion"]).to_owned();
        write_entry(&mut list, writer, &api_version, &own);
    }
    if list.is_empty() {
        object::remove(after, &["metadata", "managedFields"]);
    } else {
        object::set(after, &["metadata", "managedFields"], Value::Array(list));
    }
}

fn readable(path: &Path) -> String {
    path.iter()
        .map(|step| match step.strip_prefix("f:") {
            Some(field) => format!(".{field}"),
            None => format!("[{}]", keyed(step.trim_start_matches("k:"))),
        })
        .collect()
}

fn keyed(key: &str) -> String {
    let parsed: Value = serde_json::from_str(key).unwrap_or(Value::Null);
    parsed
        .as_object()
        .map(|map| {
            map.iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect::<Vec<_>>()
                .join(",")
        })
        .unwrap_or_default()
}

/// Server-side apply: merges `config` into the object, removes what the same manager applied before and does no longer,
/// and keeps the others' fields.
///
/// # Errors
/// 409 naming the managers, when the config changes fields that others own and `force` is off.
pub fn apply(
    before: Option<&Value>,
    config: &Value,
    writer: &Writer<'_>,
    force: bool,
) -> Result<Value, ApiStatus> {
    let wanted = leaves(config);
    let old = before.map(leaves).unwrap_or_default();
    let mut list = before.map(entries).unwrap_or_default();
    let mut conflicts: Vec<(usize, Path)> = Vec::new();
    for (index, entry) in list.iter().enumerate() {
        if is_writers(entry, writer) {
            continue;
        }
        for path in decode(&entry["fieldsV1"]) {
            if wanted
                .get(&path)
                .is_some_and(|value| old.get(&path) != Some(value))
            {
                conflicts.push((index, path));
            }
        }
    }
    if !conflicts.is_empty() && !force {
        return Err(conflict_error(&list, &conflicts));
    }

    let previous = list
        .iter()
        .find(|entry| is_writers(entry, writer))
        .map(|entry| decode(&entry["fieldsV1"]))
        .unwrap_or_default();
    let service = object::text(config, &["kind"]) == "Service";
    let mut result = before.cloned().unwrap_or_else(|| json!({}));
    for path in previous.iter().filter(|path| !wanted.contains_key(*path)) {
        let shared = list
            .iter()
            .any(|entry| !is_writers(entry, writer) && decode(&entry["fieldsV1"]).contains(path));
        if !shared {
            remove_path(&mut result, path);
        }
    }
    let mut patch = config.clone();
    for field in SYSTEM
        .iter()
        .filter(|field| !["name", "namespace"].contains(field))
    {
        object::remove(&mut patch, &["metadata", field]);
    }
    result = crate::strategic::strategic_merge_patch(&result, &patch, service);

    for (index, path) in &conflicts {
        let mut paths = decode(&list[*index]["fieldsV1"]);
        paths.remove(path);
        list[*index]["fieldsV1"] = encode(&paths);
    }
    list.retain(|entry| {
        entry["fieldsV1"]
            .as_object()
            .is_some_and(|fields| !fields.is_empty())
    });
    let api_version = object::text(config, &["apiVersion"]).to_owned();
    write_entry(&mut list, writer, &api_version, &wanted.into_keys().collect());
    object::set(&mut result, &["metadata", "managedFields"], Value::Array(list));
    Ok(result)
}

fn conflict_error(list: &[Value], conflicts: &[(usize, Path)]) -> ApiStatus {
    let manager = |index: usize| {
        let entry = &list[index];
        let mut name = format!("{:?}", object::text(entry, &["manager"]));
        let subresource = object::text(entry, &["subresource"]);
        if !subresource.is_empty() {
            name.push_str(&format!(" with subresource {subresource:?}"));
        }
        if object::text(entry, &["operation"]) == "Update" {
            name.push_str(&format!(
                " using {} at {}",
                object::text(entry, &["apiVersion"]),
                object::text(entry, &["time"])
            ));
        }
        name
    };
    let causes = conflicts
        .iter()
        .map(|(index, path)| {
            json!({"reason": "FieldManagerConflict", "message": format!("conflict with {}", manager(*index)), "field": readable(path)})
        })
        .collect();
    let message = match conflicts {
        [(index, path)] => {
            format!(
                "Apply failed with 1 conflict: conflict with {}: {}",
                manager(*index),
                readable(path)
            )
        }
        many => {
            let mut by_manager: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (index, path) in many {
                by_manager
                    .entry(manager(*index))
                    .or_default()
                    .push(format!("- {}", readable(path)));
            }
            let text: Vec<String> = by_manager
                .into_iter()
                .map(|(manager, paths)| format!("conflicts with {manager}:\n{}", paths.join("\n")))
                .collect();
            format!("Apply failed with {} conflicts: {}", many.len(), text.join("\n"))
        }
    };
    ApiStatus::apply_conflict(message, causes)
}

/// Removes a field, and list elements that have nothing left but their key.
fn remove_path(object: &mut Value, path: &[String]) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    if let Some(field) = step.strip_prefix("f:") {
        if rest.is_empty() {
            if let Some(map) = object.as_object_mut() {
                map.remove(field);
            }
        } else if let Some(next) = object.get_mut(field) {
            remove_path(next, rest);
            let empty = match next {
                Value::Array(list) => list.is_empty(),
                Value::Object(map) => map.is_empty(),
                _ => false,
            };
            if empty && let Some(map) = object.as_object_mut() {
                map.remove(field);
            }
        }
    } else if let (Some(key), Some(list)) = (step.strip_prefix("k:"), object.as_array_mut()) {
        let key: Value = serde_json::from_str(key).unwrap_or(Value::Null);
        let Some((field, value)) = key.as_object().and_then(|map| map.iter().next()) else {
            return;
        };
        if let Some(position) = list.iter().position(|item| item.get(field) == Some(value)) {
            remove_path(&mut list[position], rest);
            if list[position].as_object().is_none_or(Map::is_empty) {
                list.remove(position);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(manager: &'static str, operation: &'static str) -> Writer<'static> {
        Writer {
            manager,
            operation,
            subresource: "",
            time: "2026-01-01T00:00:00Z",
        }
    }

    fn deployment(image: &str) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
               "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "app", "image": image}]}}}})
    }

    fn owners(object: &Value) -> Vec<(String, usize)> {
        entries(object)
            .iter()
            .map(|entry| {
                (
                    object::text(entry, &["manager"]).to_owned(),
                    decode(&entry["fieldsV1"]).len(),
                )
            })
            .collect()
    }

    #[test]
    fn a_changed_field_moves_to_who_changed_it() {
        let mut made = deployment("a:1");
        record_update(None, &mut made, &writer("kubectl", "Update"));
        assert_eq!(owners(&made), [("kubectl".to_owned(), 3)]);
        let mut changed = deployment("a:2");
        record_update(Some(&made), &mut changed, &writer("ci", "Update"));
        assert_eq!(
            owners(&changed),
            [("kubectl".to_owned(), 2), ("ci".to_owned(), 1)]
        );
    }

    #[test]
    fn applying_over_somebody_elses_field_names_them_and_force_takes_it() {
        let mut made = deployment("a:1");
        record_update(None, &mut made, &writer("slipway", "Update"));
        let config = deployment("a:2");
        let refused = apply(Some(&made), &config, &writer("gitops", "Apply"), false).unwrap_err();
        assert_eq!(refused.code, 409);
        assert!(
            refused.message.contains("\"slipway\" using apps/v1"),
            "{}",
            refused.message
        );
        assert!(
            refused
                .message
                .contains(".spec.template.spec.containers[name=\"app\"].image"),
            "{}",
            refused.message
        );
        let forced = apply(Some(&made), &config, &writer("gitops", "Apply"), true).unwrap();
        assert_eq!(
            forced["spec"]["template"]["spec"]["containers"][0]["image"],
            "a:2"
        );
    }

    #[test]
    fn what_a_manager_no_longer_applies_is_removed() {
        let first = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1", "b": "2"}});
        let made = apply(None, &first, &writer("gitops", "Apply"), false).unwrap();
        let second =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}});
        let applied = apply(Some(&made), &second, &writer("gitops", "Apply"), false).unwrap();
        assert_eq!(applied["data"], json!({"a": "1"}));
    }
}
