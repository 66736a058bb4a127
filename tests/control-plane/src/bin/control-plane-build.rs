//! Builds what the control plane for tests is made of; prints a line for each step and nothing when all is there.
#![allow(clippy::print_stdout, clippy::print_stderr)] // A command's output is for its user.

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let started = Instant::now();
    match control_plane::build(&mut |line| println!("control-plane: {line}")) {
        Ok(()) => {
            println!("control-plane: ready ({:.1} s)", started.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
