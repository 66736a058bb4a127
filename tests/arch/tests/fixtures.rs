//! Each crate under `fixtures/` breaks one rule, and the checker finds it out.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its input has failed")]

use std::path::Path;

use arch::violation::{Rule, Violation};

fn check(fixture: &str) -> Vec<Violation> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(fixture)
        .join("Cargo.toml");
    arch::check(&manifest).unwrap()
}

/// The fixture breaks `rule`, once for each text in `whats`, and no other rule.
fn breaks(fixture: &str, rule: Rule, whats: &[&str]) {
    let found = check(fixture);
    assert!(found.iter().all(|violation| violation.rule == rule), "{found:#?}");
    for what in whats {
        assert!(
            found.iter().any(|violation| violation.what.contains(what)),
            "{what} was not found: {found:#?}"
        );
    }
    assert_eq!(found.len(), whats.len(), "{found:#?}");
}

#[test]
fn an_arrow_that_the_architecture_does_not_name_is_rejected() {
    breaks("arrow", Rule::Arrow, &["depends on judge"]);
}

#[test]
fn a_package_that_the_architecture_does_not_name_is_rejected() {
    breaks("stranger", Rule::Arrow, &["names no such package"]);
}

#[test]
fn an_async_runtime_in_a_pure_crate_and_a_database_outside_history_are_rejected() {
    breaks(
        "dependency",
        Rule::Dependency,
        &["may not know tokio", "may not know rusqlite"],
    );
}

#[test]
fn a_clock_in_a_pure_crate_is_rejected_however_it_is_imported() {
    breaks(
        "clock",
        Rule::Clock,
        &[
            "std::time::SystemTime",
            "std::time::Instant",
            "Instant::now",
            "Zoned::now",
            "std::time",
        ],
    );
}

#[test]
fn input_and_output_in_a_pure_crate_are_rejected_also_inside_a_macro_and_in_a_file_of_its_own() {
    breaks(
        "io",
        Rule::Io,
        &[
            "std::fs",
            "std::env::var",
            "std::net::TcpStream",
            "std::process::id",
        ],
    );
}

#[test]
fn waiting_in_a_pure_crate_is_rejected() {
    breaks("async", Rule::Async, &["async", "async", "await"]);
}

#[test]
fn printing_in_a_pure_crate_is_rejected() {
    breaks("print", Rule::Print, &["println", "eprint", "dbg"]);
}

#[test]
fn randomness_in_a_pure_crate_is_rejected() {
    breaks(
        "random",
        Rule::Random,
        &["std::collections::HashMap", "HashMap::new", "HashMap"],
    );
}

#[test]
fn a_pure_crate_whose_tests_use_a_clock_is_accepted() {
    assert_eq!(check("pure"), []);
}
