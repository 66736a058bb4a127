//! `cargo xtask run`: everything set up, built, and opened.

use crate::system_packages::{self, TO_BUILD};
use crate::workspace::Workspace;
use crate::{Outcome, artifacts, frontend, process};

/// Names the folder with the app's records.
const DATA_DIR: &str = "SLIPWAY_DATA_DIR";

/// Builds the app and opens it on the practice cluster; `arguments` are handed to it.
///
/// # Errors
///
/// When something cannot be installed or built, or the app ends with an error.
pub fn open(workspace: &Workspace, arguments: &[String]) -> Outcome {
    system_packages::require(workspace, &TO_BUILD)?;
    frontend::install(workspace)?;
    frontend::build(workspace)?;
    // Chosen among the whole workspace: the tests' build then finds every dependency compiled with the same features.
    let status = artifacts::cargo(workspace)
        .args(["build", "--workspace", "--bin", "slipway"])
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !status.success() {
        return Err(format!("the build failed: {status}"));
    }
    println!("opening Slipway on the practice cluster");
    let mut app = process::command(workspace.app(), &workspace.root);
    app.args(arguments);
    if std::env::var_os(DATA_DIR).is_none() {
        // Records of this checkout's own: a person's are never touched, and the practice cluster is all there is.
        app.env(DATA_DIR, workspace.scratch("run-data")?);
    }
    let ended = app
        .status()
        .map_err(|error| format!("cannot start {}: {error}", workspace.app().display()))?;
    if ended.success() {
        Ok(())
    } else {
        Err(format!("Slipway ended with an error: {ended}"))
    }
}
