//! Programs of the packages under `tests/` that people start: `bench NAME`, `simulate`, `judge`. All are release builds.

use serde_json::Value;

use crate::system_packages::{self, FOR_CONTROL_PLANE};
use crate::workspace::Workspace;
use crate::{Outcome, artifacts, process};

/// The package with a real control plane, and the program that builds it.
const CONTROL_PLANE: (&str, &str) = ("control-plane", "control-plane-build");

/// `cargo xtask bench NAME`: figures, a peer beside ours in the same run. Its last line is one JSON object.
///
/// # Errors
///
/// When the name is missing or unknown, or the program fails.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let all = Program::read_all(workspace)?;
    let names: Vec<&str> = all.iter().filter_map(|program| program.bench()).collect();
    let Some((name, rest)) = arguments.split_first() else {
        return Err(format!("which bench? there are: {}", names.join(" ")));
    };
    match all.iter().find(|program| program.bench() == Some(name)) {
        Some(program) => program.run(workspace, rest),
        None => Err(format!(
            "there is no bench named {name}; there are: {}",
            names.join(" ")
        )),
    }
}

/// Runs the program called `name` with `arguments`.
///
/// # Errors
///
/// When the workspace has no such program, or it fails.
pub fn run(workspace: &Workspace, name: &str, arguments: &[String]) -> Outcome {
    match Program::read_all(workspace)?
        .iter()
        .find(|program| program.name == name)
    {
        Some(program) => program.run(workspace, arguments),
        None => Err(format!("this checkout has no program named {name}")),
    }
}

/// A program of a package under `tests/`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Program {
    package: String,
    name: String,
    needs_control_plane: bool,
}

impl Program {
    fn read_all(workspace: &Workspace) -> Outcome<Vec<Self>> {
        let mut cargo = artifacts::cargo(workspace);
        cargo.args(["metadata", "--no-deps", "--format-version=1"]);
        let text = process::ask(cargo).ok_or("cargo cannot read the workspace")?;
        let metadata = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
        Ok(programs(&metadata))
    }

    /// Its name as a bench, if it is one: the program `NAME` of the package `bench`, or the program `bench-NAME`.
    fn bench(&self) -> Option<&str> {
        if self.package == "bench" {
            Some(&self.name)
        } else {
            self.name.strip_prefix("bench-")
        }
    }

    fn run(&self, workspace: &Workspace, arguments: &[String]) -> Outcome {
        if self.needs_control_plane {
            system_packages::require(workspace, &FOR_CONTROL_PLANE)?;
            let (package, builder) = CONTROL_PLANE;
            on_this_terminal(
                workspace,
                &["run", "--quiet", "--package", package, "--bin", builder],
                &[],
            )?;
        }
        let program = [
            "run",
            "--release",
            "--package",
            &self.package,
            "--bin",
            &self.name,
            "--",
        ];
        on_this_terminal(workspace, &program, arguments)
    }
}

fn programs(metadata: &Value) -> Vec<Program> {
    let mut found = Vec::new();
    for package in list(metadata, "packages") {
        let in_tests = text(package, "manifest_path")
            .replace('\\', "/")
            .contains("/tests/");
        let needs_control_plane = list(package, "dependencies")
            .iter()
            .any(|dependency| text(dependency, "name") == CONTROL_PLANE.0);
        for target in list(package, "targets") {
            if in_tests && list(target, "kind").iter().any(|kind| kind == "bin") {
                let package = text(package, "name").to_owned();
                found.push(Program {
                    package,
                    name: text(target, "name").to_owned(),
                    needs_control_plane,
                });
            }
        }
    }
    found
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Runs Cargo on this terminal, so that the last line is the program's own.
fn on_this_terminal(workspace: &Workspace, arguments: &[&str], rest: &[String]) -> Outcome {
    let mut cargo = artifacts::cargo(workspace);
    // The program reads files by the names that its caller gives.
    if let Ok(here) = std::env::current_dir() {
        cargo.current_dir(here);
    }
    let (command, arguments_after) = arguments.split_first().ok_or("no command for cargo")?;
    let status = cargo
        .arg(command)
        .arg("--manifest-path")
        .arg(workspace.root.join("Cargo.toml"))
        .args(arguments_after)
        .args(rest)
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("cargo {}: {status}", arguments.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::programs;
    use serde_json::json;

    #[test]
    fn benches_are_programs_of_the_package_bench_or_are_named_so() {
        let package = |name: &str, folder: &str, bin: &str, dependency: &str| {
            json!({ "name": name, "manifest_path": format!("/c/{folder}/Cargo.toml"),
                "dependencies": [{ "name": dependency }],
                "targets": [{ "kind": ["lib"], "name": name }, { "kind": ["bin"], "name": bin }] })
        };
        let metadata = json!({ "packages": [
            package("bench", "tests/bench", "rollback", "control-plane"),
            package("bench-judge", "tests/bench-judge", "bench-judge", "judge"),
            package("simulation", "tests/simulation", "simulate", "practice"),
            package("xtask", "src-tauri/crates/xtask", "bench-xtask", "serde_json"),
        ] });
        let found = programs(&metadata);
        let benches: Vec<_> = found
            .iter()
            .filter_map(|program| Some((program.bench()?, program.needs_control_plane)))
            .collect();
        assert_eq!(benches, [("rollback", true), ("judge", false)]);
        assert!(
            found
                .iter()
                .any(|program| program.name == "simulate" && program.bench().is_none())
        );
    }
}
