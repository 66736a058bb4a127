//! Objects, their resource versions, and the log of changes that watches read from.

use crate::kinds::Resource;
use crate::object;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

/// Where an object lives. `namespace` is "" for what has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The kind of the object.
    pub resource: Resource,
    /// Its namespace, or "".
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Key {
    /// A key from its parts.
    pub fn new(resource: Resource, namespace: &str, name: &str) -> Self {
        Self {
            resource,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeType {
    /// It was made.
    Added,
    /// It was written.
    Modified,
    /// It is gone; the change carries its last state.
    Deleted,
}

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Change {
    /// The resource version this change made.
    pub revision: u64,
    /// What changed.
    pub key: Key,
    /// How.
    pub change: ChangeType,
    /// The object after the change (before it, for a deletion, with the deletion's resource version).
    pub object: Arc<Value>,
    /// The object before the change.
    pub previous: Option<Arc<Value>>,
}

/// The changes asked for are no longer kept: list again.
#[derive(Debug, PartialEq, Eq)]
pub struct Expired {
    /// The oldest revision a watch can start from.
    pub oldest: u64,
}

/// How many changes are kept for watches to resume from: a few minutes of a busy cluster, as etcd's compaction leaves. Each keeps
/// two whole objects in memory.
const KEPT_CHANGES: usize = 2_000;

/// All objects of one cluster and the log of their changes. Revisions grow by one with each change.
#[derive(Clone, Debug)]
pub struct Store {
    objects: BTreeMap<Key, Arc<Value>>,
    log: VecDeque<Change>,
    revision: u64,
    compacted: u64,
}

impl Default for Store {
    fn default() -> Self {
        // A young real cluster is past a few hundred revisions too; 1 would look like "0: any version".
        Self {
            objects: BTreeMap::new(),
            log: VecDeque::new(),
            revision: 1000,
            compacted: 1000,
        }
    }
}

impl Store {
    /// The latest revision.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// One object.
    pub fn get(&self, key: &Key) -> Option<&Arc<Value>> {
        self.objects.get(key)
    }

    /// The objects of one kind in key order, of one namespace or of all.
    pub fn list(
        &self,
        resource: Resource,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = (&Key, &Arc<Value>)> {
        let namespace = namespace.map(str::to_owned);
        let start = Key::new(resource, namespace.as_deref().unwrap_or(""), "");
        self.objects
            .range((Bound::Included(start), Bound::Unbounded))
            .take_while(move |(key, _)| {
                key.resource == resource
                    && namespace
                        .as_ref()
                        .is_none_or(|namespace| &key.namespace == namespace)
            })
    }

    /// Writes an object under a new revision and answers it as stored.
    pub fn put(&mut self, key: Key, object: impl Into<Arc<Value>>) -> Arc<Value> {
        self.revision += 1;
        let mut object = object.into();
        object::set(
            Arc::make_mut(&mut object),
            &["metadata", "resourceVersion"],
            json!(self.revision.to_string()),
        );
        let previous = self.objects.insert(key.clone(), object.clone());
        let change = if previous.is_some() {
            ChangeType::Modified
        } else {
            ChangeType::Added
        };
        self.record(Change {
            revision: self.revision,
            key,
            change,
            object: object.clone(),
            previous,
        });
        object
    }

    /// Removes an object and answers its last state.
    pub fn delete(&mut self, key: &Key) -> Option<Arc<Value>> {
        let previous = self.objects.remove(key)?;
        self.revision += 1;
        let mut last = (*previous).clone();
        object::set(
            &mut last,
            &["metadata", "resourceVersion"],
            json!(self.revision.to_string()),
        );
        let last = Arc::new(last);
        self.record(Change {
            revision: self.revision,
            key: key.clone(),
            change: ChangeType::Deleted,
            object: last.clone(),
            previous: Some(previous),
        });
        Some(last)
    }

    fn record(&mut self, change: Change) {
        self.log.push_back(change);
        while self.log.len() > KEPT_CHANGES {
            if let Some(dropped) = self.log.pop_front() {
                self.compacted = dropped.revision;
            }
        }
    }

    /// The changes after `revision`, oldest first.
    ///
    /// # Errors
    /// [`Expired`] when some of them are no longer kept.
    pub fn changes_since(&self, revision: u64) -> Result<impl Iterator<Item = &Change>, Expired> {
        if revision < self.compacted {
            return Err(Expired {
                oldest: self.compacted,
            });
        }
        let start = self.log.partition_point(|change| change.revision <= revision);
        Ok(self.log.range(start..))
    }

    /// Forgets the log, as etcd's compaction does: a watch from any earlier revision gets 410.
    pub fn compact(&mut self) {
        self.log.clear();
        self.compacted = self.revision;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str) -> (Key, Value) {
        (
            Key::new(Resource::Pods, "shop", name),
            json!({"metadata": {"name": name, "namespace": "shop"}}),
        )
    }

    #[test]
    fn every_write_gets_its_own_revision_and_the_log_replays_them_in_order() {
        let mut store = Store::default();
        let start = store.revision();
        let (key, value) = pod("a");
        store.put(key.clone(), value.clone());
        store.put(key.clone(), value);
        store.delete(&key);
        let changes: Vec<_> = store
            .changes_since(start)
            .map(|log| log.map(|change| change.change).collect())
            .unwrap_or_default();
        assert_eq!(
            changes,
            [ChangeType::Added, ChangeType::Modified, ChangeType::Deleted]
        );
        assert_eq!(store.revision(), start + 3);
        assert!(store.get(&key).is_none());
    }

    #[test]
    fn a_compacted_log_refuses_older_revisions_and_serves_newer_ones() {
        let mut store = Store::default();
        let start = store.revision();
        let (key, value) = pod("a");
        store.put(key.clone(), value.clone());
        store.compact();
        assert!(store.changes_since(start).is_err());
        let now = store.revision();
        store.put(key, value);
        assert_eq!(store.changes_since(now).map(Iterator::count), Ok(1));
    }

    #[test]
    fn listing_one_namespace_does_not_see_its_neighbours() {
        let mut store = Store::default();
        for namespace in ["a", "b", "ba"] {
            store.put(Key::new(Resource::Pods, namespace, "p"), json!({}));
        }
        store.put(Key::new(Resource::Services, "b", "s"), json!({}));
        assert_eq!(store.list(Resource::Pods, Some("b")).count(), 1);
        assert_eq!(store.list(Resource::Pods, None).count(), 3);
    }
}
