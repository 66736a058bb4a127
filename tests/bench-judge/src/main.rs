//! Figures of the judge: false alarms and false health, detection, and cost, beside a repeated Mann–Whitney test and a
//! fixed threshold. The last line is one JSON object.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

mod cases;
mod cost;
mod detection;
mod false_alarms;
mod mann_whitney;
mod page;
mod traffic;
mod whole_release;

use std::path::PathBuf;
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
bench-judge more [RELEASES] [ONLY]           false alarms, on from the releases that figures.json has; can be ended at any time
                                             '!TEXT' in place of ONLY: cases whose name does not contain TEXT
bench-judge draw                             the same page from the figures that are there
  --threads N                                default: as many as there are cores
  --docs FOLDER                              with judge.md, default: this repository's";

/// Counts of false alarms into the page, each part as soon as it is there. They begin anew, or with `on` go on from what the
/// page has.
fn false_alarms(page: &mut Page, size: (u64, u64), only: &str, on: bool) -> std::io::Result<Value> {
    let known = if on { page.get("false_alarms") } else { json!({}) };
    false_alarms::run(size, only, known, |name, counts| {
        page.put("false_alarms", json!({ name: counts }))
    })
}

/// Measures and writes, each case as soon as it is there; cases that are not measured keep what they had.
fn write(page: &mut Page, size: (u64, u64), only: &str) -> std::io::Result<Value> {
    let detection = detection::run(size.0.min(2000), only);
    page.put("detection", detection["detection"].clone())?;
    let cost = cost::run();
    page.put("cost", cost.clone())?;
    let false_alarms = false_alarms(page, size, only, false)?;
    Ok(json!({ "false_alarms": false_alarms, "detection": detection, "cost": cost }))
}

/// What was asked for.
struct Asked {
    threads: u64,
    docs: Option<PathBuf>,
    rest: Vec<String>,
}

impl Asked {
    /// None if an option has no value, or an impossible one.
    fn read() -> Option<Self> {
        let mut asked = Asked {
            threads: std::thread::available_parallelism().map_or(1, usize::from) as u64,
            docs: None,
            rest: Vec::new(),
        };
        let mut all = std::env::args().skip(1);
        while let Some(argument) = all.next() {
            match argument.as_str() {
                "--threads" => asked.threads = all.next()?.parse().ok().filter(|n| *n > 0)?,
                "--docs" => asked.docs = Some(all.next()?.into()),
                _ => asked.rest.push(argument),
            }
        }
        Some(asked)
    }

    /// How many releases, on how many threads.
    fn size(&self, default: u64) -> (u64, u64) {
        let releases = self.rest.get(1).and_then(|n| n.parse().ok());
        (releases.unwrap_or(default), self.threads)
    }

    fn page(&self) -> Page {
        Page::open(self.docs.clone())
    }
}

fn measured(asked: &Asked) -> std::io::Result<Option<Value>> {
    let word = asked.rest.first().map_or("", String::as_str);
    let only = asked.rest.get(2).map_or("", String::as_str);
    let alone = |size, only| false_alarms::run(size, only, json!({}), |_, _| Ok::<(), std::io::Error>(()));
    Ok(Some(match word {
        "false-alarms" => alone(asked.size(2000), only)?,
        "detection" => detection::run(asked.size(1000).0, only),
        "cost" => cost::run(),
        "write" => write(&mut asked.page(), asked.size(2000), only)?,
        "more" => false_alarms(&mut asked.page(), asked.size(2000), only, true)?,
        "draw" => {
            asked.page().write()?;
            json!({ "drawn": true })
        }
        "whole-release" => whole_release::run(asked.size(200).0),
        all if all.is_empty() || all.parse::<u64>().is_ok() => {
            let releases = all.parse().unwrap_or(2000);
            json!({
                "false_alarms": alone((releases, asked.threads), "")?,
                "detection": detection::run(releases.min(1000), ""),
                "whole_release": whole_release::run(releases.min(200)),
                "cost": cost::run(),
            })
        }
        _ => return Ok(None),
    }))
}

fn main() -> ExitCode {
    match Asked::read().map(|asked| measured(&asked)) {
        Some(Ok(Some(figures))) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        None | Some(Ok(None)) => {
            eprintln!("{USAGE}");
            ExitCode::FAILURE
        }
        Some(Err(error)) => {
            eprintln!("docs/judge: {error}");
            ExitCode::FAILURE
        }
    }
}
