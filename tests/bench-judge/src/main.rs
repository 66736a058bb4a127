//! Figures of the judge: false alarms and false health, detection, and cost, beside a repeated Mann–Whitney test and a
//! fixed threshold. The last line is one JSON object.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

mod cost;
mod detection;
mod false_alarms;
mod mann_whitney;
mod traffic;
mod whole_release;

use std::process::ExitCode;

use serde_json::json;

const USAGE: &str = "\
bench-judge [RELEASES]                       everything; RELEASES simulated ones for each case, default 2000
bench-judge false-alarms [RELEASES] [ONLY]   only cases whose name contains ONLY
bench-judge detection [RELEASES]
bench-judge whole-release [RELEASES]
bench-judge cost";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = arguments.first().map_or("", String::as_str);
    let number = |text: Option<&String>, default| text.and_then(|n| n.parse().ok()).unwrap_or(default);
    let only = arguments.get(2).map_or("", String::as_str);
    let figures = match word {
        "false-alarms" => false_alarms::run(number(arguments.get(1), 2000), only),
        "detection" => detection::run(number(arguments.get(1), 1000)),
        "cost" => cost::run(),
        "whole-release" => whole_release::run(number(arguments.get(1), 200)),
        releases if releases.is_empty() || releases.parse::<u64>().is_ok() => {
            let releases = number(arguments.first(), 2000);
            json!({
                "false_alarms": false_alarms::run(releases, ""),
                "detection": detection::run(releases.min(1000)),
                "whole_release": whole_release::run(releases.min(200)),
                "cost": cost::run(),
            })
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    println!("{figures}");
    ExitCode::SUCCESS
}
