//! The API server: from an HTTP request to an answer, a watch, or silence.

use crate::access::{self, User};
use crate::api_status::ApiStatus;
use crate::call::{Body, Call};
use crate::discovery;
use crate::fault::{Fault, Faults};
use crate::kinds::{KINDS, Resource};
use crate::object;
use crate::request::{Query, Target, wants_metadata_only};
use crate::selector::{FieldSelector, LabelSelector};
use crate::store::Key;
use crate::watch::{WatchId, WatchRequest, partial};
use crate::world::World;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};
use std::time::Duration;

/// What comes back for a request.
#[derive(Debug)]
pub enum Reply {
    /// An answer.
    Answer(Response<Bytes>),
    /// 200 with a body that never ends by itself: poll the watch.
    Watch(WatchId),
    /// No answer, ever.
    Hang,
    /// The connection is refused: nothing was done.
    Refused,
    /// The connection breaks after the request was carried out.
    Lost,
}

/// What a handler made: an object to answer with and its status code.
pub(crate) type Outcome = Result<(u16, Value), ApiStatus>;

/// What was done for a request.
pub(crate) enum Done {
    /// An object to answer with and its status code.
    Value(u16, Value),
    /// Another answer.
    Bytes(Response<Bytes>),
    /// A watch was opened.
    Watch(WatchId),
}

/// How far a request came.
pub(crate) enum Fate {
    /// It was carried out or refused, and is answered.
    Answered(Result<Done, ApiStatus>),
    /// As [`Reply::Hang`].
    Hang,
    /// As [`Reply::Refused`].
    Refused,
    /// As [`Reply::Lost`].
    Lost,
}

impl World {
    /// Answers a request. Who asks is in the request's extensions as a [`User`]; without one it is the admin.
    pub fn handle(&mut self, request: Request<Bytes>) -> Reply {
        match self.carry_out(&Call::of(&request)) {
            Fate::Answered(Ok(Done::Value(code, value))) => Reply::Answer(json_answer(code, &value)),
            Fate::Answered(Ok(Done::Bytes(response))) => Reply::Answer(response),
            Fate::Answered(Ok(Done::Watch(id))) => Reply::Watch(id),
            Fate::Answered(Err(status)) => Reply::Answer(status_answer(&status)),
            Fate::Hang => Reply::Hang,
            Fate::Refused => Reply::Refused,
            Fate::Lost => Reply::Lost,
        }
    }

    /// Carries a request out, unless a test asked for its failure.
    pub(crate) fn carry_out(&mut self, call: &Call<'_>) -> Fate {
        let fault = self.faults.take(call.method);
        match fault {
            Some(Fault::Refuse) => return Fate::Refused,
            Some(Fault::Hang) => return Fate::Hang,
            Some(Fault::Status(code)) => return Fate::Answered(Err(ApiStatus::injected(code))),
            Some(Fault::LoseAnswer) | None => {}
        }
        let done = self.route(call);
        self.observe();
        if fault == Some(Fault::LoseAnswer) {
            return Fate::Lost;
        }
        Fate::Answered(done)
    }

    /// The failures still to come.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Asks for failures of coming requests; see [`Fault`].
    pub fn fail_next(&mut self, fault: Fault, count: usize, method: Option<&'static str>) {
        self.faults.next(fault, count, method);
    }

    /// Fails every request from now on, or none any more.
    pub fn fail_all(&mut self, fault: Option<Fault>) {
        self.faults.all(fault);
    }

    fn route(&mut self, call: &Call<'_>) -> Result<Done, ApiStatus> {
        let (user, path) = (call.user, call.path);
        if call.method == "GET" {
            if let Some(answer) = discovery::answer(path, call.accept) {
                return Ok(Done::Value(200, answer));
            }
            if matches!(path, "/readyz" | "/livez" | "/healthz") {
                return Ok(Done::Bytes(Response::new(Bytes::from_static(b"ok"))));
            }
        }
        let target = Target::parse(path).ok_or_else(ApiStatus::no_such_path)?;
        let query = Query::parse(call.query);
        let verb = verb(call.method, &target, &query)?;
        self.authorize(user, verb, &target)?;
        if target.subresource == "proxy" {
            return self.proxy(call, &target).map(Done::Bytes);
        }
        if !target.subresource.is_empty() && !target.kind.subresources.contains(&target.subresource.as_str())
        {
            return Err(ApiStatus::no_such_path());
        }
        let metadata_only = wants_metadata_only(call.accept);
        match verb {
            "watch" => self.watch(&target, &query, metadata_only).map(Done::Watch),
            "list" => self
                .list_objects(&target, &query, metadata_only)
                .map(|value| Done::Value(200, value)),
            "get" => {
                let object = self.read(&target)?;
                Ok(Done::Value(
                    200,
                    if metadata_only { partial(&object) } else { object },
                ))
            }
            "create" if !target.kind.stored => {
                review(user, &target, call.body).map(|value| Done::Value(201, value))
            }
            _ => {
                let (code, value) = match verb {
                    "create" => self.create(&target, &query, call)?,
                    "update" => self.update(&target, &query, call)?,
                    "patch" => self.patch(&target, &query, call)?,
                    "deletecollection" => self.delete_collection(&target, &query, call.body)?,
                    _ => self.delete(&target, &query, call.body)?,
                };
                let partly = metadata_only && object::text(&value, &["kind"]) != "Status";
                Ok(Done::Value(code, if partly { partial(&value) } else { value }))
            }
        }
    }

    pub(crate) fn authorize(&self, user: &User, verb: &str, target: &Target) -> Result<(), ApiStatus> {
        let question = access::Request {
            verb,
            group: target.kind.group,
            resource: target.kind.plural,
            subresource: &target.subresource,
            namespace: target.scope(),
        };
        if access::allowed(user, &question).is_some() {
            return Ok(());
        }
        Err(ApiStatus::forbidden(
            target.kind,
            &target.name,
            user.name(),
            verb,
            &target.resource_path(),
            target.scope(),
        ))
    }

    /// An object, or its scale.
    fn read(&self, target: &Target) -> Result<Value, ApiStatus> {
        let object = self
            .store
            .get(&Key::new(target.kind.resource, &target.namespace, &target.name))
            .ok_or_else(|| ApiStatus::not_found(target.kind, &target.name))?;
        Ok(if target.subresource == "scale" {
            crate::scale::of(object)
        } else {
            (**object).clone()
        })
    }

    fn selectors(query: &Query) -> Result<(LabelSelector, FieldSelector), ApiStatus> {
        let labels =
            LabelSelector::parse(query.get("labelSelector").unwrap_or("")).map_err(ApiStatus::bad_request)?;
        let fields =
            FieldSelector::parse(query.get("fieldSelector").unwrap_or("")).map_err(ApiStatus::bad_request)?;
        Ok((labels, fields))
    }

    fn list_objects(&self, target: &Target, query: &Query, metadata_only: bool) -> Result<Value, ApiStatus> {
        let (labels, fields) = Self::selectors(query)?;
        let namespace = (!target.namespace.is_empty()).then_some(target.namespace.as_str());
        let limit: usize = query
            .get("limit")
            .and_then(|limit| limit.parse().ok())
            .unwrap_or(0);
        let after: Option<(String, String)> = match query.get("continue") {
            None => None,
            Some(token) => Some(
                token
                    .split_once('/')
                    .map(|(namespace, name)| (namespace.to_owned(), name.to_owned()))
                    .ok_or_else(|| ApiStatus::bad_request("continue key is not valid"))?,
            ),
        };
        let (mut found, mut next, mut left) = (Vec::new(), None, 0_usize);
        for (key, object) in self.store.list(target.kind.resource, namespace) {
            let place = (key.namespace.clone(), key.name.clone());
            if after.as_ref().is_some_and(|after| place <= *after)
                || !labels.matches_object(object)
                || !fields.matches(object)
            {
                continue;
            }
            if limit > 0 && found.len() == limit {
                left += 1;
                continue;
            }
            next = Some(place);
            found.push(if metadata_only {
                partial(object)
            } else {
                item(object)
            });
        }
        let mut metadata = json!({"resourceVersion": self.store.revision().to_string()});
        if left > 0
            && let Some((namespace, name)) = next
        {
            metadata["continue"] = json!(format!("{namespace}/{name}"));
            metadata["remainingItemCount"] = json!(left);
        }
        let (kind, version) = if metadata_only {
            (
                "PartialObjectMetadataList".to_owned(),
                "meta.k8s.io/v1".to_owned(),
            )
        } else {
            (format!("{}List", target.kind.kind), target.kind.api_version())
        };
        Ok(json!({"kind": kind, "apiVersion": version, "metadata": metadata, "items": found}))
    }

    fn watch(&mut self, target: &Target, query: &Query, metadata_only: bool) -> Result<WatchId, ApiStatus> {
        let (labels, mut fields) = Self::selectors(query)?;
        if !target.name.is_empty() {
            fields = FieldSelector::parse(&format!("metadata.name={}", target.name))
                .map_err(ApiStatus::bad_request)?;
        }
        let initial = query.flag("sendInitialEvents");
        let from = match query.get("resourceVersion") {
            None | Some("0") => None,
            Some(_) if initial => None,
            Some(text) => Some(
                text.parse::<u64>()
                    .map_err(|_| ApiStatus::bad_request(format!("invalid resource version {text:?}")))?,
            ),
        };
        let bookmarks = query.flag("allowWatchBookmarks");
        let request = WatchRequest {
            kind: target.kind,
            namespace: (!target.namespace.is_empty()).then(|| target.namespace.clone()),
            labels,
            fields,
            metadata_only,
            bookmarks,
            timeout: query
                .get("timeoutSeconds")
                .and_then(|text| text.parse().ok())
                .map(Duration::from_secs),
        };
        Ok(self.open_watch(request, from, initial && bookmarks))
    }
}

/// In a list, items carry no kind and version of their own.
fn item(object: &Value) -> Value {
    let mut item = object.clone();
    object::remove(&mut item, &["kind"]);
    object::remove(&mut item, &["apiVersion"]);
    item
}

fn verb(method: &str, target: &Target, query: &Query) -> Result<&'static str, ApiStatus> {
    let named = !target.name.is_empty();
    Ok(match method {
        "GET" if target.subresource == "proxy" => "get",
        "POST" if target.subresource == "proxy" => "create",
        "GET" if query.flag("watch") => "watch",
        "GET" if named => "get",
        "GET" => "list",
        "POST" if !named => "create",
        "PUT" if named => "update",
        "PATCH" if named => "patch",
        "DELETE" if named => "delete",
        "DELETE" => "deletecollection",
        _ => return Err(ApiStatus::method_not_allowed()),
    })
}

fn review(user: &User, target: &Target, body: Body<'_>) -> Result<Value, ApiStatus> {
    let review = body
        .json()
        .map_err(|error| ApiStatus::bad_request(error.to_string()))?;
    Ok(match target.kind.resource {
        Resource::SelfSubjectAccessReviews => access::access_review(user, review),
        Resource::SelfSubjectRulesReviews => access::rules_review(user, review, KINDS),
        _ => access::who_am_i(user),
    })
}

/// An answer with a JSON body.
pub(crate) fn json_answer(code: u16, value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}

fn status_answer(status: &ApiStatus) -> Response<Bytes> {
    json_answer(status.code, &status.body())
}
