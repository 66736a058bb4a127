use super::live::Live;
use super::marker::{Marker, OPERATION_ANNOTATION, RELEASE_ANNOTATION};
use super::next::Situation;
use super::originals::{DEADLINE, MAX_SURGE, MAX_UNAVAILABLE, MIN_READY, Originals};
use crate::field::{REVISION_ANNOTATION, annotation};
use conductor::{ActKind, PreparedAct, Pursuit};
use serde_json::{Value, json};

/// Where a Deployment has its pod template.
pub(crate) const TEMPLATE: &str = "/spec/template";

/// Builds the JSON Patch of one act: first the tests of its preconditions, then only what differs from the live object.
pub(crate) struct PatchBuilder<'a> {
    live: &'a Live<'a>,
    operations: Vec<Value>,
}

impl<'a> PatchBuilder<'a> {
    /// Tests that it is the same object and that nobody has changed anything of it since it was looked at: the operation that it
    /// carries, its generation, and the number that the controller gave its template. A Deployment's generation grows with every
    /// change of its spec or its annotations, so an act that arrives late finds another one also where `rollout undo` has put the
    /// old operation back; the template's number tells the two apart afterwards.
    pub fn guarded(at: &'a Situation<'_>) -> PatchBuilder<'a> {
        let mut builder = PatchBuilder::insisting(at);
        builder.test_generation();
        let revision = annotation(at.live.object, REVISION_ANNOTATION);
        if let Some(revision) = revision.filter(|_| !at.controller_is_behind()) {
            builder.test(&pointer(REVISION_ANNOTATION), json!(revision));
        }
        builder
    }

    /// Tests that it is the same object and that no other driver acted on it in between: by the operation that it carries, or,
    /// where it carries none, by its generation. For the last try of a person's rollback: what others change meanwhile does not
    /// stop it.
    pub fn insisting(at: &'a Situation<'_>) -> PatchBuilder<'a> {
        let mut builder = PatchBuilder::by_hand(&at.live, &at.pursuit.uid);
        match at.live.operation {
            Some(operation) => builder.test(&pointer(OPERATION_ANNOTATION), json!(operation)),
            None => builder.test_generation(),
        }
        builder
    }

    /// Tests the uid only: for a person who pastes it some time later.
    pub fn by_hand(live: &'a Live<'a>, uid: &str) -> PatchBuilder<'a> {
        let mut builder = PatchBuilder {
            live,
            operations: Vec::new(),
        };
        builder.test("/metadata/uid", json!(uid));
        builder
    }

    fn test_generation(&mut self) {
        self.test("/metadata/generation", json!(self.live.generation));
    }

    /// Tests stand before everything that changes something, each once.
    fn test(&mut self, path: &str, value: Value) {
        let test = json!({"op": "test", "path": path, "value": value});
        if !self.operations.contains(&test) {
            let tests = self
                .operations
                .iter()
                .take_while(|operation| operation["op"] == "test");
            let place = tests.count();
            self.operations.insert(place, test);
        }
    }

    /// Makes a field what it shall be; `None` removes it. Writes nothing if it is so already.
    pub fn set(&mut self, path: &str, wanted: Option<Value>) {
        let live = self.live.object.pointer(path).filter(|value| !value.is_null());
        match wanted {
            Some(wanted) if live != Some(&wanted) => {
                self.operations
                    .push(json!({"op": "add", "path": path, "value": wanted}));
            }
            None if live.is_some() => self.operations.push(json!({"op": "remove", "path": path})),
            _ => {}
        }
    }

    /// The whole template: a merge could not remove what another template added.
    pub fn template(&mut self, template: &Value) {
        self.operations
            .push(json!({"op": "replace", "path": TEMPLATE, "value": template}));
    }

    /// A merge, which only a planted mistake asks for.
    pub fn merged_template(&mut self, template: &Value) {
        let mut merged = self
            .live
            .object
            .pointer("/spec/template")
            .cloned()
            .unwrap_or(Value::Null);
        merge(&mut merged, template);
        self.template(&merged);
    }

    pub fn surge(&mut self, surge: u32, unavailable: u32) {
        self.strategy(Some(json!(surge)), Some(json!(unavailable)));
    }

    /// Sets or removes both fields of the strategy; makes its map if there is none.
    pub fn strategy(&mut self, surge: Option<Value>, unavailable: Option<Value>) {
        let strategy = self.live.object.pointer("/spec/strategy");
        let rolling = strategy.and_then(|strategy| strategy.get("rollingUpdate"));
        if rolling.is_none_or(Value::is_null) && (surge.is_some() || unavailable.is_some()) {
            let mut map = serde_json::Map::new();
            map.extend(surge.map(|value| ("maxSurge".to_owned(), value)));
            map.extend(unavailable.map(|value| ("maxUnavailable".to_owned(), value)));
            let value = json!({"type": "RollingUpdate", "rollingUpdate": map});
            self.operations
                .push(json!({"op": "add", "path": "/spec/strategy", "value": value}));
            return;
        }
        self.set(MAX_SURGE, surge);
        self.set(MAX_UNAVAILABLE, unavailable);
    }

    pub fn min_ready(&mut self, wanted: Option<Value>) {
        self.set(MIN_READY, wanted);
    }

    pub fn deadline(&mut self, wanted: Option<Value>) {
        self.set(DEADLINE, wanted);
    }

    /// Everything that a hold changes, as it was.
    pub fn originals(&mut self, originals: &Originals) {
        self.min_ready(originals.min_ready_seconds.clone());
        self.deadline(originals.progress_deadline_seconds.clone());
        self.strategy(originals.max_surge.clone(), originals.max_unavailable.clone());
    }

    pub fn unpause(&mut self) {
        self.set("/spec/paused", None);
    }

    /// Writes the operation's name and the release's marker.
    pub fn sign(&mut self, pursuit: &Pursuit) {
        let annotations = self.live.object.pointer("/metadata/annotations");
        if annotations.is_none_or(Value::is_null) {
            // The controller adds its own annotations to a new Deployment without a new generation; making the map anew must
            // not take them away.
            if let Some(version) = self.live.object.pointer("/metadata/resourceVersion") {
                self.test("/metadata/resourceVersion", version.clone());
            }
            self.operations
                .push(json!({"op": "add", "path": "/metadata/annotations", "value": {}}));
        }
        self.set(&pointer(OPERATION_ANNOTATION), Some(json!(pursuit.operation.0)));
        self.set(
            &pointer(RELEASE_ANNOTATION),
            Some(json!(Marker::of(pursuit).text())),
        );
    }

    /// Removes both annotations.
    pub fn unsign(&mut self) {
        self.set(&pointer(OPERATION_ANNOTATION), None);
        self.set(&pointer(RELEASE_ANNOTATION), None);
    }

    pub fn patch(self) -> Value {
        Value::Array(self.operations)
    }

    pub fn act(self, pursuit: &Pursuit, kind: ActKind) -> PreparedAct {
        PreparedAct {
            operation: pursuit.operation.clone(),
            kind,
            patch: self.patch(),
        }
    }
}

/// What an act makes of a field, by itself or with a map around it.
pub(crate) fn written<'a>(act: &'a PreparedAct, path: &str) -> Option<&'a Value> {
    let mut operations = act.patch.as_array()?.iter().rev();
    operations.find_map(|operation| {
        let value = operation.get("value").filter(|_| operation["op"] != "test")?;
        let inside = path.strip_prefix(operation["path"].as_str()?)?;
        value.pointer(inside)
    })
}

/// What an act sets one field to, `Some(None)` where it removes it; `None` where it leaves it as it is.
pub(crate) fn changed<'a>(act: &'a PreparedAct, path: &str) -> Option<Option<&'a Value>> {
    let mut operations = act.patch.as_array()?.iter().rev();
    let found = operations.find(|operation| operation["op"] != "test" && operation["path"] == path)?;
    Some(found.get("value"))
}

/// The revision of the template that an act tests.
pub(crate) fn tested_revision(act: &PreparedAct) -> Option<i64> {
    let path = pointer(REVISION_ANNOTATION);
    let mut operations = act.patch.as_array()?.iter();
    let test =
        operations.find(|operation| operation["op"] == "test" && operation["path"] == path.as_str())?;
    test["value"].as_str()?.parse().ok()
}

/// Maps are merged, everything else is taken from `from` (RFC 7396 without its nulls).
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => from.clone_into(into),
    }
}

/// The JSON Pointer of an annotation (RFC 6901).
fn pointer(annotation: &str) -> String {
    format!(
        "/metadata/annotations/{}",
        annotation.replace('~', "~0").replace('/', "~1")
    )
}
