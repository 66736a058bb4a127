//! Starting a program and following it to its end.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::{Outcome, processes};

/// How often to look whether a silent program has ended.
const LOOK: Duration = Duration::from_millis(200);

/// How long to read on after the program's end.
const LEFT_BEHIND: Duration = Duration::from_secs(3);

/// A program that ended, or was ended because its time was over.
pub struct Ended {
    /// Whether it ended by itself with exit code zero.
    pub success: bool,
    /// How it ended, in words.
    pub how: String,
    /// Every line of both its outputs, in the order in which they came.
    pub lines: Vec<String>,
}

impl Ended {
    /// Nothing if it succeeded, else a sentence.
    ///
    /// # Errors
    ///
    /// When the program did not succeed.
    pub fn require(self, what: &str) -> Outcome<Self> {
        if self.success {
            Ok(self)
        } else {
            Err(format!("{what}: {}", self.how))
        }
    }
}

/// A command with its working folder, ready for more arguments.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}

/// Runs `command`, shows its output as it comes, and ends it with all its children when `limit` is over.
///
/// # Errors
///
/// When it cannot be started.
pub fn follow(mut command: Command, limit: Duration) -> Outcome<Ended> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {shown}: {error}"))?;
    let (sender, receiver) = mpsc::channel();
    forward(child.stdout.take(), Show::Output, sender.clone());
    forward(child.stderr.take(), Show::Error, sender);

    let deadline = Instant::now() + limit;
    let mut lines = Vec::new();
    let mut over = false;
    let mut ended_at: Option<Instant> = None;
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(line) => lines.push(line),
            // The outputs end when the program and everything that inherited them has ended.
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
        if ended_at.is_none() && child.try_wait().is_ok_and(|status| status.is_some()) {
            ended_at = Some(Instant::now());
        }
        // Something it left behind may hold the outputs open: nobody waits for that.
        if ended_at.is_some_and(|at| at.elapsed() > LEFT_BEHIND) {
            break;
        }
        if ended_at.is_none() && Instant::now() >= deadline {
            over = true;
            processes::end_tree(child.id());
            break;
        }
    }
    let status = child
        .wait()
        .map_err(|error| format!("cannot wait for {shown}: {error}"))?;
    lines.extend(receiver.try_iter());
    let how = if over {
        format!("ended after its {} s were over", limit.as_secs())
    } else {
        status.to_string()
    };
    Ok(Ended {
        success: status.success() && !over,
        how,
        lines,
    })
}

/// Runs `command` silently and answers with its standard output, or `None` if it could not run or failed.
pub fn ask(mut command: Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of this name can be started from here.
pub fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

#[derive(Clone, Copy)]
enum Show {
    Output,
    Error,
}

fn forward(stream: Option<impl Read + Send + 'static>, show: Show, sender: mpsc::Sender<String>) {
    let Some(stream) = stream else { return };
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            // A closed terminal is no reason to stop following.
            let _ = match show {
                Show::Output => writeln!(std::io::stdout(), "{line}"),
                Show::Error => writeln!(std::io::stderr(), "{line}"),
            };
            if sender.send(line).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::{command, follow};
    use std::path::Path;
    use std::time::{Duration, Instant};

    #[test]
    fn a_program_that_hangs_is_ended_together_with_its_children() {
        let mut hanging = command("sh", Path::new("/"));
        hanging.args(["-c", "sleep 60 & echo started; wait"]);
        let start = Instant::now();
        let ended = follow(hanging, Duration::from_millis(500)).unwrap();
        assert!(!ended.success);
        assert!(ended.how.contains("over"), "{}", ended.how);
        assert_eq!(ended.lines, ["started"]);
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn both_outputs_are_collected_and_a_failure_is_told() {
        let mut failing = command("sh", Path::new("/"));
        failing.args(["-c", "echo one; echo two >&2; exit 3"]);
        let mut ended = follow(failing, Duration::from_secs(30)).unwrap();
        ended.lines.sort();
        assert_eq!(ended.lines, ["one", "two"]);
        assert!(ended.how.contains('3'));
        assert!(ended.require("it").is_err());
    }
}
