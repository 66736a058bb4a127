//! Programs that sign in to clusters (`aws`, `gke-gcloud-auth-plugin`, `kubelogin`) stand where a person's login shell
//! finds them. A Mac starts an app from Finder or the Dock with a path of its own, in which they are not: then Slipway
//! asks the login shell once and starts itself again with the path that it gives.

use std::ffi::OsStr;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Says that the path has been looked up, so that it is never done twice.
const DONE: &str = "SLIPWAY_LOGIN_PATH";
/// What stands around the path in the shell's output: start-up files may print, too.
const MARK: &str = "__slipway_path__";
/// A start-up file that hangs must not keep the window from opening.
const LIMIT: Duration = Duration::from_secs(4);
/// What launchd gives to apps.
const BARE: &str = "/usr/bin:/bin:/usr/sbin:/sbin";

/// Starts the program again with the login shell's path, where it has none. Comes back where nothing is to be done, or where
/// it could not be done: then clusters that need such a program say that it is missing.
#[cfg(unix)]
pub fn adopt() {
    use std::os::unix::process::CommandExt as _;
    let path = std::env::var("PATH").unwrap_or_default();
    let bare = path.is_empty() || path == BARE;
    if !cfg!(target_os = "macos") || !bare || std::env::var_os(DONE).is_some() {
        return;
    }
    let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/zsh".into());
    let (Some(found), Ok(program)) = (of_shell(&shell, LIMIT), std::env::current_exe()) else {
        return;
    };
    // Comes back only if it failed.
    let error = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env("PATH", found)
        .env(DONE, "1")
        .exec();
    tracing::warn!(%error, "the login shell's path is not used");
}

/// Other systems give apps the whole path.
#[cfg(not(unix))]
pub fn adopt() {}

/// The path that a login shell has, within a time limit.
fn of_shell(shell: &OsStr, limit: Duration) -> Option<String> {
    let mut child = Command::new(shell)
        .args(["-l", "-i", "-c"])
        .arg(format!("printf '%s%s%s' {MARK} \"$PATH\" {MARK}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut output = child.stdout.take()?;
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        output.read_to_end(&mut text).map(|_| text)
    });
    let begun = Instant::now();
    while !reader.is_finished() {
        if begun.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.wait();
    let text = reader.join().ok()?.ok()?;
    let text = String::from_utf8_lossy(&text);
    let path = text.split(MARK).nth(1)?.trim().to_owned();
    (!path.is_empty()).then_some(path)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test may end where it stands")]
mod tests {
    use super::of_shell;
    use std::ffi::OsStr;
    use std::fs;
    use std::path::PathBuf;
    use std::process::Command;
    use std::time::{Duration, Instant};

    /// A shell that does what its text says, in place of the person's. Another program writes it: a file that this one holds
    /// open for writing, or that a child forked meanwhile by another test holds open, cannot be started ("text file busy").
    fn shell(name: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("slipway-{name}-{}", std::process::id()));
        let written = Command::new("sh")
            .args([
                "-c",
                "printf '#!/bin/sh\n%s\n' \"$1\" >\"$0\" && chmod 755 \"$0\"",
            ])
            .arg(&path)
            .arg(text)
            .status();
        assert!(written.unwrap().success());
        path
    }

    #[test]
    fn the_path_is_found_among_what_start_up_files_print() {
        let chatty = shell(
            "chatty",
            "echo 'welcome back'; PATH=/opt/tools/bin:/bin; eval \"$4\"",
        );
        let found = of_shell(chatty.as_os_str(), Duration::from_secs(5));
        fs::remove_file(&chatty).unwrap();
        assert_eq!(found.as_deref(), Some("/opt/tools/bin:/bin"));
    }

    #[test]
    fn a_shell_that_hangs_or_is_not_there_is_given_up() {
        let hanging = shell("hanging", "exec sleep 30");
        let begun = Instant::now();
        let found = of_shell(hanging.as_os_str(), Duration::from_millis(200));
        fs::remove_file(&hanging).unwrap();
        assert_eq!(found, None);
        assert!(begun.elapsed() < Duration::from_secs(20));
        assert_eq!(
            of_shell(OsStr::new("/no/such/shell"), Duration::from_secs(1)),
            None
        );
    }
}
