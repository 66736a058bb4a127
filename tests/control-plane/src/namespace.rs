//! A network namespace of one's own, so that every pod's address can be answered on this machine and
//! nothing that is started here can be reached from, or reach, anything else.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::{Error, Result, podserver};

/// Holds the identity of the namespace that was made (`net:[…]`), so that an inherited variable is not
/// mistaken for being inside.
const INSIDE: &str = "SLIPWAY_TEST_NETNS";

/// The pod addresses of up to four clusters: 10.244.0.0/16 and the three networks after it.
const POD_NETWORKS: &str = "10.244.0.0/14";

/// Call this first in `main` of every test binary and bench that starts a [`ControlPlane`](crate::ControlPlane),
/// before any thread exists.
///
/// Outside of such a namespace it replaces this process (`exec`: same process id, arguments, exit status and
/// signals) by itself inside a new one, as root through `unshare -n`, else through `unshare -Urn`, where `lo` is up and
/// every pod address is local. Inside it returns at once. When the process was started to answer for pods, it
/// does that and never returns.
///
/// If no namespace can be made, it prints why and ends the process with status 1. An X server or a session bus on
/// an abstract socket is not visible inside; one on a file socket is.
pub fn enter_namespace() {
    if let Err(error) = try_enter_namespace() {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

/// Like [`enter_namespace`], for callers that have something else to do without a namespace.
///
/// # Errors
/// `control-plane/iproute2` or `control-plane/util-linux` when a tool is missing, `control-plane/namespace` when the
/// kernel forbids namespaces.
pub fn try_enter_namespace() -> Result<()> {
    if std::env::var_os(podserver::ROLE).is_some() {
        podserver::run_and_exit();
    }
    if inside() {
        return Ok(());
    }
    let ip = find("ip").ok_or_else(|| {
        Error::new(
            "control-plane/iproute2",
            "the command `ip` was not found",
            "Install the package iproute2.",
        )
    })?;
    let unshare = find("unshare").ok_or_else(|| {
        Error::new(
            "control-plane/util-linux",
            "the command `unshare` was not found",
            "Install the package util-linux.",
        )
    })?;
    let flags = ["-n", "-Urn"]
        .into_iter()
        .find(|flags| {
            Command::new(&unshare)
                .args([flags, "--", "/bin/true"])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
        .ok_or_else(|| {
            Error::new(
                "control-plane/namespace",
                "the kernel lets this user make no network namespace",
                "Run as root, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1).",
            )
        })?;
    let executable =
        std::env::current_exe().map_err(|cause| Error::file("/proc/self/exe".as_ref(), cause))?;
    let script = format!(
        r#"ip="$1"; shift; "$ip" link set lo up && "$ip" route replace local {POD_NETWORKS} dev lo || exit 1
{INSIDE}="$(readlink /proc/self/ns/net)" exec "$0" "$@""#
    );
    let cause = Command::new(unshare)
        .args([flags, "--", "/bin/sh", "-c", &script])
        .arg(executable)
        .arg(ip)
        .args(std::env::args_os().skip(1))
        .exec();
    Err(Error::new(
        "control-plane/namespace",
        format!("unshare: {cause}"),
        "Check that util-linux is whole.",
    ))
}

/// Whether this process runs in a namespace that [`enter_namespace`] made.
pub fn inside() -> bool {
    let here = std::fs::read_link("/proc/self/ns/net").ok();
    here.is_some() && std::env::var_os(INSIDE).map(PathBuf::from) == here
}

/// Finds a command on the PATH or where a system keeps its administration commands, which an ordinary
/// user's PATH leaves out.
pub(crate) fn find(command: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/bin", "/bin"].map(PathBuf::from))
        .map(|folder| folder.join(command))
        .find(|file| file.is_file())
}
