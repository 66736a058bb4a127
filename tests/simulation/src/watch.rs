//! What one Slipway's watches have told it: each kind is a stream of its own, in order, late, sometimes silent.

use crate::truth::{Kind, Log, text};
use cluster::{Parts, Pod, newer};
use conductor::{Manifest, Observed};
use practice::ChangeType;
use release::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The caches of one Slipway.
#[derive(Debug, Default)]
pub struct Watch {
    told: [usize; 3],
    /// How late each stream is.
    pub late: [Duration; 3],
    /// Until when each stream is silent.
    pub silent: [Duration; 3],
    deployment: Option<Manifest>,
    sets: BTreeMap<String, Manifest>,
    pods: BTreeMap<String, Heard>,
    last: Option<Observed>,
}

/// A pod that a stream told of. It is read when somebody looks: most are told of again before.
#[derive(Debug)]
struct Heard {
    object: Arc<Value>,
    read: OnceLock<Pod>,
}

impl Heard {
    fn of(object: &Arc<Value>) -> Heard {
        Heard {
            object: object.clone(),
            read: OnceLock::new(),
        }
    }

    fn pod(&self) -> &Pod {
        self.read.get_or_init(|| Pod::read(&self.object))
    }
}

impl Watch {
    /// Hears what has arrived by `now`.
    pub fn hear(&mut self, log: &Log, now: Duration) {
        for kind in [Kind::Deployment, Kind::ReplicaSet, Kind::Pod] {
            let place = kind as usize;
            if now < self.silent[place] {
                continue;
            }
            let writes = &log.writes[place];
            while let Some(write) = writes.get(self.told[place]) {
                if write.at + self.late[place] > now {
                    break;
                }
                self.told[place] += 1;
                self.take(kind, write.change, &write.object);
            }
        }
    }

    /// A direct read, or a new list after a 410: everything as it is now.
    pub fn read_all(&mut self, log: &Log) {
        for kind in [Kind::Deployment, Kind::ReplicaSet, Kind::Pod] {
            let place = kind as usize;
            self.silent[place] = Duration::ZERO;
            while let Some(write) = log.writes[place].get(self.told[place]) {
                self.told[place] += 1;
                self.take(kind, write.change, &write.object);
            }
        }
    }

    /// Whether the Deployment's stream is behind what is stored.
    pub fn is_behind(&self, log: &Log) -> bool {
        self.told[Kind::Deployment as usize] < log.writes[Kind::Deployment as usize].len()
    }

    /// The stream of a kind says again what it said last.
    pub fn repeat(&mut self, log: &Log, kind: Kind) {
        let place = kind as usize;
        if let Some(write) = self.told[place]
            .checked_sub(1)
            .and_then(|last| log.writes[place].get(last))
        {
            self.take(kind, write.change, &write.object.clone());
        }
    }

    /// The answer to an own act may be newer than an event that is on its way.
    pub fn accepted(&mut self, object: &Arc<Value>) {
        self.put_deployment(object);
    }

    fn put_deployment(&mut self, object: &Arc<Value>) {
        let older = self.deployment.as_ref().is_some_and(|known| {
            text(known, "/metadata/uid") == text(object, "/metadata/uid") && version(known) > version(object)
        });
        if !older {
            self.deployment = Some(newer(object.clone(), self.deployment.as_ref()));
            self.last = None;
        }
    }

    fn take(&mut self, kind: Kind, change: ChangeType, object: &Arc<Value>) {
        let uid = text(object, "/metadata/uid");
        self.last = None;
        match (kind, change == ChangeType::Deleted) {
            (Kind::Deployment, false) => self.put_deployment(object),
            (Kind::Deployment, true) => {
                if self
                    .deployment
                    .as_ref()
                    .is_some_and(|known| text(known, "/metadata/uid") == uid)
                {
                    self.deployment = None;
                }
            }
            (Kind::ReplicaSet, false) => {
                let set = newer(object.clone(), self.sets.get(uid));
                self.sets.insert(uid.to_owned(), set);
            }
            (Kind::ReplicaSet, true) => drop(self.sets.remove(uid)),
            (Kind::Pod, false) => drop(self.pods.insert(uid.to_owned(), Heard::of(object))),
            (Kind::Pod, true) => drop(self.pods.remove(uid)),
        }
    }

    /// The look that the caches make; `None` if the workload does not exist.
    pub fn look(&mut self, at: Timestamp) -> Option<Observed> {
        if let Some(last) = &mut self.last {
            last.at = at;
            return Some(last.clone());
        }
        let deployment = self.deployment.as_ref()?;
        let parts = Parts {
            deployment,
            replica_sets: self.sets.values().collect(),
            pods: Some(self.pods.values().map(Heard::pod).collect()),
        };
        let seen = parts.observed(at);
        self.last = Some(seen.clone());
        Some(seen)
    }
}

pub fn version(object: &Value) -> u64 {
    text(object, "/metadata/resourceVersion").parse().unwrap_or(0)
}
