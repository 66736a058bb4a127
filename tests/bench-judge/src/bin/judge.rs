//! Replays a gate from recorded numbers: one verdict per scrape time, as JSON lines.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::ExitCode;

use judge::replay::{ERRORS, LATENCY, Replay, Scrape};
use judge::{Judge, Method, Options, ReleaseVerdict, SignalSpec, Verdict};
use serde_json::{Map, Value, json};

const USAGE: &str = "\
judge FILE [options]      FILE is JSON lines, one scrape each, counters cumulative (- is standard input):
  {\"t\": 5, \"arm\": \"canary\", \"requests\": 120, \"errors\": 1, \"buckets\": {\"0.1\": 90, \"+Inf\": 120}}

  --alpha P               greatest probability of a false alarm, default 0.01
  --false-healthy P       greatest probability of false health at the smallest effect, default 0.05
  --effect X              smallest rise of the error ratio worth stopping for, default 0.005
  --latency-effect X      smallest slowdown worth stopping for, default 0.1 (ten percent)
  --latency-objective S   seconds that a request should not exceed, default 0.25
  --latency-ratio P       share of requests that should keep it, default 0.95
  --method NAME           sequential (default), threshold or kayenta";

struct Command {
    file: String,
    options: Options,
    effect: f64,
    latency_effect: f64,
    objective: f64,
    ratio: f64,
}

fn parse(arguments: &[String]) -> Result<Command, String> {
    let mut command = Command {
        file: String::new(),
        options: Options {
            warmup_seconds: 0.0,
            ..Options::default()
        },
        effect: 0.005,
        latency_effect: 0.1,
        objective: 0.25,
        ratio: 0.95,
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            if !command.file.is_empty() {
                return Err(format!("one FILE, not also {argument}"));
            }
            command.file.clone_from(argument);
            continue;
        }
        let (name, text) = match argument.split_once('=') {
            Some((name, text)) => (name, text.to_owned()),
            None => {
                let text = arguments
                    .next()
                    .ok_or_else(|| format!("{argument} needs a value"))?;
                (argument.as_str(), text.clone())
            }
        };
        if name == "--method" {
            command.options.method = match text.as_str() {
                "sequential" => Method::Sequential,
                "threshold" => Method::Threshold,
                "kayenta" => Method::Kayenta,
                other => return Err(format!("there is no method {other}")),
            };
            continue;
        }
        let slot = match name {
            "--alpha" => &mut command.options.alpha,
            "--false-healthy" => &mut command.options.false_healthy,
            "--effect" => &mut command.effect,
            "--latency-effect" => &mut command.latency_effect,
            "--latency-objective" => &mut command.objective,
            "--latency-ratio" => &mut command.ratio,
            other => return Err(format!("there is no option {other}")),
        };
        *slot = text
            .parse()
            .map_err(|_| format!("{name} needs a number, not {text}"))?;
    }
    if command.file.is_empty() {
        Err("which FILE?".to_owned())
    } else {
        Ok(command)
    }
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Healthy => "healthy",
        Verdict::Degraded => "degraded",
        Verdict::NotEnoughEvidence => "not_enough_evidence",
    }
}

fn line(t: f64, verdict: &ReleaseVerdict) -> Result<Value, String> {
    let mut signals = Map::new();
    for signal in &verdict.signals {
        let mut value = serde_json::to_value(signal).map_err(|error| error.to_string())?;
        value["verdict"] = name(signal.verdict).into();
        signals.insert(signal.signal.clone(), value);
    }
    Ok(json!({ "t": t, "verdict": name(verdict.verdict), "signals": signals }))
}

fn replay(command: &Command, out: &mut impl Write) -> Result<(), String> {
    let input: Box<dyn BufRead> = if command.file == "-" {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = File::open(&command.file).map_err(|error| format!("{}: {error}", command.file))?;
        Box::new(BufReader::new(file))
    };
    let mut running: Option<Replay> = None;
    let mut say = |verdict: Option<(f64, ReleaseVerdict)>| -> Result<(), String> {
        if let Some((t, verdict)) = verdict {
            writeln!(out, "{}", line(t, &verdict)?).map_err(|error| error.to_string())?;
        }
        Ok(())
    };
    for (number, text) in (1..).zip(input.lines()) {
        let at = |error: &dyn std::fmt::Display| format!("{}: line {number}: {error}", command.file);
        let text = text.map_err(|error| at(&error))?;
        if text.trim().is_empty() {
            continue;
        }
        let scrape: Scrape = serde_json::from_str(&text).map_err(|error| at(&error))?;
        let replay = match &mut running {
            Some(replay) => replay,
            None => {
                let mut signals = vec![SignalSpec::error_ratio(ERRORS, command.effect)];
                if scrape.buckets.is_some() {
                    signals.push(SignalSpec::latency(
                        LATENCY,
                        command.ratio,
                        command.objective,
                        command.latency_effect,
                    ));
                }
                let judge = Judge::new(signals, command.options).map_err(|error| error.to_string())?;
                running.insert(Replay::new(judge))
            }
        };
        say(replay.scrape(&scrape).map_err(|error| at(&error))?)?;
    }
    match &mut running {
        Some(replay) => say(replay.finish()),
        None => Err(format!("{}: no scrape in it", command.file)),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = match parse(&arguments) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match replay(&command, &mut std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
