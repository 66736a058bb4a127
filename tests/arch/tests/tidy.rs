//! The tidiness rules find what they are for.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its input has failed")]

use std::path::PathBuf;

use arch::tidy::{self, MOST_LINES};
use arch::violation::Violation;

/// A tree with one file.
struct Tree {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Tree {
    fn with(path: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        let files = tidy::files(folder.path()).unwrap();
        Self { folder, files }
    }

    fn of_lines(lines: usize) -> Self {
        Self::with("src/long.rs", &"x\n".repeat(lines))
    }

    fn lengths(&self, known: &str) -> Vec<String> {
        whats(&tidy::lengths(self.folder.path(), &self.files, known).unwrap())
    }
}

fn whats(found: &[Violation]) -> Vec<String> {
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_long_file_is_found_and_a_short_one_is_not() {
    assert_eq!(Tree::of_lines(MOST_LINES).lengths(""), Vec::<String>::new());
    assert_eq!(Tree::of_lines(MOST_LINES + 1).lengths("").len(), 1);
}

#[test]
fn a_file_on_the_list_may_not_grow_and_the_list_follows_when_it_shrinks() {
    let known = "src/long.rs 700";
    assert_eq!(Tree::of_lines(700).lengths(known), Vec::<String>::new());
    assert!(Tree::of_lines(701).lengths(known)[0].contains("too long with 700 already"));
    assert!(Tree::of_lines(650).lengths(known)[0].contains("lower its 700"));
    assert!(Tree::of_lines(10).lengths(known)[0].contains("take it off"));
    assert!(Tree::with("src/other.rs", "x").lengths(known)[0].contains("gone"));
}

#[test]
fn a_root_without_a_heading_is_found() {
    let found = |path: &str, text: &str| {
        let tree = Tree::with(path, text);
        tidy::undocumented(tree.folder.path(), &tree.files).unwrap().len()
    };
    assert_eq!(found("src/lib.rs", "/// Documented.\npub fn f() {}\n"), 1);
    assert_eq!(found("src/lib.rs", "//! A heading.\n"), 0);
    assert_eq!(found("tests/whole.rs", "/// Documented.\nfn f() {}\n"), 1);
    assert_eq!(found("src/bin/tool.rs", "fn main() {}\n"), 1);
    assert_eq!(found("src/part.rs", "pub fn f() {}\n"), 0);
    assert_eq!(found("src/holds/tests/walk.rs", "fn f() {}\n"), 0);
}

#[test]
fn an_example_that_nobody_compiles_is_found_outside_pure_crates_only() {
    let found = |path: &str, fence: &str| {
        let tree = Tree::with(path, &format!("//! {fence}\n//! f()\n//! ```\n"));
        tidy::untested_examples(tree.folder.path(), &tree.files)
            .unwrap()
            .len()
    };
    assert_eq!(found("src-tauri/crates/api/src/lib.rs", "```"), 1);
    assert_eq!(found("src-tauri/crates/api/src/lib.rs", "```text"), 0);
    assert_eq!(found("src-tauri/crates/judge/src/lib.rs", "```"), 0);
}

#[test]
fn a_place_of_one_machine_is_found_with_its_line() {
    let home = "home";
    let tree = Tree::with(
        "notes.md",
        &format!("fine: ~/{home}/x, a/{home}/x\n/{home}/me/notes\nsee /{home}/alice/notes\n"),
    );
    let found = whats(&tidy::places(tree.folder.path(), &tree.files).unwrap());
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("notes.md:3"), "{found:?}");
}

#[test]
fn what_is_made_by_tools_is_not_read() {
    for path in [
        "target/x.rs",
        "ui/node_modules/y/x.ts",
        "ui/dist/x.js",
        "ui/src/backend/generated/x.ts",
    ] {
        assert_eq!(Tree::with(path, "x").files, Vec::<PathBuf>::new(), "{path}");
    }
}
