//! The packages of a workspace, as Cargo describes them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Crates that hold decisions and nothing else.
pub const PURE: [&str; 3] = ["release", "judge", "forecast"];

/// What a dependency is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By the code itself.
    Normal,
    /// By its tests.
    Dev,
    /// By its build script.
    Build,
}

/// A dependency as it is declared, whatever the platform.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// The name of the package, not of an alias.
    pub name: String,
    /// What it is used for.
    pub kind: Kind,
    /// Whether it lies in this tree.
    pub is_ours: bool,
}

/// One package of the workspace.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The folder of its `Cargo.toml`.
    pub folder: PathBuf,
    /// The root of its library or program.
    pub source: PathBuf,
    /// Whether it lies under `tests/` of the workspace.
    pub is_of_tests: bool,
    /// What it declares.
    pub dependencies: Vec<Dependency>,
}

impl Package {
    /// Reads the packages of a workspace.
    ///
    /// # Errors
    ///
    /// When Cargo cannot read it.
    pub fn read_all(manifest: &Path) -> Result<Vec<Self>, String> {
        let metadata = metadata(manifest, &["--no-deps"])?;
        let root = text(&metadata, "/workspace_root")?;
        let packages = metadata
            .get("packages")
            .and_then(Value::as_array)
            .ok_or("no packages")?;
        packages
            .iter()
            .map(|package| Self::read(package, Path::new(&root)))
            .collect()
    }

    /// Whether it must be free of clocks, I/O, waiting, printing and randomness.
    pub fn is_pure(&self) -> bool {
        PURE.contains(&self.name.as_str())
    }

    fn read(package: &Value, root: &Path) -> Result<Self, String> {
        let manifest = PathBuf::from(text(package, "/manifest_path")?);
        let folder = manifest.parent().ok_or("a manifest without a folder")?.to_owned();
        let source = text(package, "/targets/0/src_path")?.into();
        let dependencies = package
            .get("dependencies")
            .and_then(Value::as_array)
            .ok_or("no dependencies")?;
        Ok(Self {
            name: text(package, "/name")?,
            is_of_tests: folder.starts_with(root.join("tests")),
            folder,
            source,
            dependencies: dependencies.iter().map(dependency).collect::<Result<_, _>>()?,
        })
    }
}

/// What `cargo metadata` says, without asking any server.
///
/// # Errors
///
/// When Cargo fails or answers something else than JSON.
pub fn metadata(manifest: &Path, arguments: &[&str]) -> Result<Value, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--offline", "--manifest-path"])
        .arg(manifest)
        .args(arguments)
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}

/// The platform that this compiler builds for, as Cargo names it.
///
/// # Errors
///
/// When the compiler cannot be asked.
pub fn host() -> Result<String, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "host-tuple"])
        .output()
        .map_err(|error| format!("cannot start rustc: {error}"))?;
    let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !name.is_empty() {
        Ok(name)
    } else {
        Err("rustc does not say what it builds for".to_owned())
    }
}

fn dependency(value: &Value) -> Result<Dependency, String> {
    Ok(Dependency {
        name: text(value, "/name")?,
        kind: match value.get("kind").and_then(Value::as_str) {
            Some("dev") => Kind::Dev,
            Some("build") => Kind::Build,
            _ => Kind::Normal,
        },
        is_ours: value.get("path").is_some_and(Value::is_string),
    })
}

/// The text at a JSON pointer.
pub(crate) fn text(value: &Value, pointer: &str) -> Result<String, String> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| format!("cargo metadata has no {pointer}"))
}
