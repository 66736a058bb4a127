//! One build for everything: what it leaves, and which package each test program belongs to.
//!
//! Cargo chooses the features of shared dependencies for the packages named on its command line, so building some
//! packages now and others later builds the large dependencies twice. Here everything is built in one go, and the
//! test programs are then started one by one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::workspace::{Workspace, in_ci};
use crate::{Outcome, process};

/// A program made by the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The folder of its package, relative to the root; empty for the app itself.
    pub package: PathBuf,
    /// The name of its target: of the library, the program or the file with the tests.
    pub target: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it holds tests.
    pub is_test: bool,
}

/// Everything a build made.
#[derive(Debug, Default)]
pub struct Artifacts {
    programs: Vec<Program>,
}

impl Artifacts {
    /// Builds all packages with their tests; the app only if `with_app`, because it alone needs a web view's
    /// development files.
    ///
    /// # Errors
    ///
    /// When something does not compile.
    pub fn build(workspace: &Workspace, with_app: bool) -> Outcome<Self> {
        let mut cargo = cargo(workspace);
        cargo.args([
            "build",
            "--workspace",
            "--all-targets",
            "--message-format=json-render-diagnostics",
        ]);
        if !with_app {
            cargo.args(["--exclude", "slipway"]);
        }
        let output = cargo
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        if !output.status.success() {
            return Err(format!("the build failed: {}", output.status));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(Self {
            programs: text
                .lines()
                .filter_map(|line| program(line, &workspace.root))
                .collect(),
        })
    }

    /// The test programs of packages that `wanted` picks by their folder, and of targets it picks by name.
    pub fn tests(&self, wanted: impl Fn(&Path, &str) -> bool) -> Vec<&Program> {
        self.programs
            .iter()
            .filter(|program| program.is_test && wanted(&program.package, &program.target))
            .collect()
    }

    /// The program named `target`.
    ///
    /// # Errors
    ///
    /// When the build made no such program.
    pub fn program(&self, target: &str) -> Outcome<&Program> {
        self.programs
            .iter()
            .find(|program| !program.is_test && program.target == target)
            .ok_or_else(|| format!("the workspace has no program named {target}"))
    }
}

/// Cargo, as the one that runs these commands.
pub fn cargo(workspace: &Workspace) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = process::command(program, &workspace.root);
    if in_ci() {
        // Nothing is built twice there: what would speed up the next build only costs time and disk.
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

fn program(line: &str, root: &Path) -> Option<Program> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message.get("reason")?.as_str()? != "compiler-artifact" {
        return None;
    }
    let path = PathBuf::from(message.get("executable")?.as_str()?);
    let manifest = Path::new(message.get("manifest_path")?.as_str()?);
    Some(Program {
        package: manifest.parent()?.strip_prefix(root).ok()?.to_owned(),
        target: message.pointer("/target/name")?.as_str()?.to_owned(),
        path,
        is_test: message.pointer("/profile/test")?.as_bool()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Program, program};
    use std::path::Path;

    #[test]
    fn a_test_program_is_found_in_cargos_messages() {
        let line =
            r#"{"reason":"compiler-artifact","package_id":"path+file:///c/src-tauri/crates/judge#0.1.0",
            "manifest_path":"/c/src-tauri/crates/judge/Cargo.toml","target":{"kind":["lib"],"name":"judge"},
            "profile":{"test":true},"executable":"/c/target/debug/deps/judge-1"}"#
                .replace('\n', "");
        let expected = Program {
            package: "src-tauri/crates/judge".into(),
            target: "judge".into(),
            path: "/c/target/debug/deps/judge-1".into(),
            is_test: true,
        };
        assert_eq!(program(&line, Path::new("/c")), Some(expected));
    }

    #[test]
    fn libraries_and_other_messages_are_not_programs() {
        let root = Path::new("/c");
        assert_eq!(
            program(r#"{"reason":"build-finished","success":true}"#, root),
            None
        );
        assert_eq!(
            program(r#"{"reason":"compiler-artifact","executable":null}"#, root),
            None
        );
        assert_eq!(program("warning: something", root), None);
    }
}
