//! `cargo xtask fmt`: the formatting of all Rust code in the workspace.

use std::time::Duration;

use crate::workspace::Workspace;
use crate::{Outcome, artifacts, process};

/// Formats, or with `--check` only says what is not formatted.
///
/// # Errors
///
/// When something is not formatted, or an argument is unknown.
pub fn format(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let mut cargo = artifacts::cargo(workspace);
    cargo.args(["fmt", "--all"]);
    match arguments {
        [] => {}
        [only] if only == "--check" => {
            cargo.arg("--check");
        }
        other => {
            return Err(format!(
                "cargo xtask fmt knows only --check, not {}",
                other.join(" ")
            ));
        }
    }
    process::follow(cargo, Duration::from_secs(120))?
        .require("cargo fmt")
        .map(|_| ())
}
