//! The record as its port promises it: what returned is durable, what failed was not written, and what had not returned when
//! the machine died is there or not, in the order of writing.

use crate::dice::Dice;
use conductor::{Dossier, Entry, Intent, OperationId, Outcome, SignalLooks, Told, Trail, Unfinished};
use release::{Release, ReleaseId};

/// One transaction.
#[derive(Debug, Clone)]
pub enum Line {
    Open(Box<Dossier>),
    Step(Box<Entry>),
    Amend(Box<Dossier>),
    Outcome {
        release: ReleaseId,
        operation: OperationId,
        outcome: Outcome,
    },
    Looks {
        release: ReleaseId,
        looks: Vec<SignalLooks>,
    },
}

/// The disk of one machine.
#[derive(Debug, Default)]
pub struct Disk {
    lines: Vec<Line>,
    durable: usize,
    /// Whether every write fails now.
    pub full: bool,
    /// Intents that could not be written because the disk was full: they travelled in the patch alone.
    pub unwritten: Vec<OperationId>,
}

impl Disk {
    /// Begins a transaction: it is in the log and may be lost until [`Disk::sync`].
    pub fn append(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Everything written so far is durable.
    pub fn sync(&mut self) {
        self.durable = self.lines.len();
    }

    /// The machine dies: of what was not durable a part from the beginning survives, the next transaction is torn and so
    /// are all after it lost. Answers how many were lost.
    pub fn crash(&mut self, dice: &mut Dice) -> usize {
        let waiting = self.lines.len() - self.durable;
        if waiting == 0 {
            return 0;
        }
        let survive = usize::try_from(dice.number(0, waiting as u64)).unwrap_or(0);
        self.lines.truncate(self.durable + survive);
        self.durable = self.lines.len();
        waiting - survive
    }

    /// What is durable.
    pub fn durable(&self) -> &[Line] {
        &self.lines[..self.durable]
    }

    /// What the running program reads: all of it.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether the intent of an operation is durable.
    pub fn has_intent(&self, operation: &OperationId) -> bool {
        self.durable().iter().rev().any(|line| {
            matches!(line, Line::Step(entry)
                if entry.intent.as_ref().is_some_and(|intent| intent.act.operation == *operation))
        })
    }

    /// The last state of a release.
    pub fn release(&self, id: &ReleaseId) -> Option<&Release> {
        self.lines.iter().rev().find_map(|line| match line {
            Line::Step(entry) if entry.release.id == *id => Some(&entry.release),
            Line::Open(dossier) if dossier.release.id == *id => Some(&dossier.release),
            _ => None,
        })
    }

    /// What a new start finds, as the port describes it.
    pub fn unfinished(&self) -> Vec<Unfinished> {
        let mut found: Vec<Folded<'_>> = Vec::new();
        for line in &self.lines {
            if let Line::Open(dossier) = line {
                found.push(Folded::new(dossier));
                continue;
            }
            let id = match line {
                Line::Open(dossier) | Line::Amend(dossier) => &dossier.release.id,
                Line::Step(entry) => &entry.release.id,
                Line::Outcome { release, .. } | Line::Looks { release, .. } => release,
            };
            if let Some(folded) = found.iter_mut().find(|folded| folded.dossier.release.id == *id) {
                folded.take(line);
            }
        }
        found
            .into_iter()
            .filter(|folded| !folded.dossier.release.stage.is_end() || !folded.open.is_empty())
            .map(Folded::done)
            .collect()
    }
}

/// One act in the order of its first sending.
struct Act {
    intent: Intent,
    accepted: bool,
    possible: bool,
    /// It was told as never happened, and nothing since.
    late: bool,
}

struct Folded<'a> {
    told: Vec<Told<'a>>,
    dossier: Dossier,
    open: Vec<Intent>,
    acts: Vec<Act>,
    last: Option<usize>,
    looks: Vec<SignalLooks>,
}

impl<'a> Folded<'a> {
    fn new(dossier: &Dossier) -> Folded<'a> {
        Folded {
            told: Vec::new(),
            dossier: dossier.clone(),
            open: Vec::new(),
            acts: Vec::new(),
            last: None,
            looks: Vec::new(),
        }
    }

    fn take(&mut self, line: &'a Line) {
        match line {
            Line::Open(_) => {}
            Line::Amend(dossier) => {
                let release = self.dossier.release.clone();
                let operations = self.dossier.operations.max(dossier.operations);
                let last = dossier
                    .last_operation
                    .clone()
                    .or(self.dossier.last_operation.take());
                self.dossier = (**dossier).clone();
                self.dossier.release = release;
                self.dossier.operations = operations;
                self.dossier.last_operation = last;
            }
            Line::Step(entry) => {
                self.dossier.release = entry.release.clone();
                if let Some(intent) = &entry.intent {
                    self.told.push(Told::Intent(intent));
                    self.intend(intent);
                }
            }
            Line::Outcome {
                operation, outcome, ..
            } => {
                self.told.push(Told::Outcome(operation, outcome));
                self.close(operation, outcome);
            }
            Line::Looks { looks, .. } => self.looks.extend(looks.iter().cloned()),
        }
    }

    fn intend(&mut self, intent: &Intent) {
        let operation = &intent.act.operation;
        self.open.retain(|open| open.act.operation != *operation);
        self.open.push(intent.clone());
        match self
            .acts
            .iter_mut()
            .find(|act| act.intent.act.operation == *operation)
        {
            Some(act) => (act.intent, act.possible, act.late) = (intent.clone(), true, false),
            None => {
                self.acts.push(Act {
                    intent: intent.clone(),
                    accepted: false,
                    possible: true,
                    late: false,
                });
                self.dossier.operations += 1;
            }
        }
    }

    fn close(&mut self, operation: &OperationId, outcome: &Outcome) {
        if !matches!(outcome, Outcome::Unknown { .. }) {
            self.open.retain(|open| open.act.operation != *operation);
        }
        let accepted = outcome.is_accepted();
        let Some(place) = self
            .acts
            .iter()
            .position(|act| act.intent.act.operation == *operation)
        else {
            return;
        };
        let act = &mut self.acts[place];
        act.accepted |= accepted;
        act.late = *outcome == Outcome::NeverHappened;
        // What was not found on the object may still have been on its way.
        act.possible = !matches!(outcome, Outcome::Refused { .. });
        if accepted && self.last.is_none_or(|last| place >= last) {
            self.last = Some(place);
            self.dossier.last_operation = Some(operation.clone());
        }
    }

    fn done(self) -> Unfinished {
        let late = self.acts.iter().filter(|act| act.late);
        Unfinished {
            open_intents: self.open,
            late_intents: late.map(|act| act.intent.clone()).collect(),
            trail: Trail::of_record(self.told),
            dossier: self.dossier,
            own_operations: self
                .acts
                .into_iter()
                .filter(|act| act.accepted || act.possible)
                .map(|act| act.intent.act.operation)
                .collect(),
            looks: self.looks,
        }
    }
}
