//! The network between a Slipway and the API server.

use crate::deployment::{NAME, NAMESPACE};
use crate::fault::Fault;
use crate::room::Room;
use cluster::{Trouble, act_error};
use conductor::{Accepted, ActError, PreparedAct};
use practice::{Resource, User, path_of};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a Slipway waits for an answer, in milliseconds.
const PATIENCE_MILLIS: u64 = 10_000;

/// A request on its way.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: u64,
    pub machine: usize,
    pub sent: Duration,
    pub act: PreparedAct,
    /// It was sent while a person's command was being carried out.
    pub in_click: bool,
    /// The Deployment's resourceVersion that the sender had looked at.
    pub looked: u64,
    answered: bool,
    status: Option<u16>,
    /// A second copy, which nobody sends once the first was refused.
    copy: bool,
}

#[derive(Debug, Default)]
pub struct Wire {
    on_the_way: Vec<(Duration, Request)>,
    answers: BTreeMap<u64, (Duration, Result<Accepted, ActError>)>,
    refused: BTreeSet<u64>,
    next: u64,
}

/// What became of sending.
#[derive(Debug)]
pub enum Sending {
    /// It never left; told at this time.
    Failed(Duration, ActError),
    /// An answer to this number, or none until this time.
    Away(u64, Duration),
}

impl Wire {
    /// When the next request arrives.
    pub fn next_arrival(&self) -> Option<Duration> {
        self.on_the_way.iter().map(|(at, _)| *at).min()
    }

    /// When an answer on its way back arrives.
    pub fn answered_at(&self, id: u64) -> Option<Duration> {
        self.answers.get(&id).map(|(at, _)| *at)
    }

    /// An answer that has come back.
    pub fn answer(&mut self, id: u64, now: Duration) -> Option<Result<Accepted, ActError>> {
        let (at, _) = self.answers.get(&id)?;
        if *at > now {
            return None;
        }
        self.answers.remove(&id).map(|(_, answer)| answer)
    }
}

impl Room {
    /// Sends an act; its fate is thrown now.
    pub fn send(&mut self, machine: usize, act: &PreparedAct) -> Sending {
        let now = self.now();
        let rates = self.scenario.rates.clone();
        self.say(|| format!("{machine} sends {} {:?} {}", act.operation.0, act.kind, act.patch));
        if !self.calm && self.weather.offline || self.chance(rates.not_sent) {
            self.fault(Fault::RequestNotSent);
            let error = ActError::Unreachable {
                message: "connection refused".into(),
            };
            return Sending::Failed(now + Duration::from_millis(5), error);
        }
        self.wire.next += 1;
        let id = self.wire.next;
        let until = now + Duration::from_millis(PATIENCE_MILLIS);
        if self.chance(rates.lost) {
            self.fault(Fault::RequestLost);
            return Sending::Away(id, until);
        }
        let mut arrives = now + self.dice.millis(1, 20);
        if self.chance(rates.delayed) {
            self.fault(Fault::RequestDelayed);
            arrives = now + self.dice.millis(50, 25_000);
        }
        let mut request = Request {
            id,
            machine,
            sent: now,
            act: act.clone(),
            in_click: self.machines[machine].in_click,
            looked: self.machines[machine].looked,
            answered: true,
            status: None,
            copy: false,
        };
        if self.chance(rates.reply_lost) {
            self.fault(Fault::ReplyLost);
            request.answered = false;
        }
        if self.chance(rates.status) {
            request.status = Some(*self.dice.pick(&[409, 429, 500, 500]));
        }
        if self.chance(rates.duplicated) {
            self.fault(Fault::RequestDuplicated);
            let again = arrives + self.dice.millis(1, 15_000);
            let copy = Request {
                answered: false,
                status: None,
                copy: true,
                ..request.clone()
            };
            self.wire.on_the_way.push((again, copy));
        }
        self.wire.on_the_way.push((arrives, request));
        Sending::Away(id, until)
    }

    /// Requests that have arrived by now are answered, in the order of their arrival.
    pub fn deliver(&mut self) {
        let now = self.now();
        loop {
            let due = self
                .wire
                .on_the_way
                .iter()
                .enumerate()
                .filter(|(_, (at, _))| *at <= now)
                .min_by_key(|(_, (at, request))| (*at, request.id))
                .map(|(place, _)| place);
            let Some(place) = due else { return };
            let (_, request) = self.wire.on_the_way.remove(place);
            self.arrive(&request);
        }
    }

    fn arrive(&mut self, request: &Request) {
        if request.copy && self.wire.refused.contains(&request.id) {
            return;
        }
        let answer = self.serve(request);
        if answer.is_err() {
            self.wire.refused.insert(request.id);
        }
        self.say(|| match &answer {
            Ok(accepted) => format!(
                "  {} accepted as generation {}",
                request.act.operation.0, accepted.generation
            ),
            Err(error) => format!("  {} not accepted: {error}", request.act.operation.0),
        });
        if request.answered {
            let at = self.now() + self.dice.millis(1, 20);
            self.wire.answers.insert(request.id, (at, answer));
            self.machines[request.machine].wake_at(at);
        }
    }

    fn serve(&mut self, request: &Request) -> Result<Accepted, ActError> {
        let status = |code: u16, message: &str, retry: Option<u64>| Trouble::Status {
            code,
            reason: String::new(),
            message: message.to_owned(),
            retry_after_millis: retry,
        };
        let patch = &request.act.patch;
        if self.weather.admission && !self.calm {
            self.fault(Fault::Admission);
            let sentence = "admission webhook \"rules.test\" denied the request: not now";
            return Err(act_error(status(403, sentence, None), patch, None));
        }
        match request.status {
            Some(409) => {
                self.fault(Fault::Status409);
                return Err(act_error(
                    status(409, "the object has been modified", None),
                    patch,
                    None,
                ));
            }
            Some(429) => {
                self.fault(Fault::Status429);
                let wait = self.dice.number(1, 5) * 1_000;
                return Err(act_error(
                    status(429, "too many requests", Some(wait)),
                    patch,
                    None,
                ));
            }
            Some(_) => {
                self.fault(Fault::Status500);
                if self.dice.chance(0.5) {
                    let _ = self.store(request);
                }
                return Err(act_error(
                    status(500, "etcdserver: request timed out", None),
                    patch,
                    None,
                ));
            }
            None => {}
        }
        self.store(request)
    }

    fn store(&mut self, request: &Request) -> Result<Accepted, ActError> {
        let user = if self.weather.forbidden && !self.calm {
            self.fault(Fault::Forbidden);
            User::Viewer
        } else {
            User::Admin
        };
        let path = format!(
            "{}?fieldManager=slipway",
            path_of(Resource::Deployments, NAMESPACE, NAME)
        );
        let before = self.deployment();
        let patch = &request.act.patch;
        match self
            .world
            .send(&user, "PATCH", &path, "application/json-patch+json", patch)
        {
            Ok(object) => {
                self.collect();
                if let Some(before) = before {
                    self.own_act_applied(request, &before, &object);
                }
                Ok(Accepted {
                    resource_version: crate::truth::text(&object, "/metadata/resourceVersion").to_owned(),
                    generation: object
                        .pointer("/metadata/generation")
                        .and_then(Value::as_i64)
                        .unwrap_or(0),
                    object: object.into(),
                })
            }
            Err(refused) => {
                if refused.code == 422 {
                    self.fault(Fault::Status422);
                }
                let live = match self.deployment() {
                    Some(object) => Ok((*object).clone()),
                    None => Err(Trouble::Status {
                        code: 404,
                        reason: "NotFound".into(),
                        message: "not found".into(),
                        retry_after_millis: None,
                    }),
                };
                let trouble = Trouble::Status {
                    code: refused.code,
                    reason: String::new(),
                    message: refused.message,
                    retry_after_millis: None,
                };
                Err(act_error(trouble, patch, Some(live)))
            }
        }
    }
}
