//! Failures that tests ask for: a server that refuses, hangs or answers with an error.

use std::collections::VecDeque;

/// What happens to a request instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is refused.
    Refuse,
    /// No answer comes, ever.
    Hang,
    /// The server answers with this status code.
    Status(u16),
    /// The server carries the request out, and the connection breaks before the answer.
    LoseAnswer,
}

/// The failures still to come.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    next: VecDeque<(Fault, Option<&'static str>)>,
    all: Option<Fault>,
}

impl Faults {
    /// The next `count` requests fail; with a method, only requests of that method count.
    pub fn next(&mut self, fault: Fault, count: usize, method: Option<&'static str>) {
        self.next.extend(std::iter::repeat_n((fault, method), count));
    }

    /// Every request fails until it is told otherwise by `None`.
    pub fn all(&mut self, fault: Option<Fault>) {
        self.all = fault;
    }

    /// The failure of this request, if it has one.
    pub fn take(&mut self, method: &str) -> Option<Fault> {
        if let Some(fault) = self.all {
            return Some(fault);
        }
        let position = self
            .next
            .iter()
            .position(|(_, only)| only.is_none_or(|only| only == method))?;
        self.next.remove(position).map(|(fault, _)| fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_for_one_method_waits_for_that_method() {
        let mut faults = Faults::default();
        faults.next(Fault::Status(500), 1, Some("PATCH"));
        assert_eq!(faults.take("GET"), None);
        assert_eq!(faults.take("PATCH"), Some(Fault::Status(500)));
        assert_eq!(faults.take("PATCH"), None);
    }
}
