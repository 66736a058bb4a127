//! Watches: sessions that read the log of changes from a resource version on.

use crate::api_status::ApiStatus;
use crate::kinds::Kind;
use crate::object;
use crate::selector::{FieldSelector, LabelSelector};
use crate::store::ChangeType;
use crate::world::World;
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Names a watch of one world.
pub type WatchId = u64;

/// How often a quiet watch tells how far it has come.
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);

/// What a watch asked for.
#[derive(Clone, Debug)]
pub struct WatchRequest {
    pub(crate) kind: &'static Kind,
    /// `None`: all namespaces.
    pub(crate) namespace: Option<String>,
    pub(crate) labels: LabelSelector,
    pub(crate) fields: FieldSelector,
    pub(crate) metadata_only: bool,
    pub(crate) bookmarks: bool,
    /// Wall time after which the connection ends, as the client asked; the async shell keeps it.
    pub(crate) timeout: Option<Duration>,
}

#[derive(Clone, Debug)]
struct Session {
    request: WatchRequest,
    position: u64,
    bookmarked: Duration,
    /// Lines to send before anything from the log.
    pending: Vec<Bytes>,
}

/// The open watches of one world.
#[derive(Clone, Debug, Default)]
pub struct Watches {
    sessions: BTreeMap<WatchId, Session>,
    next: WatchId,
}

/// What a watch has to say now.
#[derive(Debug, PartialEq, Eq)]
pub enum Polled {
    /// Lines, maybe none.
    Lines(Vec<Bytes>),
    /// Lines, and then the connection ends.
    Closed(Vec<Bytes>),
}

impl WatchRequest {
    fn sees(&self, object: &Value, namespace: &str) -> bool {
        self.namespace.as_deref().is_none_or(|wanted| wanted == namespace)
            && self.labels.matches_object(object)
            && self.fields.matches(object)
    }

    /// The object in the form asked for.
    pub(crate) fn render(&self, object: &Value) -> Value {
        if self.metadata_only {
            partial(object)
        } else {
            object.clone()
        }
    }
}

/// `PartialObjectMetadata` of an object.
pub fn partial(object: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]})
}

fn line(kind: &str, object: &Value) -> Bytes {
    let mut text = json!({"type": kind, "object": object}).to_string();
    text.push('\n');
    Bytes::from(text)
}

impl World {
    /// Opens a watch. `from`: the revision to continue after; `None`: the present objects come first.
    pub(crate) fn open_watch(
        &mut self,
        request: WatchRequest,
        from: Option<u64>,
        initial_events_end: bool,
    ) -> WatchId {
        let mut pending = Vec::new();
        let position = match from {
            // A revision that is gone is told in the stream, as the real server does: 200, then an ERROR event.
            Some(revision) => revision,
            None => {
                for (key, object) in self
                    .store
                    .list(request.kind.resource, request.namespace.as_deref())
                {
                    if request.sees(object, &key.namespace) {
                        pending.push(line("ADDED", &request.render(object)));
                    }
                }
                self.store.revision()
            }
        };
        if initial_events_end {
            let mut mark = self.bookmark(&request, position);
            object::set(
                &mut mark,
                &["metadata", "annotations", "k8s.io/initial-events-end"],
                json!("true"),
            );
            pending.push(line("BOOKMARK", &mark));
        }
        self.watches.next += 1;
        let id = self.watches.next;
        let bookmarked = self.clock.elapsed();
        self.watches.sessions.insert(
            id,
            Session {
                request,
                position,
                bookmarked,
                pending,
            },
        );
        id
    }

    fn bookmark(&self, request: &WatchRequest, revision: u64) -> Value {
        let metadata = json!({"resourceVersion": revision.to_string(), "creationTimestamp": null});
        if request.metadata_only {
            return json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata});
        }
        json!({"kind": request.kind.kind, "apiVersion": request.kind.api_version(), "metadata": metadata})
    }

    /// What the watch has to send now. A watch that does not exist is closed.
    pub fn poll_watch(&mut self, id: WatchId) -> Polled {
        let now = self.clock.elapsed();
        let Some(mut session) = self.watches.sessions.remove(&id) else {
            return Polled::Closed(Vec::new());
        };
        let mut lines = std::mem::take(&mut session.pending);
        match self.store.changes_since(session.position) {
            Err(expired) => {
                let status = ApiStatus::expired(session.position, expired.oldest);
                lines.push(line("ERROR", &status.body()));
                return Polled::Closed(lines);
            }
            Ok(changes) => {
                let request = &session.request;
                for change in changes.filter(|change| change.key.resource == request.kind.resource) {
                    let namespace = &change.key.namespace;
                    let after =
                        change.change != ChangeType::Deleted && request.sees(&change.object, namespace);
                    let before = change
                        .previous
                        .as_ref()
                        .is_some_and(|object| request.sees(object, namespace));
                    let kind = match (before, after) {
                        (false, true) => "ADDED",
                        (true, true) => "MODIFIED",
                        (true, false) => "DELETED",
                        (false, false) => continue,
                    };
                    lines.push(line(kind, &request.render(&change.object)));
                }
            }
        }
        session.position = self.store.revision();
        if session.request.bookmarks && now >= session.bookmarked + BOOKMARK_EVERY {
            session.bookmarked = now;
            lines.push(line(
                "BOOKMARK",
                &self.bookmark(&session.request, session.position),
            ));
        }
        self.watches.sessions.insert(id, session);
        Polled::Lines(lines)
    }

    /// How long the client wants the watch's connection to live, in wall time.
    pub fn watch_timeout(&self, id: WatchId) -> Option<Duration> {
        self.watches
            .sessions
            .get(&id)
            .and_then(|session| session.request.timeout)
    }

    /// Ends one watch.
    pub fn close_watch(&mut self, id: WatchId) {
        self.watches.sessions.remove(&id);
    }

    /// Ends every watch, as a restarted server does.
    pub fn drop_watches(&mut self) {
        self.watches.sessions.clear();
    }

    /// How many watches are open.
    pub fn open_watches(&self) -> usize {
        self.watches.sessions.len()
    }
}
