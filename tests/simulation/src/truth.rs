//! What is so in the cluster, read from the world's own log of writes.

use practice::{ChangeType, Resource};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The kinds that a look is made of; also the index of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Deployment = 0,
    ReplicaSet = 1,
    Pod = 2,
}

impl Kind {
    pub fn of(resource: Resource) -> Option<Kind> {
        match resource {
            Resource::Deployments => Some(Kind::Deployment),
            Resource::ReplicaSets => Some(Kind::ReplicaSet),
            Resource::Pods => Some(Kind::Pod),
            _ => None,
        }
    }
}

/// One write.
#[derive(Debug, Clone)]
pub struct Write {
    pub at: Duration,
    pub change: ChangeType,
    pub object: Arc<Value>,
}

/// The log of writes, by kind.
#[derive(Debug, Default)]
pub struct Log {
    pub writes: [Vec<Write>; 3],
    pub revision: u64,
}

/// A ReplicaSet.
#[derive(Debug, Clone)]
pub struct Set {
    pub template_hash: String,
    pub owner: String,
    pub wanted: u32,
}

/// A pod.
#[derive(Debug, Clone)]
pub struct Pod {
    pub set: String,
    pub ready: bool,
    pub leaving: bool,
}

/// What is so now.
#[derive(Debug, Default)]
pub struct Truth {
    pub deployment: Option<Arc<Value>>,
    pub uid: String,
    pub template_hash: String,
    generation: i64,
    pub replicas: u32,
    pub sets: BTreeMap<String, Set>,
    pub pods: BTreeMap<String, Pod>,
}

impl Truth {
    /// Takes one write in.
    pub fn take(&mut self, kind: Kind, change: ChangeType, object: &Arc<Value>) {
        let gone = change == ChangeType::Deleted;
        let uid = text(object, "/metadata/uid");
        match kind {
            Kind::Deployment => self.take_deployment(gone, object),
            Kind::ReplicaSet if gone => drop(self.sets.remove(uid)),
            Kind::ReplicaSet => {
                let wanted = number(object, "/spec/replicas");
                match self.sets.get_mut(uid) {
                    Some(set) => set.wanted = wanted,
                    None => {
                        let template = object.pointer("/spec/template").unwrap_or(&Value::Null);
                        let set = Set {
                            template_hash: cluster::template_hash(template),
                            owner: owner(object).to_owned(),
                            wanted,
                        };
                        self.sets.insert(uid.to_owned(), set);
                    }
                }
            }
            Kind::Pod if gone => drop(self.pods.remove(uid)),
            Kind::Pod => {
                let ready = is_ready(object);
                let leaving = field(object, "/metadata/deletionTimestamp").is_some_and(|at| !at.is_null());
                let set = owner(object);
                match self.pods.get_mut(uid) {
                    Some(pod) if pod.set == set => (pod.ready, pod.leaving) = (ready, leaving),
                    _ => {
                        let set = set.to_owned();
                        self.pods.insert(uid.to_owned(), Pod { set, ready, leaving });
                    }
                }
            }
        }
    }

    fn take_deployment(&mut self, gone: bool, object: &Arc<Value>) {
        if gone {
            self.deployment = None;
            self.uid.clear();
            return;
        }
        let generation = field(object, "/metadata/generation")
            .and_then(Value::as_i64)
            .unwrap_or(0);
        let uid = text(object, "/metadata/uid");
        if generation != self.generation || uid != self.uid {
            uid.clone_into(&mut self.uid);
            self.generation = generation;
            self.template_hash = object
                .pointer("/spec/template")
                .map(cluster::template_hash)
                .unwrap_or_default();
            self.replicas = number(object, "/spec/replicas");
        }
        self.deployment = Some(object.clone());
    }

    fn own(&self) -> impl Iterator<Item = (&String, &Set)> {
        self.sets.iter().filter(|(_, set)| set.owner == self.uid)
    }

    /// Pods that the ReplicaSets of a template want, and those that all the others want.
    pub fn wanted(&self, template_hash: &str) -> (u32, u32) {
        self.own().fold((0, 0), |(of, others), (_, set)| {
            if set.template_hash == template_hash {
                (of + set.wanted, others)
            } else {
                (of, others + set.wanted)
            }
        })
    }

    /// Pods that are Ready and stay, of a template and of all the others.
    pub fn ready(&self, template_hash: &str) -> (u32, u32) {
        self.pods
            .values()
            .filter(|pod| pod.ready && !pod.leaving)
            .filter_map(|pod| self.sets.get(&pod.set))
            .filter(|set| set.owner == self.uid)
            .fold((0, 0), |(of, others), set| {
                if set.template_hash == template_hash {
                    (of + 1, others)
                } else {
                    (of, others + 1)
                }
            })
    }
}

/// The field at a path such as `/spec/replicas`. Unlike a JSON Pointer it unescapes nothing, so it copies nothing.
pub fn field<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let (mut here, mut rest) = (object, path.strip_prefix('/')?);
    while let Some(end) = rest.bytes().position(|byte| byte == b'/') {
        here = here.get(&rest[..end])?;
        rest = &rest[end + 1..];
    }
    here.get(rest)
}

pub fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    field(object, path).and_then(Value::as_str).unwrap_or_default()
}

pub fn number(object: &Value, path: &str) -> u32 {
    field(object, path)
        .and_then(Value::as_u64)
        .map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX))
}

/// The operation that an object carries.
pub fn operation(object: &Value) -> Option<&str> {
    field(object, "/metadata/annotations")?
        .get(cluster::holds::OPERATION_ANNOTATION)?
        .as_str()
}

pub fn owner(object: &Value) -> &str {
    field(object, "/metadata/ownerReferences")
        .and_then(|owners| owners.get(0)?.get("uid")?.as_str())
        .unwrap_or_default()
}

fn is_ready(pod: &Value) -> bool {
    field(pod, "/status/conditions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .any(|condition| text(condition, "/type") == "Ready" && text(condition, "/status") == "True")
}
