//! Writes through the API: create, update and patch, with the server's order of checks.

use crate::api_server::Outcome;
use crate::api_status::ApiStatus;
use crate::call::{Body, Call};
use crate::kinds::Resource;
use crate::managed_fields::{self, Writer};
use crate::object;
use crate::patch::{self, PatchError};
use crate::request::{Query, Target};
use crate::store::Key;
use crate::world::World;
use crate::{defaults, scale, schema, strategic, validation};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What of a write does not depend on the object.
struct Options<'a> {
    manager: String,
    operation: &'static str,
    subresource: &'a str,
    dry_run: bool,
    /// Unknown fields are refused, not dropped.
    strict: bool,
}

impl World {
    pub(crate) fn create(&mut self, target: &Target, query: &Query, call: &Call<'_>) -> Outcome {
        let mut object = decode(call.body)?;
        if object::name(&object).is_empty() {
            let prefix = object::text(&object, &["metadata", "generateName"]).to_owned();
            if !prefix.is_empty() {
                let name = format!("{prefix}{}", self.name_suffix());
                object::set(&mut object, &["metadata", "name"], json!(name));
            }
        }
        let options = options(query, call, "Update", "")?;
        self.insert(target, object, &options)
    }

    fn insert(&mut self, target: &Target, object: Value, options: &Options<'_>) -> Outcome {
        let kind = target.kind;
        let mut object = self.prepare(target, object, options.strict)?;
        let name = object::name(&object).to_owned();
        for field in [
            "uid",
            "resourceVersion",
            "creationTimestamp",
            "generation",
            "managedFields",
            "deletionTimestamp",
        ] {
            if field != "managedFields" || options.operation != "Apply" {
                object::remove(&mut object, &["metadata", field]);
            }
        }
        if kind.has_status() && kind.resource != Resource::Nodes && kind.resource != Resource::Namespaces {
            object::set(&mut object, &["status"], json!({}));
        }
        if kind.resource == Resource::Pods {
            object::set(
                &mut object,
                &["status"],
                json!({"phase": "Pending", "qosClass": "Burstable"}),
            );
        }
        validation::check(kind, None, &object)?;
        if kind.namespaced {
            let namespace = Key::new(Resource::Namespaces, "", &target.namespace);
            let found = self
                .store
                .get(&namespace)
                .ok_or_else(|| ApiStatus::not_found(Resource::Namespaces.kind(), &target.namespace))?;
            if object::is_deleting(found) {
                let why = format!(
                    "unable to create new content in namespace {} because it is being terminated",
                    target.namespace
                );
                return Err(ApiStatus::refused(kind, &name, &why));
            }
        }
        let key = Key::new(kind.resource, &target.namespace, &name);
        if self.store.get(&key).is_some() {
            return Err(ApiStatus::already_exists(kind, &name));
        }
        if kind.resource == Resource::Pods {
            self.admit_pod(&target.namespace, &name)?;
        }
        if kind.resource == Resource::Services && object::text(&object, &["spec", "clusterIP"]).is_empty() {
            let address = self.new_cluster_ip();
            object::set(&mut object, &["spec", "clusterIP"], json!(address));
        }
        let time = self.clock.seconds();
        self.stamp(kind.resource, &mut object, &time);
        if options.operation != "Apply" && self.options.keep_bookkeeping {
            let writer = Writer {
                manager: &options.manager,
                operation: options.operation,
                subresource: "",
                time: &time,
            };
            managed_fields::record_update(None, &mut object, &writer);
        }
        if options.dry_run {
            return Ok((201, object));
        }
        Ok((201, (*self.store.put(key, object)).clone()))
    }

    /// Name, namespace and type of a body, made to fit the path; defaults filled in.
    fn prepare(&self, target: &Target, mut object: Value, strict: bool) -> Result<Value, ApiStatus> {
        let kind = target.kind;
        let stated = object::text(&object, &["kind"]);
        if !stated.is_empty() && stated != kind.kind {
            return Err(ApiStatus::bad_request(format!(
                "{stated} in version {:?} cannot be handled as a {}",
                object::text(&object, &["apiVersion"]),
                kind.kind
            )));
        }
        object::set(&mut object, &["kind"], json!(kind.kind));
        object::set(&mut object, &["apiVersion"], json!(kind.api_version()));
        let namespace = object::namespace(&object).to_owned();
        if kind.namespaced {
            if !namespace.is_empty() && namespace != target.namespace {
                return Err(ApiStatus::bad_request(
                    "the namespace of the provided object does not match the namespace sent on the request",
                ));
            }
            object::set(&mut object, &["metadata", "namespace"], json!(target.namespace));
        }
        let name = object::name(&object);
        if !target.name.is_empty() && !name.is_empty() && name != target.name {
            return Err(ApiStatus::bad_request(format!(
                "the name of the object ({name}) does not match the name on the URL ({})",
                target.name
            )));
        }
        if kind.resource == Resource::Secrets {
            fold_string_data(&mut object);
        }
        if strict {
            schema::refuse_unknown(kind, &object)?;
        }
        let mut object = schema::conform(kind, object)?;
        object::set(&mut object, &["kind"], json!(kind.kind));
        object::set(&mut object, &["apiVersion"], json!(kind.api_version()));
        defaults::fill(kind.resource, &mut object);
        Ok(object)
    }

    pub(crate) fn update(&mut self, target: &Target, query: &Query, call: &Call<'_>) -> Outcome {
        let body = decode(call.body)?;
        let options = options(query, call, "Update", &target.subresource)?;
        let before = self.existing(target)?;
        let object = if target.subresource == "scale" {
            scale::put_back(&before, &body)
        } else {
            body
        };
        let stated_uid = object::uid(&object);
        if !stated_uid.is_empty() && stated_uid != object::uid(&before) {
            return Err(wrong_uid(target, stated_uid, object::uid(&before)));
        }
        self.overwrite(target, &before, object, &options)
    }

    pub(crate) fn existing(&self, target: &Target) -> Result<Arc<Value>, ApiStatus> {
        self.store
            .get(&Key::new(target.kind.resource, &target.namespace, &target.name))
            .cloned()
            .ok_or_else(|| ApiStatus::not_found(target.kind, &target.name))
    }

    pub(crate) fn patch(&mut self, target: &Target, query: &Query, call: &Call<'_>) -> Outcome {
        let body = call
            .body
            .json()
            .map_err(|error| ApiStatus::bad_request(error.to_string()))?;
        if call.media == "application/apply-patch+yaml" {
            return self.apply(target, query, call, body);
        }
        let options = options(query, call, "Update", &target.subresource)?;
        let before = self.existing(target)?;
        let shown = if target.subresource == "scale" {
            Cow::Owned(scale::of(&before))
        } else {
            Cow::Borrowed(&*before)
        };
        let patched = match call.media {
            "application/json-patch+json" => {
                patch::json_patch(&shown, &body).map_err(|error| match error {
                    PatchError::Malformed(why) => ApiStatus::bad_request(why),
                    PatchError::DoesNotApply(_) => ApiStatus::patch_refused(),
                })?
            }
            "application/merge-patch+json" => patch::merge_patch(&shown, &body),
            "application/strategic-merge-patch+json" => {
                strategic::strategic_merge_patch(&shown, &body, target.kind.resource == Resource::Services)
            }
            _ => return Err(ApiStatus::unsupported_media_type()),
        };
        let object = if target.subresource == "scale" {
            scale::put_back(&before, &patched)
        } else {
            patched
        };
        let stated_uid = object::uid(&object);
        if stated_uid != object::uid(&before) {
            return Err(wrong_uid(target, stated_uid, object::uid(&before)));
        }
        self.overwrite(target, &before, object, &options)
    }

    fn apply(&mut self, target: &Target, query: &Query, call: &Call<'_>, mut config: Value) -> Outcome {
        if query.get("fieldManager").is_none() {
            return Err(ApiStatus::bad_request(
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
            ));
        }
        let options = options(query, call, "Apply", &target.subresource)?;
        let key = Key::new(target.kind.resource, &target.namespace, &target.name);
        let before = self.store.get(&key).cloned();
        object::set(&mut config, &["metadata", "name"], json!(target.name));
        if target.kind.namespaced {
            object::set(&mut config, &["metadata", "namespace"], json!(target.namespace));
        }
        let time = self.clock.seconds();
        let writer = Writer {
            manager: &options.manager,
            operation: "Apply",
            subresource: options.subresource,
            time: &time,
        };
        let merged = managed_fields::apply(before.as_deref(), &config, &writer, query.flag("force"))?;
        match before {
            Some(before) => self.overwrite(target, &before, merged, &options),
            None => self.insert(target, merged, &options),
        }
    }

    /// The end of every update: what may change does, what may not is kept, and nothing is written if nothing changed.
    fn overwrite(
        &mut self,
        target: &Target,
        before: &Value,
        mut object: Value,
        options: &Options<'_>,
    ) -> Outcome {
        let kind = target.kind;
        let stated = object::text(&object, &["metadata", "resourceVersion"]).to_owned();
        if !stated.is_empty() && stated != object::text(before, &["metadata", "resourceVersion"]) {
            return Err(ApiStatus::stale(kind, &target.name));
        }
        let aside = set_aside(before, &mut object);
        let mut object = self.prepare(target, object, options.strict)?;
        for (path, part) in aside {
            object::set(&mut object, path, part);
        }
        for field in [
            "uid",
            "creationTimestamp",
            "generation",
            "resourceVersion",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
        ] {
            match object::at(before, &["metadata", field]) {
                Some(value) => object::set(&mut object, &["metadata", field], value.clone()),
                None => {
                    object::remove(&mut object, &["metadata", field]);
                }
            }
        }
        if kind.has_status() {
            let (kept, source) = if options.subresource == "status" {
                ("spec", before)
            } else {
                ("status", before)
            };
            match source.get(kept) {
                Some(value) => object[kept] = value.clone(),
                None => {
                    object::remove(&mut object, &[kept]);
                }
            }
            if options.subresource == "status" {
                let labels = object::at(before, &["metadata", "labels"]).cloned();
                match labels {
                    Some(labels) => object::set(&mut object, &["metadata", "labels"], labels),
                    None => {
                        object::remove(&mut object, &["metadata", "labels"]);
                    }
                }
            }
        }
        if options.subresource != "status" {
            validation::check(kind, Some(before), &object)?;
            if generation_moves(kind.resource, before, &object) {
                let generation = object::integer(before, &["metadata", "generation"]).unwrap_or(0) + 1;
                object::set(&mut object, &["metadata", "generation"], json!(generation));
            }
        }
        if options.operation == "Update" && self.options.keep_bookkeeping {
            let time = self.clock.seconds();
            let writer = Writer {
                manager: &options.manager,
                operation: options.operation,
                subresource: options.subresource,
                time: &time,
            };
            managed_fields::record_update(Some(before), &mut object, &writer);
        }
        if same_but_for_times(before, &object) {
            return Ok((200, self.shown(target, before.clone())));
        }
        if options.dry_run {
            return Ok((200, self.shown(target, object)));
        }
        let key = Key::new(kind.resource, &target.namespace, &target.name);
        let finished =
            object::is_deleting(&object) && object::items(&object, &["metadata", "finalizers"]).is_empty();
        let stored = (*self.store.put(key.clone(), object)).clone();
        if finished && !matches!(kind.resource, Resource::Pods | Resource::Namespaces) {
            self.store.delete(&key);
        }
        Ok((200, self.shown(target, stored)))
    }

    fn shown(&self, target: &Target, object: Value) -> Value {
        if target.subresource == "scale" {
            scale::of(&object)
        } else {
            object
        }
    }
}

pub(crate) fn decode(body: Body<'_>) -> Result<Value, ApiStatus> {
    let value = body
        .json()
        .map_err(|error| ApiStatus::bad_request(format!("the object provided is unrecognized: {error}")))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(ApiStatus::bad_request("the object provided is unrecognized"))
    }
}

fn options<'a>(
    query: &Query,
    call: &Call<'_>,
    operation: &'static str,
    subresource: &'a str,
) -> Result<Options<'a>, ApiStatus> {
    let dry_run = match query.get("dryRun") {
        None => false,
        Some("All") => true,
        Some(other) => {
            return Err(ApiStatus::bad_request(format!(
                "invalid dry run value {other:?}: supported values: \"All\""
            )));
        }
    };
    let manager = query.get("fieldManager").map(str::to_owned).unwrap_or_else(|| {
        // Without a manager the server takes the user agent up to its first slash.
        call.agent.unwrap_or(call.user.name()).to_owned()
    });
    Ok(Options {
        manager,
        operation,
        subresource,
        dry_run,
        strict: query.get("fieldValidation") == Some("Strict"),
    })
}

fn wrong_uid(target: &Target, wanted: &str, found: &str) -> ApiStatus {
    ApiStatus::conflict(
        target.kind,
        &target.name,
        &format!("Precondition failed: UID in precondition: {wanted}, UID in object meta: {found}"),
    )
}

/// The large parts of an update that are as they were, set aside: they went through the kind's types when they came.
fn set_aside(before: &Value, object: &mut Value) -> Vec<(&'static [&'static str], Value)> {
    let parts: [&[&str]; 2] = [&["status"], &["spec", "template"]];
    let mut aside = Vec::new();
    for path in parts {
        let part = object::at(object, path);
        if part.is_some() && part == object::at(before, path) {
            aside.extend(object::remove(object, path).map(|part| (path, part)));
        }
    }
    aside
}

/// Deployments count changes of annotations too, since their controller copies these to ReplicaSets.
fn generation_moves(resource: Resource, before: &Value, after: &Value) -> bool {
    let annotations =
        |object| object::strings(object, &["metadata", "annotations"]).collect::<BTreeMap<_, _>>();
    (resource.kind().has_generation() && before.get("spec") != after.get("spec"))
        || (resource == Resource::Deployments && annotations(before) != annotations(after))
}

/// The server writes nothing when only the times in managedFields would change.
fn same_but_for_times(before: &Value, after: &Value) -> bool {
    if object::items(before, &["metadata", "managedFields"]).is_empty() {
        return before == after;
    }
    let bare = |object: &Value| {
        let mut bare = object.clone();
        for entry in bare
            .pointer_mut("/metadata/managedFields")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            object::remove(entry, &["time"]);
        }
        bare
    };
    before == after || bare(before) == bare(after)
}

/// A Secret's `stringData` becomes base64 in `data`.
fn fold_string_data(object: &mut Value) {
    if let Some(Value::Object(plain)) = object::remove(object, &["stringData"]) {
        for (key, value) in plain {
            let bytes = k8s_openapi::ByteString(value.as_str().unwrap_or("").as_bytes().to_vec());
            object::set(
                object,
                &["data", &key],
                serde_json::to_value(bytes).unwrap_or(Value::Null),
            );
        }
    }
}
