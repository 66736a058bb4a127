//! Conditions in an object's status.

use crate::clock;
use crate::object;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::borrow::Cow;

/// The conditions of an object while a controller works on them. Those that stay are not copied.
#[derive(Clone, Debug, Default)]
pub struct Conditions<'a>(Vec<Cow<'a, Value>>);

/// A condition to be put.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    /// Its type.
    pub kind: &'a str,
    /// "True", "False" or "Unknown".
    pub status: &'a str,
    /// Why, for programs.
    pub reason: &'a str,
    /// Why, for people.
    pub message: &'a str,
}

impl<'a> Conditions<'a> {
    /// The conditions that an object has.
    pub fn of(object: &'a Value) -> Self {
        let list = object::items(object, &["status", "conditions"]);
        Self(list.iter().map(Cow::Borrowed).collect())
    }

    /// The condition of one type.
    pub fn get(&self, kind: &str) -> Option<&Value> {
        self.0
            .iter()
            .map(AsRef::as_ref)
            .find(|condition| object::text(condition, &["type"]) == kind)
    }

    /// Sets a condition. One with the same status and reason stays as it was; the time of transition stays while the status
    /// does. Answers whether anything changed.
    pub fn set(&mut self, condition: Condition<'_>, now: Timestamp) -> bool {
        let current = self
            .get(condition.kind)
            .filter(|current| object::text(current, &["status"]) == condition.status);
        if current.is_some_and(|current| object::text(current, &["reason"]) == condition.reason) {
            return false;
        }
        let time = clock::format_seconds(now);
        let transition = current.map_or_else(
            || time.clone(),
            |current| object::text(current, &["lastTransitionTime"]).to_owned(),
        );
        self.put(condition, &time, &transition);
        true
    }

    /// Puts a condition in the place of the one of its type, as the last.
    pub fn put(&mut self, condition: Condition<'_>, updated: &str, transition: &str) {
        self.remove(condition.kind);
        self.0.push(Cow::Owned(json!({
            "type": condition.kind, "status": condition.status, "reason": condition.reason, "message": condition.message,
            "lastUpdateTime": updated, "lastTransitionTime": transition,
        })));
    }

    /// Takes the condition of a type away.
    pub fn remove(&mut self, kind: &str) {
        self.0
            .retain(|condition| object::text(condition, &["type"]) != kind);
    }

    /// Whether these are the conditions in a status.
    pub fn are(&self, conditions: Option<&Value>) -> bool {
        match conditions.and_then(Value::as_array) {
            Some(list) => self.0.iter().map(AsRef::as_ref).eq(list.iter()),
            None => self.0.is_empty(),
        }
    }

    /// The list for a status; none if it is empty.
    pub fn into_value(self) -> Option<Value> {
        let list: Vec<Value> = self.0.into_iter().map(Cow::into_owned).collect();
        (!list.is_empty()).then_some(Value::Array(list))
    }
}

/// Sets a condition of an object, as [`Conditions::set`] does.
pub fn set_condition(object: &mut Value, condition: Condition<'_>, now: Timestamp) {
    let mut conditions = Conditions::of(object);
    if conditions.set(condition, now)
        && let Some(list) = conditions.into_value()
    {
        object::set(object, &["status", "conditions"], list);
    }
}
