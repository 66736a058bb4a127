//! Leases and charters on the simulated API server: the real rules of leading ask here.

use super::Port;
use crate::fault::Fault;
use async_trait::async_trait;
use cluster::Trouble;
use cluster::lease::{Beside, Kind, Unanswered, object_name};
use conductor::WorkloadRef;
use practice::{Resource, User, path_of};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a Slipway waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What becomes of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    NotSent,
    Lost,
    ReplyLost,
    Status500,
}

impl Port {
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, Unanswered> {
        self.crash_point("before it asks beside the workload").await;
        let (fate, at) = {
            let mut room = self.room();
            let now = room.now();
            let rate = room.scenario.rates.lease;
            let fate = if room.weather.offline && !room.calm {
                Fate::NotSent
            } else if room.chance(rate) {
                *room.dice.pick(&[Fate::Lost, Fate::ReplyLost, Fate::Status500])
            } else {
                Fate::Arrives
            };
            if fate != Fate::Arrives {
                room.fault(Fault::LeaseRequestFailed);
            }
            (fate, now + room.dice.millis(1, 20))
        };
        self.until(at).await;
        let no_answer = || Unanswered::Trouble(Trouble::NoAnswer("no answer within 3 s".into()));
        let answer = match fate {
            Fate::NotSent => {
                return Err(Unanswered::Trouble(Trouble::NotSent("connection refused".into())));
            }
            Fate::Status500 => return Err(status(500, "the server is starting")),
            Fate::Lost => Err(no_answer()),
            Fate::Arrives => self.stored(method, path, body),
            Fate::ReplyLost => self.stored(method, path, body).and(Err(no_answer())),
        };
        if matches!(fate, Fate::Lost | Fate::ReplyLost) {
            self.until(at + PATIENCE).await;
        }
        self.crash_point("before it notes what stands beside the workload")
            .await;
        answer
    }

    fn stored(&self, method: &str, path: &str, body: &Value) -> Result<Value, Unanswered> {
        let mut room = self.room();
        let forbidden = room.weather.forbidden && !room.calm;
        if room.scenario.no_leases || forbidden {
            room.fault(Fault::LeaseForbidden);
            return Err(status(403, "leases are forbidden"));
        }
        let text = format!("{} {method} {path}", self.machine);
        room.say(|| text);
        room.world
            .send(&User::Admin, method, path, "application/json", body)
            .map_err(|refused| status(refused.code, &refused.message))
    }
}

fn status(code: u16, message: &str) -> Unanswered {
    Unanswered::Trouble(Trouble::Status {
        code,
        reason: String::new(),
        message: message.to_owned(),
        retry_after_millis: None,
    })
}

/// The path of what stands beside the workload, and of all of its kind.
pub fn paths(at: &WorkloadRef, kind: Kind) -> (String, String) {
    let resource = match kind {
        Kind::Lease => Resource::Leases,
        Kind::ConfigMap => Resource::ConfigMaps,
    };
    (
        path_of(resource, &at.namespace, &object_name(at)),
        path_of(resource, &at.namespace, ""),
    )
}

#[async_trait]
impl Beside for Port {
    async fn get(&self, at: &WorkloadRef, kind: Kind) -> Result<Option<Value>, Unanswered> {
        match self.ask("GET", &paths(at, kind).0, &Value::Null).await {
            Ok(object) => Ok(Some(object)),
            Err(trouble) if trouble.is_status(404) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    async fn create(&self, at: &WorkloadRef, kind: Kind, object: &Value) -> Result<Value, Unanswered> {
        self.ask("POST", &paths(at, kind).1, object).await
    }

    async fn replace(&self, at: &WorkloadRef, kind: Kind, object: &Value) -> Result<Value, Unanswered> {
        self.ask("PUT", &paths(at, kind).0, object).await
    }

    async fn delete(&self, at: &WorkloadRef, kind: Kind) -> Result<(), Unanswered> {
        self.ask("DELETE", &paths(at, kind).0, &json!({})).await.map(drop)
    }
}
