//! `simulate --seeds N --from S [--threads T]`: runs seeds, prints the trace of the first that breaks a promise, and one JSON
//! object as the last line. `simulate --trace S` prints what happens in one seed.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1)?.parse::<u64>().ok()
    };
    if let Some(seed) = number("--trace") {
        let ended = simulation::run(seed, None, true);
        print!("{}", ended.trace);
        return if ended.violations.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = number("--threads").map_or(threads, |threads| usize::try_from(threads).unwrap_or(1));
    let summary = simulation::many(
        number("--from").unwrap_or(1),
        number("--seeds").unwrap_or(1_000),
        threads,
        None,
    );
    if let Some(first) = summary.failed.first() {
        print!("{}", simulation::run(first.seed, None, true).trace);
        for ended in &summary.failed {
            for violation in &ended.violations {
                println!(
                    "seed {}: {}: {}. Again: cargo xtask simulate --trace {}",
                    ended.seed, violation.rule, violation.what, ended.seed
                );
            }
        }
    }
    println!("{}", summary.json());
    if summary.violations == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
