//! The workspace keeps its own rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its input has failed")]

use std::path::{Path, PathBuf};

use arch::violation::Violation;
use arch::{dependencies, tidy};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn none(found: &[Violation]) {
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn every_dependency_has_its_arrow_and_pure_code_is_pure() {
    none(&arch::check(&root().join("Cargo.toml")).unwrap());
}

#[test]
fn pure_crates_reach_no_runtime_clock_or_randomness_through_others() {
    none(&dependencies::reached_by_pure_crates(&root().join("Cargo.toml")).unwrap());
}

#[test]
fn files_are_short_or_on_a_list_that_only_shrinks() {
    let root = root();
    none(
        &tidy::lengths(
            &root,
            &tidy::files(&root).unwrap(),
            include_str!("../long-files.txt"),
        )
        .unwrap(),
    );
}

#[test]
fn every_rust_file_says_what_it_is_for() {
    let root = root();
    none(&tidy::undocumented(&root, &tidy::files(&root).unwrap()).unwrap());
}

#[test]
fn no_text_names_a_place_of_one_machine() {
    let root = root();
    none(&tidy::places(&root, &tidy::files(&root).unwrap()).unwrap());
}

#[test]
fn every_example_in_documentation_is_compiled() {
    let root = root();
    none(&tidy::untested_examples(&root, &tidy::files(&root).unwrap()).unwrap());
}
