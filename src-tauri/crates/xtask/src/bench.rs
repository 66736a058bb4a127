//! `cargo xtask bench NAME`: figures of a release build, a peer beside ours in the same run.

use crate::system_packages::{self, FOR_CONTROL_PLANE};
use crate::workspace::Workspace;
use crate::{Outcome, artifacts};

/// Builds and runs the program `NAME` of the package `bench`. Its last line is one JSON object.
///
/// # Errors
///
/// When the name is missing or unknown, or the program fails.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else {
        return Err("which bench? cargo xtask bench NAME".to_owned());
    };
    system_packages::require(workspace, &FOR_CONTROL_PLANE)?;
    if !workspace
        .root
        .join("tests/control-plane/src/bin/control-plane-build.rs")
        .is_file()
    {
        return Err("the control plane for tests has no builder in this checkout".to_owned());
    }
    // Peers run against a real control plane, so it is built first. Its builder prints, the figures come after.
    cargo(
        workspace,
        &[
            "run",
            "--package",
            "control-plane",
            "--bin",
            "control-plane-build",
        ],
        &[],
    )?;
    cargo(
        workspace,
        &["run", "--release", "--package", "bench", "--bin", name, "--"],
        rest,
    )
}

/// Runs Cargo on this terminal, so that the last line is the program's own.
fn cargo(workspace: &Workspace, arguments: &[&str], rest: &[String]) -> Outcome {
    let status = artifacts::cargo(workspace)
        .args(arguments)
        .args(rest)
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("cargo {}: {status}", arguments.join(" ")))
    }
}
