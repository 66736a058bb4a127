//! The program that replays recorded gates.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn judge(lines: &[String], options: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_judge"))
        .arg("-")
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let written = child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes());
    // Bad input ends the program before it has read everything.
    if let Err(error) = written {
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    }
    child.wait_with_output().unwrap()
}

/// Both arms every five seconds; this many of each hundred requests of the canary fail.
fn scrapes(looks: u32, failed: u32) -> Vec<String> {
    (0..looks)
        .flat_map(|n| {
            let line = |arm: &str, requests: u32, errors: u32| {
                json!({ "t": n * 5, "arm": arm, "requests": requests, "errors": errors }).to_string()
            };
            [line("stable", n * 900, n), line("canary", n * 100, n * failed)]
        })
        .collect()
}

fn verdicts(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_time_of_a_recording_gets_one_line_with_a_verdict() {
    let output = judge(&scrapes(40, 0), &[]);
    assert!(output.status.success());
    let lines = verdicts(&output);
    assert_eq!(lines.len(), 40);
    assert_eq!(lines[0]["verdict"], "not_enough_evidence");
    assert_eq!(lines[39]["t"], 195.0);
    assert_eq!(lines[39]["verdict"], "healthy");
    assert_eq!(lines[39]["signals"]["errors"]["verdict"], "healthy");
}

#[test]
fn options_change_what_is_asked() {
    let first = |options: &[&str]| {
        let output = judge(&scrapes(100, 2), options);
        verdicts(&output)
            .iter()
            .position(|line| line["verdict"] == "degraded")
    };
    let (usual, strict) = (first(&[]).unwrap(), first(&["--alpha", "0.000001"]).unwrap());
    assert!(usual < strict, "{usual} {strict}");
    assert_eq!(
        first(&["--effect=0.2"]),
        None,
        "two percent are not worth stopping for here"
    );
}

#[test]
fn bad_input_ends_it_with_the_number_of_the_line() {
    let cases = [
        ("nonsense", "line 5"),
        (
            r#"{"t": 9, "arm": "green", "requests": 1, "errors": 0}"#,
            "line 5",
        ),
        (
            r#"{"t": 9, "arm": "canary", "requests": -1, "errors": 0}"#,
            "line 5",
        ),
        (r#"{"t": 9, "arm": "canary", "errors": 0}"#, "line 5"),
        (
            r#"{"t": 9, "arm": "canary", "requests": 3, "errors": 4}"#,
            "line 5",
        ),
    ];
    for (bad, expected) in cases {
        let mut lines = scrapes(2, 0);
        lines.push(bad.to_owned());
        let output = judge(&lines, &[]);
        assert!(!output.status.success(), "{bad}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(expected), "{bad}: {message}");
    }
    assert!(!judge(&[], &[]).status.success(), "nothing is not a recording");
    assert!(!judge(&scrapes(2, 0), &["--alpha", "2"]).status.success());
    assert!(!judge(&scrapes(2, 0), &["--mood", "good"]).status.success());
}
