//! Reads `tauri.conf.json` and prepares what the window needs at compile time.

use std::path::Path;

fn main() {
    // The window's files are built by npm. A plain `cargo check` must work before that: an empty page stands in, and
    // the window tests fail on it, so it can never be shipped unnoticed.
    let dist = Path::new("ui/dist");
    if !dist.join("index.html").exists() {
        let page = "<!doctype html><title>Slipway</title><p>The window's files are not built: run cargo xtask run.</p>";
        let made = std::fs::create_dir_all(dist).and_then(|()| std::fs::write(dist.join("index.html"), page));
        if let Err(error) = made {
            println!("cargo::error=cannot write {}: {error}", dist.display());
        }
    }
    // The files are compiled into the program, so a newer window is a newer program.
    println!("cargo::rerun-if-changed=ui/dist");
    tauri_build::build();
}
