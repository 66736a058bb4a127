//! Where the seconds of a release go, as far as it can be seen from outside and in Slipway's own record. Pure.

use serde_json::{Map, Value, json};

/// The first pod of the new version is there.
pub const FIRST_POD: &str = "first_pod";
/// As many of its pods are Ready as the first share has.
pub const READY: &str = "ready";
/// Slipway finds it degraded.
pub const DECIDED: &str = "decided";
/// The API server has taken the patch that goes back.
pub const ACCEPTED: &str = "accepted";

/// The steps in their order, and what they are called in tables.
pub const STEPS: [(&str, &str); 4] = [
    (FIRST_POD, "First pod"),
    (READY, "Pods Ready"),
    (DECIDED, "Decided"),
    (ACCEPTED, "Patch accepted"),
];

/// What a live release tells of it. `begun_ms`: the change, milliseconds since 1970.
pub fn of_live(live: &Value, begun_ms: i64) -> Map<String, Value> {
    let seconds = |at: &Value| at.as_i64().map(|at| json!((at - begun_ms) as f64 / 1000.0));
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let decided = list(&live["events"])
        .iter()
        .find(|event| {
            event["what"]["value"]["code"] == "healthChanged" && event["what"]["value"]["to"] == "degraded"
        })
        .map(|event| event["at"].clone());
    let act = &live["act"];
    let accepted = (act["askedAt"].as_i64().filter(|_| act["kind"] == "rollBack"))
        .zip(act["acceptedAfterMs"].as_f64())
        .map(|(asked, after)| json!(asked + after as i64));
    [(DECIDED, decided), (ACCEPTED, accepted)]
        .into_iter()
        .filter_map(|(name, at)| Some((name.to_owned(), seconds(&at?)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_from_what_the_window_shows() {
        let live = json!({
            "events": [
                { "at": 4_000, "what": { "kind": "record", "value": { "code": "phaseStarted" } } },
                { "at": 6_500, "what": { "kind": "record", "value": { "code": "healthChanged", "to": "degraded" } } },
            ],
            "act": { "kind": "rollBack", "askedAt": 6_520, "acceptedAfterMs": 30.0 },
        });
        let steps = of_live(&live, 2_000);
        assert_eq!(Value::Object(steps), json!({ "decided": 4.5, "accepted": 4.55 }));
        assert!(of_live(&Value::Null, 0).is_empty());
    }
}
