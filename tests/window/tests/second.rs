//! A second Slipway on the same desktop shows the first one's window and ends; without a window it says that the profile is in
//! use.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use window::app::{App, FIRST_SCREEN};
use window::{Outcome, given};

/// How long a second start may take to end.
const END: Duration = Duration::from_secs(30);

fn second(data: &Path, arguments: &[&str]) -> Outcome<(ExitStatus, String)> {
    let log = data.join("second.log");
    let output = std::fs::File::create(&log).map_err(|error| error.to_string())?;
    let mut child = Command::new(given("SLIPWAY_APP")?)
        .args(arguments)
        .env("SLIPWAY_DATA_DIR", data)
        .env("HOME", data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .spawn()
        .map_err(|error| error.to_string())?;
    let status = wait(&mut child)?;
    Ok((status, std::fs::read_to_string(&log).unwrap_or_default()))
}

fn wait(child: &mut Child) -> Outcome<ExitStatus> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status);
        }
        if begun.elapsed() > END {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("the second one still runs after {} s", END.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_second_start_shows_the_first_window_and_ends() -> Outcome {
    let data = tempfile::Builder::new()
        .prefix("second")
        .tempdir_in(given("SLIPWAY_SCRATCH")?)
        .map_err(|error| error.to_string())?;
    let app = App::start(data.path())?;
    app.session.wait_for("#app *", FIRST_SCREEN)?;
    let (status, log) = second(data.path(), &[])?;
    assert!(status.success(), "{status}: {log}");
    assert!(!log.contains("the backend runs"), "it opened the records: {log}");
    let shown = app.session.run("return document.visibilityState;", &[])?;
    assert_eq!(shown, "visible");

    let (status, log) = second(data.path(), &["--no-window"])?;
    assert!(!status.success(), "two drive one profile: {log}");
    assert!(log.contains("profile-in-use"), "{log}");
    let shell = app.call("app.shell", &serde_json::json!({}))?;
    assert!(shell["version"].is_string(), "the first one goes on: {shell}");
    Ok(())
}
