use super::live::Live;
use super::template::version_of;
use serde_json::Value;

/// The field manager of Slipway's own writes.
pub(crate) const FIELD_MANAGER: &str = "slipway";

/// The latest writer of the object itself who is neither Slipway nor a controller of Kubernetes.
pub(crate) fn last_other_writer(object: &Value) -> Option<&str> {
    let entries = object.pointer("/metadata/managedFields")?.as_array()?;
    let text = |entry: &'_ Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    entries
        .iter()
        .filter(|entry| {
            entry
                .get("subresource")
                .is_none_or(|sub| sub.as_str() == Some(""))
        })
        .filter_map(|entry| {
            Some((
                text(entry, "time").unwrap_or_default(),
                entry.get("manager")?.as_str()?,
            ))
        })
        .filter(|(_, manager)| *manager != FIELD_MANAGER && *manager != "kube-controller-manager")
        .max_by(|left, right| left.0.cmp(&right.0))
        .map(|(_, manager)| manager)
}

fn by(live: &Live<'_>) -> String {
    last_other_writer(live.object).map_or_else(
        || "Somebody else".to_owned(),
        |manager| format!("Somebody else (field manager {manager})"),
    )
}

pub(crate) fn other_version(live: &Live<'_>) -> String {
    let label = live
        .object
        .pointer("/spec/template")
        .map(|template| version_of(template).label())
        .unwrap_or_default();
    format!("{} set another version: {label}.", by(live))
}

pub(crate) fn original_put_back(live: &Live<'_>) -> String {
    let left = if live.held() {
        " The settings of the hold are still there: its pods serve, but the workload reports itself as unavailable. \
         Roll back to tidy up."
    } else {
        ""
    };
    format!("{} put the version from before the release back.{left}", by(live))
}

pub(crate) fn hold_removed(live: &Live<'_>) -> String {
    format!(
        "{} took the hold off, so the new version spreads by itself.",
        by(live)
    )
}

pub(crate) fn marks_changed(live: &Live<'_>) -> String {
    format!("{} changed Slipway's marks on the workload.", by(live))
}

pub(crate) fn other_release(live: &Live<'_>) -> String {
    let release = live
        .marker
        .as_ref()
        .map_or("unknown", |marker| marker.release.as_str());
    format!("Another release ({release}) holds the workload.")
}

pub(crate) fn prepared_in_a_hold() -> String {
    "This release was prepared while another one held the workload, so the workload's own settings are not known. Make a \
     new release."
        .to_owned()
}

pub(crate) fn recreate() -> String {
    "The workload's strategy is Recreate: its pods cannot be replaced in phases.".to_owned()
}
