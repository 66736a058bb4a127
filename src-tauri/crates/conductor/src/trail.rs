use crate::{Intent, OperationId, Outcome, PreparedAct};
use std::sync::Arc;

/// What a release's own acts left on the object, as far as that is known: for telling it from what others did where no mark says
/// whose it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trail {
    /// The acts that the cluster accepted, the latest last.
    accepted: Vec<Arc<Intent>>,
    /// Acts since of which nobody can tell whether they happened.
    perhaps: Vec<Arc<Intent>>,
}

/// A line of the record about an act.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// It was about to be sent.
    Intent(&'a Intent),
    /// What became of it.
    Outcome(&'a OperationId, &'a Outcome),
}

impl Trail {
    /// The trail that a record tells of, the oldest line first. A late word about an earlier act does not make it the last one
    /// again.
    pub fn of_record<'a>(lines: impl IntoIterator<Item = Told<'a>>) -> Trail {
        let mut trail = Trail::default();
        let mut sent: Vec<&Intent> = Vec::new();
        let mut last = 0;
        for line in lines {
            let (operation, outcome) = match line {
                Told::Intent(intent) => {
                    sent.push(intent);
                    continue;
                }
                Told::Outcome(operation, outcome) => (operation, outcome),
            };
            let place = sent.iter().rposition(|intent| intent.act.operation == *operation);
            let Some(place) = place.filter(|place| *place >= last) else {
                continue;
            };
            if outcome.is_accepted() {
                trail.accepted(sent[place]);
                last = place;
            } else if *outcome == Outcome::CannotTell {
                trail.cannot_tell(sent[place]);
            }
        }
        trail
    }

    /// The cluster accepted an act.
    pub fn accepted(&mut self, intent: &Intent) {
        if self.last_operation() == Some(&intent.act.operation) {
            return;
        }
        self.accepted.push(Arc::new(intent.clone()));
        self.perhaps.clear();
    }

    /// Nobody can tell whether an act happened.
    pub fn cannot_tell(&mut self, intent: &Intent) {
        self.perhaps.push(Arc::new(intent.clone()));
    }

    /// The operation that was accepted last, where its intent is known.
    pub fn last_operation(&self) -> Option<&OperationId> {
        self.accepted.last().map(|intent| &intent.act.operation)
    }

    /// Whether the last accepted act left no mark of the release, and so put every original back: marks that are found again were
    /// put there by somebody else. `false` where that is not known.
    pub fn restored(&self) -> bool {
        self.accepted
            .last()
            .is_some_and(|intent| intent.leaves_unmarked())
    }

    /// The accepted acts, the latest first.
    pub fn acts(&self) -> impl Iterator<Item = &PreparedAct> {
        self.accepted.iter().rev().map(|intent| &intent.act)
    }

    /// The accepted acts since the last one that left no mark of the release, and so put every original back, the latest first.
    pub fn acts_since_restored(&self) -> impl Iterator<Item = &PreparedAct> {
        let held = self
            .accepted
            .iter()
            .rev()
            .take_while(|intent| !intent.leaves_unmarked());
        held.map(|intent| &intent.act)
    }

    /// The acts since the last accepted one of which nobody can tell whether they happened.
    pub fn perhaps(&self) -> impl Iterator<Item = &PreparedAct> {
        self.perhaps.iter().map(|intent| &intent.act)
    }
}
