//! `cargo xtask generate`: what is made from the Rust code and kept in the repository.

use std::time::Duration;

use crate::workspace::Workspace;
use crate::{Outcome, artifacts, process};

/// Writes the window's TypeScript declarations anew. The same test that finds a stale file writes it when asked to.
///
/// # Errors
///
/// When `api` does not compile or two types have the same name.
pub fn generate(workspace: &Workspace) -> Outcome {
    let mut cargo = artifacts::cargo(workspace);
    cargo
        // Among the whole workspace, so that no dependency is compiled again with other features.
        .args(["test", "--workspace", "--test", "generated"])
        .env("SLIPWAY_WRITE_GENERATED", "1");
    process::follow(cargo, Duration::from_secs(1800))?
        .require("writing the declarations")
        .map(|_| ())
}
