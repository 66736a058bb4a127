use super::object_name;
use conductor::{Charter, PortError, WorkloadRef};
use serde_json::{Value, json};

/// The key under which the charter stands in its ConfigMap.
const KEY: &str = "charter";
/// What a ConfigMap of ours may hold at most, in bytes: a quarter of what the API server takes.
const LARGEST: usize = 256 * 1024;

/// The charter in a ConfigMap; `None` if there is none that this version can read.
pub fn read_charter(config_map: &Value) -> Option<Charter> {
    serde_json::from_str(config_map.get("data")?.get(KEY)?.as_str()?).ok()
}

/// The ConfigMap with a charter, in the place of the one that was found.
///
/// # Errors
///
/// `charter-superseded`, `charter-too-large`: see [`conductor::Leadership::keep_charter`].
pub fn config_map(at: &WorkloadRef, charter: &Charter, found: Option<&Value>) -> Result<Value, PortError> {
    let before = found.and_then(read_charter);
    if before.is_some_and(|before| before.release.id == charter.release.id && before.epoch > charter.epoch) {
        return Err(PortError::new(
            "charter-superseded",
            "Another Slipway has written down how this release goes on.",
            "",
        ));
    }
    let text = serde_json::to_string(charter).map_err(|error| too_large(&error.to_string()))?;
    if text.len() > LARGEST {
        return Err(too_large(&format!(
            "{} kB are more than the {} kB that it may have",
            text.len() / 1024,
            LARGEST / 1024
        )));
    }
    let mut map = found.cloned().unwrap_or_else(|| {
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": object_name(at),
                "namespace": at.namespace,
                "labels": {"app.kubernetes.io/managed-by": "slipway"},
            },
        })
    });
    map["data"] = json!({ KEY: text });
    Ok(map)
}

fn too_large(why: &str) -> PortError {
    PortError::new(
        "charter-too-large",
        format!("The release's plan is not kept beside the workload: {why}."),
        "Another Slipway can roll it back, but not go on with it.",
    )
}
