//! What people and pipelines do from outside, as `kubectl` does it: apply, undo, pause, scale, set image.
//!
//! Each act is a request to the API server, so that conflicts, validation and managedFields are the real ones.

use crate::access::User;
use crate::api_server::{Done, Fate};
use crate::api_status::ApiStatus;
use crate::call::{Body, Call};
use crate::kinds::{KINDS, Resource};
use crate::object;
use crate::workload::{HASH_LABEL, LAST_APPLIED, NOT_COPIED, ReplicaSet};
use crate::world::World;
use serde_json::{Value, json};

/// Why an act did not succeed: the server's code and sentence, or kubectl's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Refused {
    /// HTTP status; 0: kubectl itself refused, or there was no answer.
    pub code: u16,
    /// What was said.
    pub message: String,
}

/// The path of an object.
pub fn path_of(resource: Resource, namespace: &str, name: &str) -> String {
    let kind = resource.kind();
    let root = if kind.group.is_empty() {
        "/api/v1".to_owned()
    } else {
        format!("/apis/{}", kind.api_version())
    };
    let scope = if kind.namespaced {
        format!("/namespaces/{namespace}")
    } else {
        String::new()
    };
    let name = if name.is_empty() {
        String::new()
    } else {
        format!("/{name}")
    };
    format!("{root}{scope}/{}{name}", kind.plural)
}

impl World {
    /// Sends one request as `user` and answers the object, or the refusal.
    ///
    /// # Errors
    /// [`Refused`] with the server's code and message.
    pub fn send(
        &mut self,
        user: &User,
        method: &str,
        path: &str,
        media: &str,
        body: &Value,
    ) -> Result<Value, Refused> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = Call {
            user,
            method,
            path,
            query,
            accept: "",
            media,
            agent: None,
            body: if body.is_null() {
                Body::Text(&[])
            } else {
                Body::Json(body)
            },
        };
        let (code, value) = match self.carry_out(&call) {
            Fate::Answered(Ok(Done::Value(code, value))) => (code, value),
            Fate::Answered(Ok(Done::Bytes(response))) => {
                let value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
                (response.status().as_u16(), value)
            }
            Fate::Answered(Ok(Done::Watch(id))) => {
                self.close_watch(id);
                return Ok(Value::Null);
            }
            Fate::Answered(Err(ApiStatus { code, message, .. })) => return Err(Refused { code, message }),
            Fate::Hang | Fate::Refused | Fate::Lost => {
                return Err(Refused {
                    code: 0,
                    message: "no answer".to_owned(),
                });
            }
        };
        if code < 300 {
            return Ok(value);
        }
        let message = object::text(&value, &["message"]).to_owned();
        Err(Refused { code, message })
    }

    /// `kubectl apply -f`: client-side apply with the last-applied annotation; creates what is not there.
    ///
    /// # Errors
    /// [`Refused`] by the server.
    pub fn kubectl_apply(&mut self, user: &User, manifest: &Value) -> Result<Value, Refused> {
        let kind_name = object::text(manifest, &["kind"]);
        let kind = KINDS
            .iter()
            .find(|kind| kind.kind == kind_name && kind.stored)
            .ok_or_else(|| Refused {
                code: 0,
                message: format!("no matches for kind {kind_name:?}"),
            })?;
        let (namespace, name) = (object::namespace(manifest), object::name(manifest));
        let mut applied = manifest.clone();
        object::set(
            &mut applied,
            &["metadata", "annotations", LAST_APPLIED],
            json!(manifest.to_string()),
        );
        let manager = "fieldManager=kubectl-client-side-apply";
        let Some(live) = self.get(kind.resource, namespace, name) else {
            let path = format!("{}?{manager}", path_of(kind.resource, namespace, ""));
            return self.send(user, "POST", &path, "application/json", &applied);
        };
        let last: Value = object::annotation(&live, LAST_APPLIED)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or(Value::Null);
        let mut patch = applied.clone();
        mark_removed(&last, &applied, &mut patch);
        let path = format!("{}?{manager}", path_of(kind.resource, namespace, name));
        self.send(
            user,
            "PATCH",
            &path,
            "application/strategic-merge-patch+json",
            &patch,
        )
    }

    /// `kubectl rollout undo`: puts the template *and all annotations* of an earlier ReplicaSet back. `revision` 0 is the
    /// one before the newest.
    ///
    /// # Errors
    /// [`Refused`] by kubectl (paused, no such revision) or by the server.
    pub fn kubectl_rollout_undo(
        &mut self,
        user: &User,
        namespace: &str,
        name: &str,
        revision: i64,
    ) -> Result<Value, Refused> {
        let own = |message: &str| Refused {
            code: 0,
            message: message.to_owned(),
        };
        let deployment = self
            .get(Resource::Deployments, namespace, name)
            .ok_or_else(|| own("deployment not found"))?;
        if object::flag(&deployment, &["spec", "paused"]) {
            return Err(own(
                "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
            ));
        }
        let mut sets: Vec<ReplicaSet> = self
            .list(Resource::ReplicaSets, Some(namespace))
            .into_iter()
            .map(ReplicaSet)
            .filter(|set| {
                object::controller_of(&set.0)
                    .is_some_and(|owner| object::text(owner, &["uid"]) == object::uid(&deployment))
            })
            .collect();
        sets.sort_by_key(|set| std::cmp::Reverse(set.revision()));
        let set = if revision == 0 {
            sets.get(1)
                .ok_or_else(|| own("no rollout history found for deployment"))?
        } else {
            sets.iter()
                .find(|set| set.revision() == revision)
                .ok_or_else(|| own("unable to find specified revision in history"))?
        };
        let mut template = set.template().clone();
        object::remove(&mut template, &["metadata", "labels", HASH_LABEL]);
        let mut annotations = json!({});
        for (source, keep_special) in [(&*deployment, true), (&set.0, false)] {
            for (key, value) in object::strings(source, &["metadata", "annotations"]) {
                if NOT_COPIED.contains(&key) == keep_special {
                    annotations[key] = json!(value);
                }
            }
        }
        let patch = json!([
            {"op": "replace", "path": "/spec/template", "value": template},
            {"op": "replace", "path": "/metadata/annotations", "value": annotations},
        ]);
        let path = format!(
            "{}?fieldManager=kubectl-rollout",
            path_of(Resource::Deployments, namespace, name)
        );
        self.send(user, "PATCH", &path, "application/json-patch+json", &patch)
    }

    /// `kubectl rollout pause` and `resume`.
    ///
    /// # Errors
    /// [`Refused`] by the server.
    pub fn kubectl_pause(
        &mut self,
        user: &User,
        namespace: &str,
        name: &str,
        paused: bool,
    ) -> Result<Value, Refused> {
        let patch = json!({"spec": {"paused": if paused { json!(true) } else { Value::Null }}});
        let path = format!(
            "{}?fieldManager=kubectl-rollout",
            path_of(Resource::Deployments, namespace, name)
        );
        self.send(
            user,
            "PATCH",
            &path,
            "application/strategic-merge-patch+json",
            &patch,
        )
    }

    /// `kubectl scale`, and what an autoscaler does: a PATCH of `/scale`.
    ///
    /// # Errors
    /// [`Refused`] by the server.
    pub fn kubectl_scale(
        &mut self,
        user: &User,
        namespace: &str,
        name: &str,
        replicas: i64,
    ) -> Result<Value, Refused> {
        let path = format!(
            "{}/scale?fieldManager=kubectl",
            path_of(Resource::Deployments, namespace, name)
        );
        self.send(
            user,
            "PATCH",
            &path,
            "application/merge-patch+json",
            &json!({"spec": {"replicas": replicas}}),
        )
    }

    /// `kubectl set image` of one container.
    ///
    /// # Errors
    /// [`Refused`] by the server.
    pub fn kubectl_set_image(
        &mut self,
        user: &User,
        namespace: &str,
        name: &str,
        container: &str,
        image: &str,
    ) -> Result<Value, Refused> {
        let patch =
            json!({"spec": {"template": {"spec": {"containers": [{"name": container, "image": image}]}}}});
        let path = format!(
            "{}?fieldManager=kubectl-set",
            path_of(Resource::Deployments, namespace, name)
        );
        self.send(
            user,
            "PATCH",
            &path,
            "application/strategic-merge-patch+json",
            &patch,
        )
    }

    /// `kubectl delete` of one object.
    ///
    /// # Errors
    /// [`Refused`] by the server.
    pub fn kubectl_delete(
        &mut self,
        user: &User,
        resource: Resource,
        namespace: &str,
        name: &str,
    ) -> Result<Value, Refused> {
        self.send(
            user,
            "DELETE",
            &path_of(resource, namespace, name),
            "application/json",
            &Value::Null,
        )
    }
}

/// Fields that the last applied manifest had and this one has not are removed: null in maps, a delete directive in lists of
/// named things.
fn mark_removed(last: &Value, now: &Value, patch: &mut Value) {
    match (last, now) {
        (Value::Object(last), Value::Object(now)) => {
            for (key, old) in last {
                match now.get(key) {
                    None => {
                        object::map(patch).insert(key.clone(), Value::Null);
                    }
                    Some(new) => {
                        if let Some(place) = object::map(patch).get_mut(key) {
                            mark_removed(old, new, place);
                        }
                    }
                }
            }
        }
        (Value::Array(last), Value::Array(now)) => {
            let Some(list) = patch.as_array_mut() else { return };
            for old in last {
                let Some(name) = old.get("name") else { return };
                match now.iter().position(|item| item.get("name") == Some(name)) {
                    Some(position) => {
                        if let Some(place) = list.get_mut(position) {
                            mark_removed(old, &now[position], place);
                        }
                    }
                    None => list.push(json!({"name": name, "$patch": "delete"})),
                }
            }
        }
        _ => {}
    }
}
