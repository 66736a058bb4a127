//! Records that cannot be read: the window opens all the same, says what is wrong, and leaves the file as it is.

use window::app::{App, FIRST_SCREEN};
use window::{Outcome, given};

#[test]
fn a_file_that_is_no_database_is_told_in_the_window_and_left_untouched() -> Outcome {
    let data = tempfile::Builder::new()
        .prefix("no-database")
        .tempdir_in(given("SLIPWAY_SCRATCH")?)
        .map_err(|error| error.to_string())?;
    let file = data.path().join("slipway.db");
    let text = "These are somebody's notes, not a database.\n".repeat(100);
    std::fs::write(&file, &text).map_err(|error| error.to_string())?;

    let app = App::start(data.path())?;
    app.session
        .wait("the window says what is wrong", FIRST_SCREEN, || {
            let shown = app.session.run("return document.body.innerText;", &[])?;
            Ok(shown
                .as_str()
                .unwrap_or_default()
                .contains("history-")
                .then_some(()))
        })?;
    app.require_no_violations()?;
    assert_eq!(std::fs::read_to_string(&file).ok(), Some(text));
    Ok(())
}
