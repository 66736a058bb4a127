//! The operating system's packages: which are needed, which are missing, and how they get there.

use std::process::Command;
use std::time::Duration;

use crate::workspace::Workspace;
use crate::{Outcome, process};

/// What building the app needs on Debian and Ubuntu.
pub const TO_BUILD: [&str; 6] = [
    "build-essential",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "pkg-config",
];

/// What driving the app in a window of its own needs: a display, a session bus, a driver, fonts with Han characters.
pub const FOR_WINDOWS: [&str; 6] = [
    "dbus",
    "dbus-x11",
    "fonts-dejavu-core",
    "fonts-noto-cjk",
    "webkit2gtk-driver",
    "xvfb",
];

/// What the control plane for tests needs.
pub const FOR_CONTROL_PLANE: [&str; 3] = ["ca-certificates", "iproute2", "openssl"];

/// Installs what is missing of `packages` where that is possible without asking, else says what to install.
///
/// # Errors
///
/// When something is missing and cannot be installed from here; the message says exactly what to do.
pub fn require(workspace: &Workspace, packages: &[&str]) -> Outcome {
    if !cfg!(target_os = "linux") {
        // macOS and Windows bring a web view and everything else that building needs.
        return Ok(());
    }
    if !process::is_on_path("dpkg-query") {
        return require_elsewhere(workspace);
    }
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_installed(workspace, package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!(
        "sudo apt-get install --no-install-recommends {}",
        missing.join(" ")
    );
    let Some(prefix) = root_prefix(workspace) else {
        return Err(format!(
            "Some system packages are missing. Install them, then run this again:\n\n  {by_hand}"
        ));
    };
    println!("installing system packages: {}", missing.join(" "));
    let limit = Duration::from_secs(900);
    // An old list names package versions that the servers no longer have. A failed update is not yet a failure.
    let _ = process::follow(apt(workspace, prefix, &["update", "--quiet"]), limit)?;
    let mut install = apt(
        workspace,
        prefix,
        &["install", "--quiet", "--yes", "--no-install-recommends"],
    );
    install.args(&missing);
    process::follow(install, limit)?
        .require(&format!(
            "the system packages could not be installed; by hand it would be\n\n  {by_hand}\n\n"
        ))
        .map(|_| ())
}

/// Whether everything that building the app needs is there already.
pub fn can_build_app(workspace: &Workspace) -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let mut query = process::command("pkg-config", &workspace.root);
    query.args(["--exists", "webkit2gtk-4.1", "librsvg-2.0"]);
    process::ask(query).is_some()
}

fn apt(workspace: &Workspace, prefix: &[&str], arguments: &[&str]) -> Command {
    let mut words = prefix
        .iter()
        .chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .chain(arguments);
    let mut command = process::command(words.next().copied().unwrap_or("env"), &workspace.root);
    command.args(words);
    command
}

fn is_installed(workspace: &Workspace, package: &str) -> bool {
    let mut query = process::command("dpkg-query", &workspace.root);
    query.args(["--show", "--showformat=${Status}", package]);
    process::ask(query).is_some_and(|status| status == "install ok installed")
}

/// The words before a command that make it run as root, or `None` where a password would be asked for.
fn root_prefix(workspace: &Workspace) -> Option<&'static [&'static str]> {
    let mut id = process::command("id", &workspace.root);
    id.arg("-u");
    if process::ask(id).as_deref() == Some("0") {
        return Some(&[]);
    }
    let mut sudo = process::command("sudo", &workspace.root);
    sudo.args(["--non-interactive", "true"]);
    process::ask(sudo).map(|_| &["sudo", "--non-interactive"] as &[&str])
}

/// Linux without Debian's package manager: the libraries are asked for by their own names.
fn require_elsewhere(workspace: &Workspace) -> Outcome {
    if can_build_app(workspace) {
        return Ok(());
    }
    Err("Building the window needs the development files of WebKitGTK 4.1, librsvg 2 and libayatana-appindicator 3, \
         a C compiler and pkg-config. Install them with this system's package manager (on Fedora: \
         webkit2gtk4.1-devel librsvg2-devel libappindicator-gtk3-devel gcc pkgconf), then run this again."
        .to_owned())
}
