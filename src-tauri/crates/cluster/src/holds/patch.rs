use super::live::Live;
use super::marker::{Marker, OPERATION_ANNOTATION, RELEASE_ANNOTATION};
use super::originals::{DEADLINE, MAX_SURGE, MAX_UNAVAILABLE, MIN_READY, Originals};
use crate::field::{REVISION_ANNOTATION, annotation};
use conductor::{ActKind, PreparedAct, Pursuit};
use serde_json::{Value, json};

/// Builds the JSON Patch of one act: first the tests of its preconditions, then only what differs from the live object.
pub(crate) struct PatchBuilder<'a> {
    live: &'a Live<'a>,
    operations: Vec<Value>,
}

impl<'a> PatchBuilder<'a> {
    /// Tests that it is the same object and that nobody acted on it in between: by the operation it carries, or, where it
    /// carries none, by its generation.
    pub fn guarded(live: &'a Live<'a>, uid: &str) -> PatchBuilder<'a> {
        let mut builder = PatchBuilder {
            live,
            operations: Vec::new(),
        };
        builder.test("/metadata/uid", json!(uid));
        match live.operation {
            Some(operation) => builder.test(&pointer(OPERATION_ANNOTATION), json!(operation)),
            None => builder.test("/metadata/generation", json!(live.generation)),
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

    /// At adoption the generation is tested whatever annotations an earlier release left behind.
    pub fn test_generation(&mut self) {
        let test = json!({"op": "test", "path": "/metadata/generation", "value": self.live.generation});
        if !self.operations.contains(&test) {
            self.operations.push(test);
        }
    }

    /// The controller's number of the live template grows whenever another template was live in between, also where
    /// `rollout undo` put the old operation back with it. Where there is none, nothing is tested.
    pub fn test_revision(&mut self) {
        if let Some(revision) = annotation(self.live.object, REVISION_ANNOTATION) {
            self.test(&pointer(REVISION_ANNOTATION), json!(revision));
        }
    }

    fn test(&mut self, path: &str, value: Value) {
        self.operations
            .push(json!({"op": "test", "path": path, "value": value}));
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
            .push(json!({"op": "replace", "path": "/spec/template", "value": template}));
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
                let test = json!({"op": "test", "path": "/metadata/resourceVersion", "value": version});
                self.operations.insert(1, test);
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
