//! Peaks of resident memory, as Linux tells them.

/// The largest resident memory that a process has had so far, in bytes; `None` if there is no such process any more.
pub fn peak_of(process: u32) -> Option<u64> {
    read(&format!("/proc/{process}/status"))
}

/// The largest resident memory that this process has had so far, in bytes.
pub fn peak_of_this_process() -> u64 {
    read("/proc/self/status").unwrap_or(0)
}

fn read(path: &str) -> Option<u64> {
    let status = std::fs::read_to_string(path).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}
