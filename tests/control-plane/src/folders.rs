//! Where things are kept: everything under the workspace's target folder, nothing anywhere else.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The workspace's target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map(PathBuf::from)
        .unwrap_or_else(|| package().ancestors().nth(2).unwrap_or(package()).join("target"))
}

/// This package's folder, where the Go modules' files are.
pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is built once: `target/control-plane`.
pub(crate) fn built() -> PathBuf {
    target().join("control-plane")
}

/// A built program of the control plane.
///
/// # Errors
/// `control-plane/not-built` when the build step has not run.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    let file = built().join("bin").join(name);
    if file.is_file() {
        return Ok(file);
    }
    Err(Error::new(
        "control-plane/not-built",
        format!("{} is not there", file.display()),
        "Run `cargo run -p control-plane --bin control-plane-build` (about five minutes the first time).",
    ))
}

/// A new folder for one running control plane, under `target/control-plane/run`, so on a disk and not on
/// tmpfs: a durable write costs what it costs. Folders of processes that were killed are removed on the way.
pub(crate) fn fresh() -> Result<tempfile::TempDir> {
    let all = built().join("run");
    std::fs::create_dir_all(&all).map_err(|cause| Error::file(&all, cause))?;
    for entry in std::fs::read_dir(&all).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    tempfile::Builder::new()
        .prefix(&format!("{}-", std::process::id()))
        .tempdir_in(&all)
        .map_err(|cause| Error::file(&all, cause))
}

/// Writes a file of the control plane, making its folder.
pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|cause| Error::file(folder, cause))?;
    }
    std::fs::write(path, text).map_err(|cause| Error::file(path, cause))
}
