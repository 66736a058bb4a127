//! Drives the real app in a real window over WebDriver.
//!
//! WebKitGTK's own driver starts the app and speaks to its web view: no other program stands between. `cargo xtask`
//! gives a display and a session bus, and says by environment variables which app to start and where to leave
//! pictures; without it these tests fail and say so.

#![allow(
    clippy::print_stdout,
    reason = "each step's time belongs in the output of the tests"
)]

pub mod app;
pub mod driver;
pub mod element;
mod http;
pub mod practice;
pub mod session;
pub mod steps;

/// What a test ends with: nothing, or a sentence on what went wrong in the window.
pub type Outcome<T = ()> = Result<T, String>;

/// The value of an environment variable that `cargo xtask` sets.
///
/// # Errors
///
/// When it is not set: the test was started without `cargo xtask`.
pub fn given(name: &str) -> Outcome<std::path::PathBuf> {
    std::env::var_os(name).map(Into::into).ok_or_else(|| {
        format!("{name} is not set: run these tests with `cargo xtask test window` or `cargo xtask tour`")
    })
}
