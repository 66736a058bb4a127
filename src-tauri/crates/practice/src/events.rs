//! Events: what the controllers say about what they do.

use crate::kinds::Resource;
use crate::object;
use crate::store::Key;
use crate::world::World;
use serde_json::{Value, json};

/// Events are kept for an hour, as a real server keeps them.
const KEPT_SECONDS: i64 = 3600;

/// More events than this are never kept.
const KEPT_COUNT: usize = 1000;

impl World {
    /// Notes an event about an object; the same event again only counts up.
    pub(crate) fn record_event(&mut self, about: &Value, kind: &str, reason: &str, message: &str) {
        if !self.options.keep_bookkeeping {
            return;
        }
        let time = self.clock.seconds();
        let namespace = object::namespace(about).to_owned();
        let same = self
            .store
            .list(Resource::Events, Some(&namespace))
            .find(|(_, event)| {
                object::text(event, &["involvedObject", "uid"]) == object::uid(about)
                    && object::text(event, &["reason"]) == reason
                    && object::text(event, &["message"]) == message
            })
            .map(|(key, event)| (key.clone(), (**event).clone()));
        if let Some((key, mut event)) = same {
            let count = object::integer(&event, &["count"]).unwrap_or(1);
            event["count"] = json!(count + 1);
            event["lastTimestamp"] = json!(time);
            self.store.put(key, event);
            return;
        }
        self.expire_events(&namespace);
        let name = format!("{}.{:016x}", object::name(about), self.store.revision());
        let event = json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": {"name": name, "namespace": namespace, "uid": self.new_uid(), "creationTimestamp": time},
            "involvedObject": {
                "kind": about["kind"], "apiVersion": about["apiVersion"], "namespace": namespace,
                "name": object::name(about), "uid": object::uid(about),
                "resourceVersion": object::text(about, &["metadata", "resourceVersion"]),
            },
            "type": kind, "reason": reason, "message": message, "count": 1,
            "firstTimestamp": time, "lastTimestamp": time,
            "source": {"component": "practice"}, "reportingComponent": "practice", "reportingInstance": "",
        });
        self.store
            .put(Key::new(Resource::Events, &namespace, &name), event);
    }

    fn expire_events(&mut self, namespace: &str) {
        let now = self.clock.now().as_second();
        let mut kept = 0;
        let old: Vec<Key> = self
            .store
            .list(Resource::Events, Some(namespace))
            .filter(|(_, event)| {
                kept += 1;
                let last = crate::clock::parse(object::text(event, &["lastTimestamp"]));
                kept > KEPT_COUNT || last.is_some_and(|last| last.as_second() + KEPT_SECONDS < now)
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in old {
            self.store.delete(&key);
        }
    }
}
