//! `cargo xtask tour`: the main job in a real window, on a desktop that nobody sees.

use std::path::Path;
use std::time::Duration;

use crate::artifacts::Artifacts;
use crate::desktop::Desktop;
use crate::system_packages::{self, FOR_WINDOWS, TO_BUILD};
use crate::workspace::Workspace;
use crate::{Outcome, frontend, groups, process};

/// The longest time the tour itself may take.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Builds the app with its window's files inside, and does the main job in it. Screenshots and times go to
/// `target/tour/`.
///
/// # Errors
///
/// When something cannot be installed or built, or a step of the tour fails.
pub fn tour(workspace: &Workspace) -> Outcome {
    system_packages::require(workspace, &[&TO_BUILD[..], &FOR_WINDOWS].concat())?;
    frontend::install(workspace)?;
    frontend::build(workspace)?;
    let artifacts = Artifacts::build(workspace, true)?;
    let tests = artifacts.tests(|package, target| package == Path::new("tests/window") && target == "tour");
    let [program] = tests[..] else {
        return Err("tests/window holds no test named tour".to_owned());
    };
    let folder = workspace.empty_scratch("tour")?;
    let desktop = Desktop::start(workspace)?;
    let mut command = groups::test_command(workspace, program);
    desktop.host(&mut command);
    command
        .args(["--test-threads=1", "--nocapture"])
        .env("SLIPWAY_APP", workspace.app())
        .env("SLIPWAY_SCRATCH", workspace.scratch("window")?)
        .env("SLIPWAY_TOUR_DIR", &folder);
    process::follow(command, LIMIT)?.require("the tour")?;
    println!("screenshots: {}", folder.display());
    Ok(())
}
