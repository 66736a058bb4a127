//! What the checker says.

use std::fmt;

/// The rules that can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A dependency between our packages that the architecture does not name.
    Arrow,
    /// A dependency on somebody else's package that this package may not know.
    Dependency,
    /// Pure code reads a clock.
    Clock,
    /// Pure code reaches the file system, the network, processes, threads or the environment.
    Io,
    /// Pure code waits.
    Async,
    /// Pure code prints.
    Print,
    /// Pure code draws random numbers, or iterates in a random order.
    Random,
    /// A file is longer than a person reads at once.
    Length,
    /// A file of code does not say what it is for.
    Undocumented,
    /// A text names a place that exists on one machine only.
    Place,
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// The package or the file, with the line if there is one.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

impl Violation {
    /// One broken rule.
    pub fn new(rule: Rule, place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            rule,
            place: place.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}: {}", self.place, self.rule, self.what)
    }
}
