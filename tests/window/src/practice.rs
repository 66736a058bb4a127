//! The practice cluster as the tour uses it: which cell, which plan, how fast.

use std::time::Duration;

use serde_json::{Value, json};

use crate::Outcome;
use crate::app::App;

/// How fast the practice cluster's clock goes during the tour.
pub const ACCELERATION: f64 = 4.0;

/// The application that is released.
pub const APPLICATION: &str = "checkout";

/// The scenario in which the new version begins to fail after a while.
const ERROR_SPIKE: &str = "error";

/// A cell of the matrix.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The application's id.
    pub application: String,
    /// The environment's id.
    pub environment: String,
    /// Pods wanted there.
    pub pods: u64,
}

/// The production cell of [`APPLICATION`], once the matrix has it.
///
/// # Errors
///
/// When the practice cluster shows no such cell in time.
pub fn production_cell(app: &App) -> Outcome<Cell> {
    app.session.wait(
        "the practice cluster's production",
        Duration::from_secs(30),
        || {
            let matrix = app.call("environments.matrix", &json!({}))?;
            Ok(find(&matrix))
        },
    )
}

fn find(matrix: &Value) -> Option<Cell> {
    let application = list(&matrix["applications"]).find(|row| row["name"] == APPLICATION)?["id"].clone();
    let environment = list(&matrix["environments"])
        .map(|column| &column["environment"])
        .find(|tag| text(&tag["name"]).to_lowercase().contains("prod"))?["id"]
        .clone();
    let cell = list(&matrix["cells"])
        .find(|cell| cell["application"] == application && cell["environment"] == environment)?;
    let pods = cell["wantedPods"].as_u64().filter(|pods| *pods > 0)?;
    Some(Cell {
        application: text(&application).to_owned(),
        environment: text(&environment).to_owned(),
        pods,
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Makes the practice cluster's clock go faster.
///
/// # Errors
///
/// What the backend refuses.
pub fn accelerate(app: &App) -> Outcome {
    app.call(
        "practice.set",
        &json!({ "on": true, "acceleration": ACCELERATION }),
    )
    .map(|_| ())
}

/// Starts a release whose new version goes bad after a while, with a short plan that leaves the decision to a person.
/// Answers with the release's id.
///
/// # Errors
///
/// What the backend refuses.
pub fn start_a_release_that_goes_bad(app: &App, cell: &Cell) -> Outcome<String> {
    let draft = app.call(
        "release.draft",
        &json!({ "application": cell.application, "environment": cell.environment }),
    )?;
    let source = list(&draft["offers"])
        .map(|offer| &offer["source"])
        .find(|source| text(&source["scenario"]).to_lowercase().contains(ERROR_SPIKE))
        .ok_or_else(|| format!("no offered version goes bad: {}", draft["offers"]))?;
    let possible: Vec<f64> = list(&draft["possibleShares"]).filter_map(Value::as_f64).collect();
    let mut plan = draft["plan"].clone();
    let phase = |percent: f64, bake_seconds: u64| {
        let mut phase = plan["phases"][0].clone();
        phase["share"] = json!(nearest(&possible, percent));
        phase["bakeSeconds"] = json!(bake_seconds);
        phase["bakeMaximumSeconds"] = Value::Null;
        phase
    };
    // The version goes bad after forty seconds of serving: in the second phase.
    plan["phases"] = json!([phase(20.0, 30), phase(50.0, 600)]);
    plan["automaticRollback"] = json!(false);
    let started = app.call(
        "release.start",
        &json!({
            "preflight": {
                "application": cell.application, "environment": cell.environment, "source": source, "plan": plan,
            },
            "overrides": [], "reason": "the tour", "confirmation": { "heldMs": 1500 },
        }),
    )?;
    started["release"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("not started: {started}"))
}

/// The possible share nearest to `percent`.
fn nearest(possible: &[f64], percent: f64) -> f64 {
    let distance = |share: &f64| (share - percent).abs();
    possible
        .iter()
        .copied()
        .min_by(|one, other| distance(one).total_cmp(&distance(other)))
        .unwrap_or(percent)
}
