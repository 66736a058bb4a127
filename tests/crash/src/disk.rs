//! A disk that is small enough to be full.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set inside a mount namespace of this suite's own.
const INSIDE: &str = "SLIPWAY_CRASH_MOUNTS";
/// Room for a profile with some releases, and soon full.
const SIZE: &str = "size=24m";

/// Where a profile is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Where there is room enough.
    Disk,
    /// On a small disk of its own.
    Small,
}

/// Gives this process mounts of its own, by becoming itself again inside; whether it has them. Call it before any thread
/// exists.
pub fn own_mounts() -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let may = Command::new("unshare").args(["-m", "--", "/bin/true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        return false;
    }
    let Ok(executable) = std::env::current_exe() else {
        return false;
    };
    let cause = Command::new("unshare")
        .args(["-m", "--propagation", "private", "--"])
        .arg(executable)
        .args(std::env::args_os().skip(1))
        .env(INSIDE, "1")
        .exec();
    println!("no mounts of its own: {cause}");
    false
}

/// Mounts a small disk in a folder, which is made. It goes with this process' mounts.
pub(crate) fn mount_small(at: &Path) {
    std::fs::create_dir_all(at).expect("a folder");
    let status = Command::new("mount")
        .args(["-t", "tmpfs", "-o", SIZE, "tmpfs"])
        .arg(at)
        .status()
        .expect("mount");
    assert!(status.success(), "mount: {status}");
}

/// Writes a file until the disk is full to its last block.
pub(crate) fn fill(folder: &Path) -> PathBuf {
    use std::io::Write as _;
    let ballast = folder.join("ballast");
    let mut file = std::fs::File::create(&ballast).expect("a file");
    for block in [1 << 16, 4096, 1] {
        while file.write_all(&vec![0; block]).is_ok() {}
    }
    ballast
}
