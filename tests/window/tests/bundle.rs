//! The Debian package: complete, and its app opens.

use std::path::{Path, PathBuf};
use std::process::Command;

use window::app::{App, FIRST_SCREEN};
use window::{Outcome, given};

fn unpacked() -> Outcome<tempfile::TempDir> {
    let root = tempfile::Builder::new()
        .prefix("root")
        .tempdir_in(given("SLIPWAY_SCRATCH")?)
        .map_err(|error| error.to_string())?;
    let status = Command::new("dpkg-deb")
        .arg("-x")
        .arg(given("SLIPWAY_DEB")?)
        .arg(root.path())
        .status();
    match status {
        Ok(status) if status.success() => Ok(root),
        other => Err(format!("dpkg-deb: {other:?}")),
    }
}

fn program(root: &Path) -> PathBuf {
    root.join("usr/bin/slipway")
}

#[test]
fn the_unpacked_app_opens_its_window() -> Outcome {
    let root = unpacked()?;
    let app = App::start_program(&program(root.path()), &root.path().join("data"), &[])?;
    app.session.wait_for("#app *", FIRST_SCREEN)?;
    app.require_no_violations()
}

#[test]
fn the_package_carries_a_menu_entry_with_an_icon_and_names_the_web_view_it_needs() -> Outcome {
    let root = unpacked()?;
    let entry = std::fs::read_to_string(root.path().join("usr/share/applications/Slipway.desktop"))
        .map_err(|error| format!("no menu entry: {error}"))?;
    assert!(entry.contains("Exec=slipway"), "{entry}");
    let icon = root
        .path()
        .join("usr/share/icons/hicolor/128x128/apps/slipway.png");
    assert!(icon.is_file(), "no icon at {}", icon.display());

    let output = Command::new("dpkg-deb")
        .arg("-f")
        .arg(given("SLIPWAY_DEB")?)
        .output();
    let fields = output.map_err(|error| error.to_string())?.stdout;
    let fields = String::from_utf8_lossy(&fields);
    assert!(fields.contains("libwebkit2gtk-4.1-0"), "{fields}");
    Ok(())
}

#[test]
fn everything_the_app_links_against_is_found() -> Outcome {
    let root = unpacked()?;
    let output = Command::new("ldd")
        .arg(program(root.path()))
        .output()
        .map_err(|error| error.to_string())?;
    let libraries = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(libraries.contains("libwebkit2gtk-4.1"), "{libraries}");
    assert!(!libraries.contains("not found"), "{libraries}");
    Ok(())
}
