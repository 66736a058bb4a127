use super::originals::{HOLD_MIN_READY_SECONDS, Originals};
use super::template::{hash_in, hash_of};
use crate::field::annotation;
use conductor::Pursuit;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The annotation that names the last operation applied to the object.
pub const OPERATION_ANNOTATION: &str = "slipway.dev/operation";
/// The annotation that says which release holds the object, and what its settings were before.
pub const RELEASE_ANNOTATION: &str = "slipway.dev/release";

/// What a release writes on the workload it holds. Evidence, never the only copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Marker {
    /// The release's id.
    pub release: String,
    /// The object's uid when the release began: an annotation copied to another object does not count.
    pub uid: String,
    /// The driver's fencing token when it was written.
    pub epoch: u64,
    /// The hashes of the templates from before the release and of its new version: without a charter nothing else tells which of
    /// the versions that have pods is which, least of all in the middle of a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<MarkedVersions>,
    /// The fields that a hold changes, as they were; absent ones were absent.
    pub(crate) originals: Originals,
}

/// Which versions a release is about, by the hashes of their templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkedVersions {
    /// What ran before.
    pub from: String,
    /// What is being released.
    pub to: String,
}

impl Marker {
    pub(crate) fn of(pursuit: &Pursuit) -> Marker {
        Marker {
            release: pursuit.release.0.clone(),
            uid: pursuit.uid.clone(),
            epoch: pursuit.epoch,
            versions: Some(MarkedVersions {
                from: hash_in(&pursuit.before).to_owned(),
                to: hash_of(&pursuit.new_template).to_owned(),
            }),
            originals: Originals::of(&pursuit.before),
        }
    }

    /// The marker on an object; `None` if there is none that can be read.
    pub fn read(object: &Value) -> Option<Marker> {
        serde_json::from_str(annotation(object, RELEASE_ANNOTATION)?).ok()
    }

    /// Whether it was written for this release and this object, by this driver or one before it: a later one is
    /// found before anything else is looked at.
    pub(crate) fn belongs_to(&self, pursuit: &Pursuit) -> bool {
        self.release == pursuit.release.0 && self.uid == pursuit.uid
    }

    pub(crate) fn text(&self) -> String {
        // A struct of strings and numbers always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The workload as it was before a release, from how it is now: the original settings from the marker, if the release has
/// one, and the template from before.
pub(crate) fn before_release(object: &Value, marker: Option<&Marker>, template: Value) -> Value {
    let mut before = object.clone();
    match marker {
        Some(marker) => marker.originals.put_back(&mut before),
        // Somebody wiped the marks. A hold's settings are never a workload's own: the API server's defaults take their place.
        None if Originals::of(object).min_ready() == HOLD_MIN_READY_SECONDS => {
            Originals::default().put_back(&mut before);
        }
        None => {}
    }
    if let Some(spec) = before.pointer_mut("/spec").and_then(Value::as_object_mut) {
        spec.insert("template".to_owned(), template);
        spec.remove("paused");
    }
    if let Some(annotations) = before
        .pointer_mut("/metadata/annotations")
        .and_then(Value::as_object_mut)
    {
        annotations.remove(OPERATION_ANNOTATION);
        annotations.remove(RELEASE_ANNOTATION);
    }
    before
}
