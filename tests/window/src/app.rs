//! Slipway in its window, with records of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::driver::Driver;
use crate::session::Session;
use crate::{Outcome, given};

/// How long the window may take to show its first screen.
pub const FIRST_SCREEN: Duration = Duration::from_secs(30);

/// The running app.
pub struct App {
    /// What is asked of its window.
    pub session: Session,
    log: PathBuf,
    // After the session, so that the app is asked to close before its driver ends.
    _driver: Driver,
}

impl App {
    /// Starts the app that was built, on the records in `data`.
    ///
    /// # Errors
    ///
    /// When it shows no window.
    pub fn start(data: &Path) -> Outcome<Self> {
        Self::start_program(&given("SLIPWAY_APP")?, data, &[])
    }

    /// Starts `program` on the records in `data`, with more environment variables.
    ///
    /// # Errors
    ///
    /// When it shows no window.
    pub fn start_program(program: &Path, data: &Path, more: &[(&str, &str)]) -> Outcome<Self> {
        std::fs::create_dir_all(data).map_err(|error| format!("{}: {error}", data.display()))?;
        let log = data.join("window.log");
        let mut environment = vec![
            ("SLIPWAY_DATA_DIR".to_owned(), data.display().to_string()),
            ("SLIPWAY_LOG".to_owned(), "info".to_owned()),
            // Nothing of the developer's own clusters, caches or settings.
            ("HOME".to_owned(), data.display().to_string()),
            (
                "KUBECONFIG".to_owned(),
                data.join("no-kubeconfig").display().to_string(),
            ),
            (
                "XDG_CACHE_HOME".to_owned(),
                data.join("cache").display().to_string(),
            ),
            (
                "XDG_CONFIG_HOME".to_owned(),
                data.join("config").display().to_string(),
            ),
            (
                "XDG_DATA_HOME".to_owned(),
                data.join("share").display().to_string(),
            ),
        ];
        environment.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let driver = Driver::start(&environment, &log)?;
        let session = Session::start(driver.port, program, &[])
            .map_err(|error| format!("{error}\n{}", std::fs::read_to_string(&log).unwrap_or_default()))?;
        Ok(Self {
            session,
            log,
            _driver: driver,
        })
    }

    /// Asks the backend as the window does.
    ///
    /// # Errors
    ///
    /// What the backend refuses, as it says it.
    pub fn call(&self, name: &str, payload: &Value) -> Outcome<Value> {
        let script = "return window.__TAURI_INTERNALS__.invoke('call', { name: arguments[0], payload: arguments[1] });";
        self.session.run_async(script, &[json!(name), payload.clone()])
    }

    /// Fails if the page broke its content security policy since it was opened.
    ///
    /// # Errors
    ///
    /// With every violation; also when the page does not record them.
    pub fn require_no_violations(&self) -> Outcome {
        let recorded = self.session.run("return window.__cspViolations ?? null;", &[])?;
        match recorded.as_array() {
            None => Err("the page does not record securitypolicyviolation events".to_owned()),
            Some(none) if none.is_empty() => Ok(()),
            Some(_) => Err(format!("the page broke its content security policy: {recorded}")),
        }
    }

    /// What the app and its driver wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // If the app is gone already, so much the better.
        let _ = self.session.end();
    }
}
