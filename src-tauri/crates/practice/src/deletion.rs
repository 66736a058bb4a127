//! Deletions through the API: preconditions, grace, finalizers, and what becomes of owned objects.

use crate::api_server::Outcome;
use crate::api_status::ApiStatus;
use crate::call::Body;
use crate::kinds::{KINDS, Resource};
use crate::object;
use crate::request::{Query, Target};
use crate::selector::{FieldSelector, LabelSelector};
use crate::store::Key;
use crate::world::World;
use crate::writes::decode;
use serde_json::{Value, json};

impl World {
    pub(crate) fn delete(&mut self, target: &Target, query: &Query, body: Body<'_>) -> Outcome {
        let options: Value = if body.is_empty() {
            Value::Null
        } else {
            decode(body)?
        };
        let before = self.existing(target)?;
        for (field, what) in [("uid", "UID"), ("resourceVersion", "ResourceVersion")] {
            if let Some(wanted) = options
                .pointer(&format!("/preconditions/{field}"))
                .and_then(Value::as_str)
            {
                let found = object::text(&before, &["metadata", field]);
                if wanted != found {
                    let why = format!(
                        "the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). \
                         The object might have been deleted and then recreated"
                    );
                    return Err(ApiStatus::conflict(target.kind, &target.name, &why));
                }
            }
        }
        let dry = query.get("dryRun").is_some()
            || object::items(&options, &["dryRun"])
                .iter()
                .any(|value| value.as_str() == Some("All"));
        if !dry {
            let policy = options
                .get("propagationPolicy")
                .and_then(Value::as_str)
                .or(query.get("propagationPolicy"));
            if policy == Some("Orphan") {
                self.orphan_owned(object::uid(&before));
            }
            self.remove_object(
                &Key::new(target.kind.resource, &target.namespace, &target.name),
                object::integer(&options, &["gracePeriodSeconds"]),
            );
        }
        if target.kind.resource == Resource::Pods || target.kind.resource == Resource::Namespaces {
            let last = self.existing(target).unwrap_or(before);
            return Ok((200, (*last).clone()));
        }
        let mut details =
            json!({"name": target.name, "kind": target.kind.plural, "uid": object::uid(&before)});
        if !target.kind.group.is_empty() {
            details["group"] = json!(target.kind.group);
        }
        Ok((
            200,
            json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}),
        ))
    }

    pub(crate) fn delete_collection(&mut self, target: &Target, query: &Query, body: Body<'_>) -> Outcome {
        let labels =
            LabelSelector::parse(query.get("labelSelector").unwrap_or("")).map_err(ApiStatus::bad_request)?;
        let fields =
            FieldSelector::parse(query.get("fieldSelector").unwrap_or("")).map_err(ApiStatus::bad_request)?;
        let namespace = (!target.namespace.is_empty()).then_some(target.namespace.as_str());
        let keys: Vec<Key> = self
            .store
            .list(target.kind.resource, namespace)
            .filter(|(_, object)| labels.matches_object(object) && fields.matches(object))
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            let one = Target {
                name: key.name,
                namespace: key.namespace,
                ..target.clone()
            };
            self.delete(&one, query, body)?;
        }
        Ok((
            200,
            json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}),
        ))
    }

    /// Takes the owner out of what it owns, so that nothing follows its deletion.
    fn orphan_owned(&mut self, owner: &str) {
        for kind in KINDS.iter().filter(|kind| kind.stored) {
            let owned: Vec<(Key, Value)> = self
                .store
                .list(kind.resource, None)
                .filter(|(_, object)| {
                    let owners = object::items(object, &["metadata", "ownerReferences"]);
                    owners.iter().any(|one| object::text(one, &["uid"]) == owner)
                })
                .map(|(key, object)| (key.clone(), (**object).clone()))
                .collect();
            for (key, mut object) in owned {
                let left: Vec<Value> = object::items(&object, &["metadata", "ownerReferences"])
                    .iter()
                    .filter(|one| object::text(one, &["uid"]) != owner)
                    .cloned()
                    .collect();
                object::set(&mut object, &["metadata", "ownerReferences"], Value::Array(left));
                self.store.put(key, object);
            }
        }
    }

    /// Deletes an object, or begins to: pods end after a grace period, namespaces when they are empty, and anything with
    /// finalizers when these are gone. Owned objects follow in the background.
    pub(crate) fn remove_object(&mut self, key: &Key, grace_seconds: Option<i64>) {
        let Some(object) = self.store.get(key).cloned() else {
            return;
        };
        let waits = !object::items(&object, &["metadata", "finalizers"]).is_empty()
            || key.resource == Resource::Namespaces
            || (key.resource == Resource::Pods
                && grace_seconds != Some(0)
                && !object::text(&object, &["spec", "nodeName"]).is_empty());
        if !waits {
            self.store.delete(key);
        } else if !object::is_deleting(&object) {
            let mut marked = (*object).clone();
            let time = self.clock.seconds();
            object::set(&mut marked, &["metadata", "deletionTimestamp"], json!(time));
            if key.resource == Resource::Pods {
                let grace = grace_seconds
                    .or_else(|| object::integer(&object, &["spec", "terminationGracePeriodSeconds"]))
                    .unwrap_or(30);
                object::set(
                    &mut marked,
                    &["metadata", "deletionGracePeriodSeconds"],
                    json!(grace),
                );
            } else if key.resource == Resource::Namespaces {
                object::set(&mut marked, &["status", "phase"], json!("Terminating"));
            }
            self.store.put(key.clone(), marked);
        }
    }
}
