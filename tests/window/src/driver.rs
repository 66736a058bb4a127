//! WebKitGTK's driver as a child process.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// How long the driver may take to listen.
const START: Duration = Duration::from_secs(20);

/// A running driver. It ends, with the app that it started, when this value is dropped.
pub struct Driver {
    child: Child,
    /// The port it listens on, on the loopback address.
    pub port: u16,
}

impl Driver {
    /// Starts a driver whose app will see `environment`; what both print goes to `log`.
    ///
    /// # Errors
    ///
    /// When the driver is not installed or does not listen in time.
    pub fn start(environment: &[(String, String)], log: &Path) -> Outcome<Self> {
        let port = free_port()?;
        let output = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let child = Command::new("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            // The app lets itself be driven only if this is set when it starts.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("TAURI_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("cannot start WebKitWebDriver: {error}"))?;
        let mut driver = Self { child, port };
        driver.wait_until_it_listens()?;
        Ok(driver)
    }

    /// The ids of the processes that it started and that still run.
    pub fn children(&self) -> Vec<u32> {
        children_of(self.child.id())
    }

    fn wait_until_it_listens(&mut self) -> Outcome {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("WebKitWebDriver ended at once: {status}"));
            }
            if start.elapsed() > START {
                return Err(format!(
                    "WebKitWebDriver did not listen within {} s",
                    START.as_secs()
                ));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // An app that was asked to close gets a moment to do so; then it is ended by its id.
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.children().is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
        }
        for id in self.children() {
            let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Outcome<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}

fn children_of(parent: u32) -> Vec<u32> {
    let Ok(output) = Command::new("ps")
        .args(["-A", "-o", "pid=", "-o", "ppid=", "-o", "stat="])
        .output()
    else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            // A zombie has ended already.
            let lives = words.get(2).is_some_and(|state| !state.starts_with('Z'));
            let is_child = words.get(1).and_then(|word| word.parse().ok()) == Some(parent);
            (lives && is_child).then(|| words.first()?.parse().ok()).flatten()
        })
        .collect()
}
