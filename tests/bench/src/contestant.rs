//! One process of a comparison: how long it took, how much memory it had at most, and what it said.

use crate::memory;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often its memory is read. The kernel keeps the peak, so only what the last moments added is missed.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What one run brought.
#[derive(Debug)]
pub struct Finished {
    /// From its start to its end.
    pub took: Duration,
    /// Its largest resident memory, in bytes.
    pub peak_bytes: u64,
    /// What it wrote to standard output, or only how much that was if nobody reads it.
    pub said: String,
    /// Bytes written to standard output.
    pub bytes: usize,
}

/// Runs a command to its end. Its output is read as fast as it comes, and kept if `keep`.
///
/// # Panics
///
/// When it cannot be started or fails: there is nothing to compare then.
pub fn measure(command: &mut Command, keep: bool) -> Finished {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut output = child.stdout.take().expect("its output");
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let mut bytes = 0;
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = output.read(&mut buffer) {
            bytes += read;
            if keep {
                said.extend_from_slice(buffer.get(..read).unwrap_or_default());
            }
        }
        (said, bytes)
    });
    let peak_bytes = watch(&mut child);
    let took = begun.elapsed();
    let (said, bytes) = reader.join().expect("its output was read");
    Finished {
        took,
        peak_bytes,
        said: String::from_utf8_lossy(&said).into_owned(),
        bytes,
    }
}

fn watch(child: &mut Child) -> u64 {
    let mut peak = 0;
    loop {
        peak = memory::peak_of(child.id()).unwrap_or(0).max(peak);
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            assert!(status.success(), "it failed: {status}");
            return peak;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
