//! Figures of the judge.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

mod detection;
mod false_alarms;
mod mann_whitney;
mod traffic;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let releases = arguments.get(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
    match arguments.first().map(String::as_str) {
        Some("detection") => println!("{}", detection::run(releases)),
        Some("false-alarms") => println!(
            "{}",
            false_alarms::run(releases, arguments.get(2).map_or("", String::as_str))
        ),
        _ => {
            eprintln!("bench-judge detection|false-alarms [RELEASES] [ONLY]");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
