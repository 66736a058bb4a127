//! The life of pods: scheduling, starting, becoming ready, crashing, ending.
//!
//! What a pod does is written on its template: `practice.slipway.dev/start-seconds` (how long it takes to become ready),
//! `…/never-ready: "true"`, `…/crash: "oom" | "error"` with `…/crash-after-seconds`. A scenario can ask the same of a new version.

use crate::kinds::Resource;
use crate::object;
use crate::scenario::PodFate;
use crate::store::Key;
use crate::work::Work;
use crate::world::World;
use rand::Rng;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a pod takes to become ready, in seconds; otherwise 1 to 4, from the seed.
pub const START_SECONDS: &str = "practice.slipway.dev/start-seconds";
/// The pod runs and never becomes ready.
pub const NEVER_READY: &str = "practice.slipway.dev/never-ready";
/// The container crashes: "oom" or "OOMKilled" (exit 137), or anything else such as "error" (exit 1).
pub const CRASH: &str = "practice.slipway.dev/crash";
/// How long the container runs before it crashes, in seconds; otherwise 3.
pub const CRASH_AFTER: &str = "practice.slipway.dev/crash-after-seconds";

const KUBELET: &str = "kubelet";

/// Where a pod is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Starting,
    Running,
    Ready,
    BackOff,
    Stuck,
}

/// What is known of a pod beside its object.
#[derive(Clone, Debug)]
pub struct PodLife {
    phase: Phase,
    next_at: Duration,
    ready_delay: Duration,
    restarts: u32,
    crash: Option<(String, Duration)>,
    never_ready: bool,
}

impl World {
    pub(crate) fn sync_pod(&mut self, namespace: &str, name: &str) {
        let key = Key::new(Resource::Pods, namespace, name);
        let Some(pod) = self.store.get(&key).cloned() else {
            return;
        };
        if object::is_deleting(&pod) {
            let due = self.termination_due(&pod);
            if self.clock.elapsed() >= due {
                self.store.delete(&key);
            } else {
                // It was to be looked at for something else, and the queue has one place for a pod.
                self.queue
                    .add(Work::Pod(namespace.to_owned(), name.to_owned()), due);
            }
            return;
        }
        if object::text(&pod, &["spec", "nodeName"]).is_empty() {
            self.schedule(key, &pod);
            return;
        }
        let uid = object::uid(&pod).to_owned();
        let Some(life) = self.pods.get(&uid).cloned() else {
            self.begin(key, &pod);
            return;
        };
        if self.clock.elapsed() < life.next_at {
            self.queue
                .add(Work::Pod(namespace.to_owned(), name.to_owned()), life.next_at);
            return;
        }
        self.live(key, &pod, life);
    }

    /// When a pod that was asked to end is gone: a moment, at most its grace period.
    pub(crate) fn termination_due(&self, pod: &Value) -> Duration {
        let begun = crate::clock::parse(object::text(pod, &["metadata", "deletionTimestamp"]));
        let start = crate::clock::parse(&crate::clock::format_seconds(self.clock.wall(Duration::ZERO)));
        let since_start = match (begun, start) {
            (Some(begun), Some(start)) => u64::try_from(begun.as_second() - start.as_second()).unwrap_or(0),
            _ => 0,
        };
        let grace = object::integer(pod, &["metadata", "deletionGracePeriodSeconds"]).unwrap_or(30);
        // Well-behaved containers end within two seconds of the signal.
        let takes = u64::try_from(grace).unwrap_or(0).min(2);
        Duration::from_secs(since_start + takes)
    }

    fn schedule(&mut self, key: Key, pod: &Value) {
        let mut counts: Vec<(usize, String)> = self
            .store
            .list(Resource::Nodes, None)
            .map(|(node, _)| (0, node.name.clone()))
            .collect();
        for (_, other) in self.store.list(Resource::Pods, None) {
            let node = object::text(other, &["spec", "nodeName"]);
            if let Some(entry) = counts.iter_mut().find(|(_, name)| name == node) {
                entry.0 += 1;
            }
        }
        let Some((_, node)) = counts.into_iter().min() else {
            return;
        };
        let mut next = pod.clone();
        object::set(&mut next, &["spec", "nodeName"], json!(node));
        put_condition(&mut next, "PodScheduled", true, "", &self.clock.seconds());
        let due = self.clock.elapsed() + Duration::from_millis(20);
        self.queue
            .add(Work::Pod(key.namespace.clone(), key.name.clone()), due);
        self.write(key, next, "kube-scheduler", "");
    }

    fn begin(&mut self, key: Key, pod: &Value) {
        let number =
            |annotation: &str| object::annotation(pod, annotation).and_then(|text| text.parse::<f64>().ok());
        let fate = self.fate_of(pod);
        let start = number(START_SECONDS)
            .unwrap_or_else(|| self.rng.random_range(1.0..4.0))
            .clamp(0.0, 86_400.0);
        let pull = self.rng.random_range(0.15..0.6_f64).min(start);
        let crash = object::annotation(pod, CRASH)
            .map(str::to_owned)
            .or_else(|| match fate {
                PodFate::Crashes => Some("oom".to_owned()),
                _ => None,
            });
        let crash_after = number(CRASH_AFTER).unwrap_or(3.0).clamp(0.1, 86_400.0);
        let life = PodLife {
            phase: Phase::Starting,
            next_at: self.clock.elapsed() + Duration::from_secs_f64(pull),
            ready_delay: Duration::from_secs_f64(start - pull),
            restarts: 0,
            crash: crash.map(|kind| (kind, Duration::from_secs_f64(crash_after))),
            never_ready: object::annotation(pod, NEVER_READY) == Some("true") || fate == PodFate::NeverReady,
        };
        self.queue
            .add(Work::Pod(key.namespace.clone(), key.name.clone()), life.next_at);
        let mut next = pod.clone();
        let node = object::text(pod, &["spec", "nodeName"]).to_owned();
        let index: usize = node
            .rsplit('-')
            .next()
            .and_then(|number| number.parse().ok())
            .unwrap_or(1);
        let time = self.clock.seconds();
        object::set(
            &mut next,
            &["status", "hostIP"],
            json!(format!("10.0.0.{}", index + 10)),
        );
        object::set(&mut next, &["status", "startTime"], json!(time));
        put_condition(&mut next, "Initialized", true, "", &time);
        put_condition(&mut next, "ContainersReady", false, "ContainersNotReady", &time);
        put_condition(&mut next, "Ready", false, "ContainersNotReady", &time);
        let waiting = json!({"waiting": {"reason": "ContainerCreating"}});
        put_containers(&mut next, &waiting, None, false, 0);
        self.pods.insert(object::uid(pod).to_owned(), life);
        self.write(key, next, KUBELET, "status");
    }

    fn live(&mut self, key: Key, pod: &Value, mut life: PodLife) {
        if matches!(life.phase, Phase::Ready | Phase::Stuck) {
            return;
        }
        let now = self.clock.elapsed();
        let time = self.clock.seconds();
        let mut next = pod.clone();
        let running = json!({"running": {"startedAt": time}});
        match life.phase {
            Phase::Starting | Phase::BackOff => {
                if object::text(&next, &["status", "podIP"]).is_empty() {
                    let address = self.new_pod_ip(object::text(pod, &["spec", "nodeName"]));
                    object::set(&mut next, &["status", "podIP"], json!(address));
                    object::set(&mut next, &["status", "podIPs"], json!([{"ip": address}]));
                }
                object::set(&mut next, &["status", "phase"], json!("Running"));
                let last = last_state(pod);
                put_containers(&mut next, &running, last, false, life.restarts);
                life.phase = Phase::Running;
                life.next_at = now
                    + match &life.crash {
                        Some((_, after)) => *after,
                        None => life.ready_delay,
                    };
            }
            Phase::Running if life.crash.is_some() => {
                life.restarts += 1;
                let (kind, _) = life.crash.clone().unwrap_or_default();
                let (code, reason) = if kind.starts_with("oom") || kind == "OOMKilled" {
                    (137, "OOMKilled")
                } else {
                    (1, "Error")
                };
                let ended = json!({"terminated": {"exitCode": code, "reason": reason, "finishedAt": time,
                    "startedAt": started_at(pod).unwrap_or(time.clone())}});
                let back_off = 10_u64.saturating_mul(1 << (life.restarts - 1).min(5)).min(300);
                let waiting = json!({"waiting": {"reason": "CrashLoopBackOff", "message":
                    format!("back-off {back_off}s restarting failed container")}});
                put_containers(&mut next, &waiting, Some(ended), false, life.restarts);
                life.phase = Phase::BackOff;
                life.next_at = now + Duration::from_secs(back_off);
                let message = "Back-off restarting failed container".to_owned();
                self.record_event(pod, "Warning", "BackOff", &message);
            }
            Phase::Running if life.never_ready => {
                life.phase = Phase::Stuck;
                self.record_event(
                    pod,
                    "Warning",
                    "Unhealthy",
                    "Readiness probe failed: HTTP probe failed with statuscode: 503",
                );
            }
            Phase::Running => {
                let last = last_state(pod);
                let state = json!({"running": {"startedAt": started_at(pod).unwrap_or(time.clone())}});
                put_containers(&mut next, &state, last, true, life.restarts);
                put_condition(&mut next, "ContainersReady", true, "", &time);
                put_condition(&mut next, "Ready", true, "", &time);
                life.phase = Phase::Ready;
            }
            Phase::Ready | Phase::Stuck => return,
        }
        if !matches!(life.phase, Phase::Ready | Phase::Stuck) {
            self.queue
                .add(Work::Pod(key.namespace.clone(), key.name.clone()), life.next_at);
        }
        self.pods.insert(object::uid(pod).to_owned(), life);
        self.write(key, next, KUBELET, "status");
    }

    fn new_pod_ip(&mut self, node: &str) -> String {
        let index: u32 = node
            .rsplit('-')
            .next()
            .and_then(|number| number.parse().ok())
            .unwrap_or(1);
        let taken: Vec<String> = self
            .store
            .list(Resource::Pods, None)
            .map(|(_, pod)| object::text(pod, &["status", "podIP"]).to_owned())
            .collect();
        (2..=254_u32)
            .map(|host| format!("10.244.{}.{host}", index - index.min(1)))
            .chain((0..65_536_u32).map(|host| format!("10.245.{}.{}", host / 256, host % 256)))
            .find(|address| !taken.contains(address))
            .unwrap_or_default()
    }

    pub(crate) fn new_cluster_ip(&mut self) -> String {
        let taken: Vec<String> = self
            .store
            .list(Resource::Services, None)
            .map(|(_, service)| object::text(service, &["spec", "clusterIP"]).to_owned())
            .collect();
        (1..65_536_u32)
            .map(|host| format!("10.96.{}.{}", host / 256, host % 256))
            .find(|address| !taken.contains(address))
            .unwrap_or_default()
    }
}

fn started_at(pod: &Value) -> Option<String> {
    let status = object::items(pod, &["status", "containerStatuses"]).first()?;
    Some(object::text(status, &["state", "running", "startedAt"]).to_owned()).filter(|text| !text.is_empty())
}

fn last_state(pod: &Value) -> Option<Value> {
    object::items(pod, &["status", "containerStatuses"])
        .first()?
        .get("lastState")
        .cloned()
}

/// Sets a pod's condition; the time of transition changes only with the status.
fn put_condition(pod: &mut Value, kind: &str, status: bool, reason: &str, time: &str) {
    let status = if status { "True" } else { "False" };
    let generation = object::integer(pod, &["metadata", "generation"]).unwrap_or(1);
    object::set_default(pod, &["status", "conditions"], json!([]));
    let Some(list) = pod["status"]["conditions"].as_array_mut() else {
        return;
    };
    let place = list
        .iter()
        .position(|condition| object::text(condition, &["type"]) == kind);
    if place.is_some_and(|place| object::text(&list[place], &["status"]) == status) {
        return;
    }
    let mut condition = json!({"type": kind, "status": status, "observedGeneration": generation,
        "lastProbeTime": null, "lastTransitionTime": time});
    if !reason.is_empty() {
        condition["reason"] = json!(reason);
    }
    match place {
        Some(place) => list[place] = condition,
        None => list.push(condition),
    }
}

fn put_containers(pod: &mut Value, state: &Value, last: Option<Value>, ready: bool, restarts: u32) {
    let statuses: Vec<Value> = object::items(pod, &["spec", "containers"])
        .iter()
        .enumerate()
        .map(|(index, container)| {
            // Only the first container crashes; its companions run on.
            let crashing = index == 0;
            let mut status = json!({
                "name": object::text(container, &["name"]), "image": object::text(container, &["image"]),
                "imageID": format!("{}@practice", object::text(container, &["image"])),
                "ready": ready, "started": state.get("running").is_some(),
                "restartCount": if crashing { restarts } else { 0 }, "state": state, "lastState": {},
            });
            if crashing && let Some(last) = &last {
                status["lastState"] = last.clone();
            }
            status
        })
        .collect();
    object::set(pod, &["status", "containerStatuses"], Value::Array(statuses));
}
