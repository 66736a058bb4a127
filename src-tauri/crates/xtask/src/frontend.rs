//! The window's own sources: install with npm, check, test, build.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::counts::Counts;
use crate::workspace::Workspace;
use crate::{Outcome, process};

/// Installs the packages of `ui/` exactly as its lock file names them; does nothing if that was done before.
///
/// # Errors
///
/// When npm is missing or fails.
pub fn install(workspace: &Workspace) -> Outcome {
    let lock = workspace.ui().join("package-lock.json");
    let wanted =
        std::fs::read_to_string(&lock).map_err(|error| format!("cannot read {}: {error}", lock.display()))?;
    let stamp = workspace.scratch("xtask")?.join("installed-package-lock.json");
    let installed = workspace.ui().join("node_modules/.package-lock.json");
    if installed.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    // Somebody ran npm by hand: what it installed is newer than what it was asked for.
    if !is_newer(&installed, &lock) {
        println!("installing the packages of ui/");
        let mut npm = npm(workspace);
        npm.args(["ci", "--no-audit", "--no-fund"]);
        process::follow(npm, Duration::from_secs(600))?.require("npm ci")?;
    }
    std::fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))
}

/// Builds the files that the app carries.
///
/// # Errors
///
/// When they do not build.
pub fn build(workspace: &Workspace) -> Outcome {
    script(workspace, "build", Duration::from_secs(600))?
        .require("npm run build")
        .map(|_| ())
}

/// Runs one of the scripts in `ui/package.json` as a single check.
///
/// # Errors
///
/// When it cannot be started.
pub fn check(workspace: &Workspace, name: &str, limit: Duration) -> Outcome<Counts> {
    Ok(Counts::of_check(script(workspace, name, limit)?.success))
}

/// Runs the component tests and counts them.
///
/// # Errors
///
/// When they cannot be started.
pub fn test(workspace: &Workspace, limit: Duration) -> Outcome<Counts> {
    let ended = script(workspace, "test", limit)?;
    Ok(Counts::read(&ended.lines, ended.success))
}

fn script(workspace: &Workspace, name: &str, limit: Duration) -> Outcome<process::Ended> {
    let mut npm = npm(workspace);
    npm.args(["run", "--silent", name]);
    process::follow(npm, limit)
}

fn npm(workspace: &Workspace) -> Command {
    let mut command = process::command(if cfg!(windows) { "npm.cmd" } else { "npm" }, &workspace.ui());
    // Watch modes and colours are for people.
    command.env("NO_COLOR", "1").env("CI", "true");
    command
}

fn is_newer(made: &Path, source: &Path) -> bool {
    let time = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    matches!((time(made), time(source)), (Some(made), Some(source)) if made >= source)
}
