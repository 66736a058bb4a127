//! The packages that people install.

use std::path::PathBuf;
use std::time::Duration;

use crate::workspace::Workspace;
use crate::{Outcome, process};

/// The Tauri command line that bundles; the same minor version as the library.
const TAURI_CLI: &str = "@tauri-apps/cli@2.12.5";

/// The test that opens an unpacked package, in `tests/window`.
pub const TEST: &str = "bundle";

/// Makes a Debian package of the app that was built before, without building it again.
///
/// # Errors
///
/// When bundling fails or leaves no package.
pub fn debian_package(workspace: &Workspace, limit: Duration) -> Outcome<PathBuf> {
    let tools = workspace.scratch("tools")?;
    let cli = tools.join("node_modules/.bin/tauri");
    if !cli.is_file() {
        let mut npm = process::command("npm", &tools);
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"])
            .arg(&tools)
            .arg(TAURI_CLI);
        process::follow(npm, limit)?.require("installing the bundler")?;
    }
    let folder = workspace.target.join("debug/bundle/deb");
    // An older version's package must not be taken for this one's.
    let _ = std::fs::remove_dir_all(&folder);
    let mut bundle = process::command(cli, &workspace.root);
    bundle
        .args(["bundle", "--debug", "--bundles", "deb"])
        .env("CI", "true");
    process::follow(bundle, limit)?.require("tauri bundle")?;
    let entries =
        std::fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .ok_or_else(|| format!("the bundler left no package in {}", folder.display()))
}
