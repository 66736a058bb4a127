//! A desktop that nobody sees: an X display and a session bus of its own, for as long as a value lives.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::processes::Running;
use crate::workspace::Workspace;
use crate::{Outcome, process};

/// How long a display or a bus may take to start.
const START: Duration = Duration::from_secs(30);

/// The display and the bus. Both end when it is dropped.
pub struct Desktop {
    display: String,
    bus: String,
    _running: [Running; 2],
}

impl Desktop {
    /// Starts a display of 1600 × 1000 pixels on a free number, and a session bus.
    ///
    /// # Errors
    ///
    /// When a program is missing or does not start in time.
    pub fn start(workspace: &Workspace) -> Outcome<Self> {
        let mut xvfb = process::command("Xvfb", &workspace.root);
        // The server picks a free number itself, so that two runs never fight for one.
        xvfb.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1600x1000x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        let (number, display_server) = first_line(xvfb, "Xvfb")?;
        let mut daemon = process::command("dbus-daemon", &workspace.root);
        daemon.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        let (bus, bus_daemon) = first_line(daemon, "dbus-daemon")?;
        Ok(Self {
            display: format!(":{number}"),
            bus,
            _running: [display_server, bus_daemon],
        })
    }

    /// Makes `command` and what it starts use this desktop and nothing of the developer's own session.
    pub fn host(&self, command: &mut Command) {
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            // There is no graphics device whose buffers could be shared.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XAUTHORITY");
    }
}

/// Starts a server and answers with the first line that it prints.
fn first_line(mut command: Command, name: &str) -> Outcome<(String, Running)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot start {name}: {error}"))?;
    let output = child.stdout.take();
    let running = Running::new(child);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let Some(output) = output else { return };
        let mut reader = BufReader::new(output);
        let mut line = String::new();
        let _ = reader.read_line(&mut line);
        let _ = sender.send(line.trim().to_owned());
        // Reads on, so that the server never meets a closed pipe.
        let _ = std::io::copy(&mut reader, &mut std::io::sink());
    });
    match receiver.recv_timeout(START) {
        Ok(line) if !line.is_empty() => Ok((line, running)),
        _ => Err(format!("{name} did not start within {} s", START.as_secs())),
    }
}
