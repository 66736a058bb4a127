use std::fmt::Write;
use std::time::Duration;

/// What happened, line by line, if somebody wants to read it.
#[derive(Debug, Default)]
pub struct Trace(Option<String>);

impl Trace {
    /// A trace that is kept, or none.
    pub fn new(kept: bool) -> Trace {
        Trace(kept.then(String::new))
    }

    /// Adds a line at a simulated time.
    pub fn line(&mut self, at: Duration, what: impl FnOnce() -> String) {
        if let Some(text) = &mut self.0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:>10.3}  {}", at.as_secs_f64(), what());
        }
    }

    pub fn take(&mut self) -> String {
        self.0.take().unwrap_or_default()
    }
}
