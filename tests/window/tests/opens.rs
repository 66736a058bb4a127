//! The window opens, shows Slipway, and keeps its content security policy.

use std::time::Duration;

use serde_json::json;
use window::app::{App, FIRST_SCREEN};
use window::{Outcome, given};

fn open(name: &str) -> Outcome<(App, tempfile::TempDir)> {
    let scratch = given("SLIPWAY_SCRATCH")?;
    let data = tempfile::Builder::new()
        .prefix(name)
        .tempdir_in(scratch)
        .map_err(|error| error.to_string())?;
    Ok((App::start(data.path())?, data))
}

#[test]
fn the_window_shows_slipway_and_its_backend_answers() -> Outcome {
    let (app, _data) = open("opens")?;
    app.session.wait_for("#app *", FIRST_SCREEN)?;
    let shell = app.call("app.shell", &json!({}))?;
    assert_eq!(shell["version"], env!("CARGO_PKG_VERSION"), "{shell}");
    app.require_no_violations()
}

#[test]
fn an_inline_style_element_is_refused_and_seen_by_the_listener() -> Outcome {
    let (app, _data) = open("policy")?;
    app.session.wait_for("#app *", FIRST_SCREEN)?;
    app.require_no_violations()?;
    app.session.run(
        "const style = document.createElement('style'); style.textContent = 'body { color: red }';
         document.head.append(style);",
        &[],
    )?;
    app.session
        .wait("the violation is recorded", Duration::from_secs(5), || {
            Ok(app.require_no_violations().is_err().then_some(()))
        })
}

#[test]
fn nothing_of_tauri_but_slipways_own_commands_can_be_called_from_the_page() -> Outcome {
    let (app, _data) = open("capabilities")?;
    app.session.wait_for("#app *", FIRST_SCREEN)?;
    let refused = app.session.run_async(
        "return window.__TAURI_INTERNALS__.invoke('plugin:window|close', {});",
        &[],
    );
    assert!(
        refused.as_ref().is_err_and(|error| error.contains("not allowed")),
        "{refused:?}"
    );
    Ok(())
}
