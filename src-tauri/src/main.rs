//! Slipway's program: opens the window.

// A release build on Windows has no console behind the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    match slipway_shell::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            slipway_shell::report_fatal(error.as_ref());
            ExitCode::FAILURE
        }
    }
}
