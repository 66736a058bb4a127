use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

/// A workload or a pod template as the cluster has it. Many hold it and hardly anybody changes it, so clones share it and what was
/// worked out from it.
///
/// It reads as its JSON. To change it (`DerefMut`) makes a copy where others hold it too.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    json: Arc<Value>,
    known: Arc<Known>,
}

/// What was worked out from a manifest.
#[derive(Debug, Default)]
struct Known {
    template_hash: OnceLock<String>,
    template: OnceLock<Option<Manifest>>,
}

impl Manifest {
    /// The hash of its pod template: worked out by `hash` when it is asked for first, by this clone or another. How templates are
    /// hashed is the cluster's matter; whoever asks must always bring the same function.
    pub fn template_hash(&self, hash: impl FnOnce(&Value) -> String) -> &str {
        self.known.template_hash.get_or_init(|| hash(&self.json))
    }

    /// The pod template of a workload (`spec.template`); `None` if it has none.
    pub fn template(&self) -> Option<&Manifest> {
        let found = || {
            self.json
                .get("spec")?
                .get("template")
                .cloned()
                .map(Manifest::from)
        };
        self.known.template.get_or_init(found).as_ref()
    }

    /// Takes over what was worked out from another manifest. For whoever knows that both have the same pod template.
    pub fn knows_what(&mut self, other: &Manifest) {
        self.known = other.known.clone();
    }

    /// Its JSON, shared.
    pub fn json(&self) -> &Arc<Value> {
        &self.json
    }
}

impl Deref for Manifest {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.json
    }
}

impl DerefMut for Manifest {
    fn deref_mut(&mut self) -> &mut Value {
        self.known = Arc::default();
        Arc::make_mut(&mut self.json)
    }
}

impl From<Value> for Manifest {
    fn from(json: Value) -> Manifest {
        Manifest::from(Arc::new(json))
    }
}

impl From<Arc<Value>> for Manifest {
    fn from(json: Arc<Value>) -> Manifest {
        Manifest {
            json,
            known: Arc::default(),
        }
    }
}

impl PartialEq for Manifest {
    fn eq(&self, other: &Manifest) -> bool {
        Arc::ptr_eq(&self.json, &other.json) || self.json == other.json
    }
}

impl PartialEq<Value> for Manifest {
    fn eq(&self, other: &Value) -> bool {
        *self.json == *other
    }
}

impl PartialEq<Manifest> for Value {
    fn eq(&self, other: &Manifest) -> bool {
        other == self
    }
}

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Manifest, D::Error> {
        Value::deserialize(deserializer).map(Manifest::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn workload(image: &str) -> Manifest {
        json!({"spec": {"template": {"image": image}}}).into()
    }

    #[test]
    fn what_was_worked_out_is_forgotten_when_the_manifest_changes() {
        let image = |json: &Value| json["spec"]["template"]["image"].to_string();
        let mut one = workload("a:1");
        let other = one.clone();
        assert_eq!(one.template_hash(image), "\"a:1\"");
        one["spec"]["template"]["image"] = json!("a:2");
        assert_eq!(one.template_hash(image), "\"a:2\"");
        assert_eq!(one.template().unwrap()["image"], "a:2");
        assert_eq!(other.template_hash(image), "\"a:1\"");
        assert_eq!(other.template().unwrap()["image"], "a:1");
    }

    #[test]
    fn clones_work_a_hash_out_once() {
        let one = workload("a:1");
        assert_eq!(one.clone().template_hash(|_| "worked out".into()), "worked out");
        assert_eq!(one.template_hash(|_| "again".into()), "worked out");
    }
}
