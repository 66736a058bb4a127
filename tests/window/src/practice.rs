//! The practice cluster as the tour uses it: which cell, which version, which plan.

use std::time::Duration;

use serde_json::{Value, json};

use crate::Outcome;
use crate::app::App;

/// The application that is released.
pub const APPLICATION: &str = "checkout";

/// The scenarios of a new version, as the practice cluster names them.
const HEALTHY: &str = "healthy";
const ERROR_SPIKE: &str = "error_spike";

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

/// The test ids to press, one after the other, that make the cell's new version fail requests: the application's list, the
/// scenario in it, and the button that runs it.
pub fn error_spike(cell: &Cell) -> [String; 3] {
    let list = format!("scenario-{}", cell.application);
    let scenario = format!("{list}-{}/{}/{ERROR_SPIKE}", cell.environment, cell.application);
    [list, scenario, format!("scenario-run-{}", cell.application)]
}

/// What the tour enters on the page for a new release.
#[derive(Debug, Clone)]
pub struct Entries {
    /// The test id of a version that is as good as the one before, for now.
    pub version: String,
    /// Each phase's share in percent and bake time in minutes.
    pub phases: Vec<(f64, f64)>,
}

/// A version, and a short plan whose shares the cell's pods can express.
///
/// # Errors
///
/// When the practice cluster offers no new version.
pub fn entries(app: &App, cell: &Cell) -> Outcome<Entries> {
    let draft = app.call(
        "release.draft",
        &json!({ "application": cell.application, "environment": cell.environment }),
    )?;
    let offer = list(&draft["offers"])
        .position(|offer| offer["source"]["scenario"] == HEALTHY)
        .ok_or_else(|| format!("no new version is offered: {}", draft["offers"]))?;
    let possible: Vec<f64> = list(&draft["possibleShares"]).filter_map(Value::as_f64).collect();
    Ok(Entries {
        version: format!("pick-version-offer-{offer}"),
        phases: vec![(nearest(&possible, 20.0), 1.0), (nearest(&possible, 50.0), 20.0)],
    })
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
