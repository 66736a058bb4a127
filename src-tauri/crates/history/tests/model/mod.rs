//! The journal in the simplest way: what a history must say after some calls.
#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected shall fail")]

use crate::support::*;
use conductor::{Dossier, Entry, Intent, Journal, OperationId, Outcome, Snapshot, Told, Trail, Unfinished};
use history::History;
use proptest::prelude::*;
use release::{GateOutcome, RecordKind, Release, Stage};

/// One call of the journal.
#[derive(Debug, Clone)]
pub enum Call {
    Bake { millis: u64, lines: usize },
    Hold,
    Complete,
    Intend(usize),
    Outcome(usize, u8),
    Amend,
    Look(f64),
    Snapshot(u32),
}

pub fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        (1..9_000u64, 0..3usize).prop_map(|(millis, lines)| Call::Bake { millis, lines }),
        Just(Call::Hold),
        Just(Call::Complete),
        (0..4usize).prop_map(Call::Intend),
        (0..4usize, 0..6u8).prop_map(|(n, which)| Call::Outcome(n, which)),
        Just(Call::Amend),
        (0.0..100.0f64).prop_map(Call::Look),
        (0..4u32).prop_map(Call::Snapshot),
    ];
    proptest::collection::vec(call, 0..24)
}

fn outcome(which: u8) -> Outcome {
    match which {
        0 => accepted(),
        1 => Outcome::Applied,
        2 => Outcome::Settled,
        3 => Outcome::Refused {
            message: "exceeded quota".into(),
        },
        4 => Outcome::Unknown {
            message: "timed out".into(),
        },
        _ => Outcome::NeverHappened,
    }
}

/// What the journal must say, written in the simplest way.
#[derive(Debug, Clone)]
pub struct Model {
    pub dossier: Dossier,
    acts: Vec<(usize, Option<Intent>, Option<Outcome>)>,
    pub lines: usize,
    pub looks: Vec<judge::Look>,
    snapshots: Vec<Snapshot>,
    states: Vec<(i64, Release)>,
    pub now: i64,
}

impl Model {
    pub fn new() -> Model {
        let dossier = dossier("a");
        Model {
            states: vec![(0, dossier.release.clone())],
            dossier,
            acts: Vec::new(),
            lines: 0,
            looks: Vec::new(),
            snapshots: Vec::new(),
            now: 0,
        }
    }

    fn entry(&self) -> Entry {
        Entry {
            at: at(self.now),
            release: self.dossier.release.clone(),
            records: Vec::new(),
            intent: None,
        }
    }

    fn took(&mut self, entry: &Entry) {
        self.lines += entry.records.len() + usize::from(entry.intent.is_some());
        self.dossier.release = entry.release.clone();
        self.states.push((self.now, entry.release.clone()));
    }

    pub async fn apply(&mut self, history: &History, call: &Call) {
        self.now += 1_000;
        let release = id("a");
        match call {
            Call::Bake { millis, lines } => {
                let mut entry = self.entry();
                entry.release.stage = Stage::Baking;
                entry.release.baked_millis += millis;
                entry.records = vec![record(RecordKind::Resumed); *lines];
                history.advance(entry.clone()).await.unwrap();
                self.took(&entry);
            }
            Call::Hold | Call::Complete => {
                let mut entry = self.entry();
                entry.release.stage = match call {
                    Call::Hold => Stage::Held {
                        reason: release::HoldReason::EvidenceMissing,
                        at: release::Active::Baking,
                        since: entry.at,
                    },
                    _ => Stage::Completed,
                };
                entry.release.verdict = GateOutcome::Healthy;
                history.advance(entry.clone()).await.unwrap();
                self.took(&entry);
            }
            Call::Intend(n) => {
                let mut entry = self.entry();
                let intent = intent(*n, self.now);
                entry.intent = Some(intent.clone());
                history.advance(entry.clone()).await.unwrap();
                self.took(&entry);
                if !self.acts.iter().any(|(m, intent, _)| m == n && intent.is_some()) {
                    self.dossier.operations += 1;
                }
                self.acts.push((*n, Some(intent), None));
            }
            Call::Outcome(n, which) => {
                let outcome = outcome(*which);
                history
                    .outcome(&release, &operation(*n), at(self.now), &outcome)
                    .await
                    .unwrap();
                self.lines += 1;
                self.acts.push((*n, None, Some(outcome)));
            }
            Call::Amend => {
                self.dossier
                    .other_templates
                    .insert(format!("at-{}", self.now), template("2.13.0").into());
                self.dossier.epoch += 1;
                self.dossier.last_operation = self.last_operation();
                history.amend(&self.dossier).await.unwrap();
            }
            Call::Look(bad) => {
                let look = look(self.now, *bad);
                history
                    .looks(&release, &looks("errors", vec![look.clone()]))
                    .await
                    .unwrap();
                self.looks.push(look);
            }
            Call::Snapshot(ready) => {
                let snapshot = snapshot(self.now, *ready);
                history.snapshot(&release, &snapshot).await.unwrap();
                let is_new = self
                    .snapshots
                    .last()
                    .is_none_or(|last| last.share != snapshot.share);
                if is_new {
                    self.snapshots.push(snapshot);
                }
            }
        }
    }

    fn sent(&self, n: usize) -> Option<usize> {
        self.acts
            .iter()
            .rposition(|(m, intent, _)| *m == n && intent.is_some())
    }

    /// The accepted operation whose intent is the newest; what was never announced counts as the oldest.
    fn last_operation(&self) -> Option<OperationId> {
        let mut last: Option<(Option<usize>, usize)> = None;
        for (at, (n, _, outcome)) in self.acts.iter().enumerate() {
            let accepted = outcome.as_ref().is_some_and(Outcome::is_accepted);
            let sent = self.acts[..at]
                .iter()
                .rposition(|(m, intent, _)| m == n && intent.is_some());
            if accepted && last.is_none_or(|(before, _)| sent >= before) {
                last = Some((sent, *n));
            }
        }
        last.map(|(_, n)| operation(n))
    }

    pub fn unfinished(&self) -> Vec<Unfinished> {
        let known = |outcome: &Outcome| !matches!(outcome, Outcome::Unknown { .. });
        let mut open: Vec<usize> = (0..4).filter_map(|n| self.sent(n)).collect();
        open.sort_unstable();
        open.retain(|sent| {
            let n = self.acts[*sent].0;
            !self.acts[*sent..]
                .iter()
                .any(|(m, _, outcome)| *m == n && outcome.as_ref().is_some_and(known))
        });
        // Told as never happened last.
        let late = self.acts.iter().enumerate().filter(|(place, (n, _, outcome))| {
            let later = &self.acts[place + 1..];
            *outcome == Some(Outcome::NeverHappened) && later.iter().all(|(m, _, _)| m != n)
        });
        let late_intents = late
            .filter_map(|(place, (n, _, _))| {
                let mut earlier = self.acts[..place].iter().rev();
                earlier.find_map(|(m, intent, _)| intent.clone().filter(|_| m == n))
            })
            .collect();
        let mut own: Vec<usize> = Vec::new();
        for (n, _, _) in &self.acts {
            if !own.contains(n) {
                own.push(*n);
            }
        }
        own.retain(|n| {
            let of_act: Vec<_> = self.acts.iter().filter(|(m, _, _)| m == n).collect();
            let mut outcomes = of_act.iter().filter_map(|(_, _, outcome)| outcome.as_ref());
            let impossible = matches!(of_act.last(), Some((_, _, Some(Outcome::Refused { .. }))));
            outcomes.any(Outcome::is_accepted) || !impossible
        });
        let open_intents: Vec<Intent> = open
            .iter()
            .filter_map(|sent| self.acts[*sent].1.clone())
            .collect();
        if self.dossier.release.stage.is_end() && open_intents.is_empty() {
            return Vec::new();
        }
        let mut dossier = self.dossier.clone();
        dossier.last_operation = self.last_operation();
        let told: Vec<(Option<&Intent>, OperationId, Option<&Outcome>)> = self
            .acts
            .iter()
            .map(|(n, intent, outcome)| (intent.as_ref(), operation(*n), outcome.as_ref()))
            .collect();
        let trail = Trail::of_record(told.iter().flat_map(|(intent, operation, outcome)| {
            let outcome = outcome.map(|outcome| Told::Outcome(operation, outcome));
            intent.map(Told::Intent).into_iter().chain(outcome)
        }));
        let looks = if self.looks.is_empty() {
            Vec::new()
        } else {
            looks("errors", self.looks.clone())
        };
        vec![Unfinished {
            dossier,
            open_intents,
            late_intents,
            trail,
            own_operations: own.into_iter().map(operation).collect(),
            looks,
        }]
    }

    pub async fn check(&self, history: &History) {
        assert_eq!(history.unfinished().await.unwrap(), self.unfinished());
        let story = history.story(&id("a")).await.unwrap();
        assert_eq!(story.lines.len(), self.lines);
        assert_eq!(story.snapshots, self.snapshots);
        for (millis, release) in &self.states {
            assert_eq!(story.release_at(at(*millis)).unwrap(), *release);
        }
    }
}
