//! What follows a deletion: owned objects, and namespaces that become empty.

use crate::kinds::{KINDS, Resource};
use crate::object;
use crate::store::Key;
use crate::work::Work;
use crate::world::World;
use std::time::Duration;

impl World {
    /// Deletes what the object with this uid owned.
    pub(crate) fn collect_garbage(&mut self, uid: &str) {
        let mut orphans = Vec::new();
        for kind in KINDS.iter().filter(|kind| kind.stored) {
            for (key, object) in self.store.list(kind.resource, None) {
                let owners = object::items(object, &["metadata", "ownerReferences"]);
                if owners.iter().any(|owner| object::text(owner, &["uid"]) == uid) {
                    orphans.push(key.clone());
                }
            }
        }
        for key in orphans {
            self.remove_object(&key, None);
        }
    }

    /// Empties a namespace that is being deleted, and then removes it.
    pub(crate) fn sync_namespace(&mut self, name: &str) {
        let key = Key::new(Resource::Namespaces, "", name);
        if !self
            .store
            .get(&key)
            .is_some_and(|namespace| object::is_deleting(namespace))
        {
            return;
        }
        let content: Vec<Key> = KINDS
            .iter()
            .filter(|kind| kind.stored && kind.namespaced)
            .flat_map(|kind| {
                self.store
                    .list(kind.resource, Some(name))
                    .map(|(key, _)| key.clone())
                    .collect::<Vec<_>>()
            })
            .collect();
        if content.is_empty() {
            self.store.delete(&key);
            return;
        }
        for key in content {
            self.remove_object(&key, None);
        }
        self.queue.add(
            Work::Namespace(name.to_owned()),
            self.clock.elapsed() + Duration::from_secs(1),
        );
    }
}
