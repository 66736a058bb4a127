//! The TypeScript declarations of the view types are part of the repository and follow the Rust types.

use api::view;
use std::path::Path;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../ui/src/backend/generated/view.ts"
);

#[test]
fn the_windows_declarations_are_those_of_the_rust_types() {
    let file = Path::new(FILE);
    if std::env::var_os("SLIPWAY_WRITE_GENERATED").is_some() {
        view::write(file).expect("the declarations can be written");
    }
    let stale = view::stale(file).expect("no two types have the same name");
    assert!(
        !stale,
        "ui/src/backend/generated/view.ts is stale; run `cargo xtask generate` and commit it"
    );
}

#[test]
fn a_command_is_read_by_its_name_and_refused_by_any_other() {
    let read = view::Command::read(
        "release.rollBack",
        serde_json::json!({ "release": "R-1", "target": null, "reason": "" }),
    );
    assert_eq!(read.map(|command| command.name()), Ok("release.rollBack"));
    assert!(view::Command::read("release.explode", serde_json::json!({})).is_err());
    assert!(view::Command::read("release.rollBack", serde_json::json!({ "release": 7 })).is_err());
}

#[test]
fn no_name_of_a_command_is_given_twice() {
    let mut names: Vec<_> = view::COMMANDS.iter().map(|command| command.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}
