//! Figures of the judge: false alarms and false health, detection, and cost, beside a repeated Mann–Whitney test and a
//! fixed threshold. The last line is one JSON object.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

mod cost;
mod detection;
mod false_alarms;
mod mann_whitney;
mod page;
mod plot;
mod traffic;
mod whole_release;

use std::process::ExitCode;

use page::Page;
use serde_json::{Value, json};

const USAGE: &str = "\
bench-judge [RELEASES]                       everything; RELEASES simulated ones for each case, default 2000
bench-judge false-alarms [RELEASES] [ONLY]   only cases whose name contains ONLY
bench-judge detection [RELEASES] [ONLY]
bench-judge whole-release [RELEASES]
bench-judge cost
bench-judge write [RELEASES] [ONLY]          all but whole releases, into docs/judge.md, its plots and docs/judge/figures.json
bench-judge draw                             the same page from the figures that are there";

/// Measures and writes, each case as soon as it is there; cases that are not measured keep what they had.
fn write(releases: u64, only: &str) -> std::io::Result<Value> {
    let mut page = Page::open();
    let mut failed = None;
    let false_alarms = false_alarms::run(releases, only, |name, value| {
        failed = page
            .put("false_alarms", json!({ name: value }))
            .err()
            .or(failed.take());
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let detection = detection::run(releases.min(2000), only);
    page.put("detection", detection["detection"].clone())?;
    let cost = cost::run();
    page.put("cost", cost.clone())?;
    Ok(json!({ "false_alarms": false_alarms, "detection": detection, "cost": cost }))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = arguments.first().map_or("", String::as_str);
    let number = |text: Option<&String>, default| text.and_then(|n| n.parse().ok()).unwrap_or(default);
    let only = arguments.get(2).map_or("", String::as_str);
    let figures = match word {
        "false-alarms" => false_alarms::run(number(arguments.get(1), 2000), only, |_, _| {}),
        "detection" => detection::run(number(arguments.get(1), 1000), only),
        "cost" => cost::run(),
        "write" | "draw" => {
            let written = if word == "draw" {
                Page::open().write().map(|()| json!({ "drawn": true }))
            } else {
                write(number(arguments.get(1), 2000), only)
            };
            match written {
                Ok(figures) => figures,
                Err(error) => {
                    eprintln!("docs/judge: {error}");
                    return ExitCode::FAILURE;
                }
            }
        }
        "whole-release" => whole_release::run(number(arguments.get(1), 200)),
        releases if releases.is_empty() || releases.parse::<u64>().is_ok() => {
            let releases = number(arguments.first(), 2000);
            json!({
                "false_alarms": false_alarms::run(releases, "", |_, _| {}),
                "detection": detection::run(releases.min(1000), ""),
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
