//! What the witness saw, held against the record.

use crate::{PODS, Seen, Shop};
use conductor::{Intent, OperationId, Outcome};
use history::{Filter, Happening, History, Story};
use release::{Command, HoldReason, RecordKind, Stage};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What was found wrong, each in a sentence.
#[derive(Debug, Default)]
pub struct Tally {
    /// The record or the cluster does not know how something ended.
    pub lost: Vec<String>,
    /// An operation applied twice, or a release that ended twice.
    pub doubled: Vec<String>,
    /// What runs at the end is not what the record says.
    pub wrong: Vec<String>,
    /// Releases looked at.
    pub releases: usize,
    /// Of these: rolled back.
    pub rolled_back: usize,
    /// Operations that the witness saw.
    pub operations: usize,
}

/// The record and what was seen.
pub struct Audit {
    stories: Vec<Story>,
    seen: BTreeMap<String, Vec<Seen>>,
    gaps: u32,
}

impl Audit {
    /// Reads both. The app must have ended.
    pub async fn of(shop: &Shop) -> Audit {
        let history = History::open(&shop.database()).expect("the record is whole");
        let (seen, gaps) = shop.witness.seen();
        let mut stories = Vec::new();
        let mut page = Filter {
            limit: 500,
            ..Filter::default()
        };
        loop {
            let found = history.list(page.clone()).await.expect("a list");
            for row in found.releases {
                stories.push(history.story(&row.id).await.expect("a story"));
            }
            page.below = found.next;
            if found.next.is_none() {
                break;
            }
        }
        stories.reverse();
        Audit { stories, seen, gaps }
    }

    /// Everything that is wrong.
    pub async fn tally(&self, shop: &Shop) -> Tally {
        let mut tally = Tally {
            releases: self.stories.len(),
            rolled_back: self
                .stories
                .iter()
                .filter(|story| story.dossier.release.stage == Stage::RolledBack)
                .count(),
            ..Tally::default()
        };
        if self.gaps > 0 {
            let what = format!("the witness' watch began anew {} times", self.gaps);
            tally.wrong.push(what);
        }
        for story in &self.stories {
            one_end(story, &mut tally);
            nobody_else(story, &mut tally);
        }
        for name in shop.names() {
            let none = Vec::new();
            let seen = self.seen.get(&name).unwrap_or(&none);
            let stories: Vec<&Story> = self
                .stories
                .iter()
                .filter(|story| story.dossier.workload.name == name)
                .collect();
            operations(&name, seen, &stories, &mut tally);
            self.last_state(shop, &name, &stories, &mut tally).await;
        }
        tally
    }

    /// The Deployment and its pods are as the last release of the record left them.
    async fn last_state(&self, shop: &Shop, name: &str, stories: &[&Story], tally: &mut Tally) {
        let mut image = shop.before[name]["template"]["spec"]["containers"][0]["image"].clone();
        for story in stories {
            if story.dossier.release.stage == Stage::Completed {
                image = story.dossier.new_template["spec"]["containers"][0]["image"].clone();
            }
        }
        let mut wanted = shop.before[name].clone();
        wanted["template"]["spec"]["containers"][0]["image"] = image.clone();
        let found = shop.spec(name).await;
        if found != wanted {
            tally
                .wrong
                .push(format!("{name} wants {found}, and the record says {wanted}"));
        }
        let image = image.as_str().unwrap_or_default();
        let ready: Vec<(String, usize)> = shop
            .ready()
            .await
            .into_iter()
            .filter(|((of, _), _)| of == name)
            .map(|((_, image), count)| (image, count))
            .collect();
        if ready != [(image.to_owned(), usize::try_from(PODS).unwrap_or(0))] {
            tally
                .wrong
                .push(format!("{name} has pods {ready:?}, and wants {PODS} of {image}"));
        }
    }
}

/// A release ends, once; again only after a person took it back.
fn one_end(story: &Story, tally: &mut Tally) {
    let release = &story.dossier.release;
    if !release.stage.is_end() {
        tally
            .lost
            .push(format!("{} never ended: {:?}", release.id, release.stage));
    }
    let mut ended = false;
    for record in records(story) {
        match record {
            RecordKind::Completed | RecordKind::RolledBack => {
                if ended {
                    tally.doubled.push(format!("{} ended twice", release.id));
                }
                ended = true;
            }
            RecordKind::Commanded {
                command: Command::RollBack { .. },
            } => ended = false,
            _ => {}
        }
    }
}

/// Nobody else is here: what Slipway takes for somebody else's doing is its own that it has forgotten.
fn nobody_else(story: &Story, tally: &mut Tally) {
    for record in records(story) {
        let reason = match record {
            RecordKind::ForeignChange { what } => what.clone(),
            RecordKind::Exceeded { share, .. } => format!("{share:?}"),
            RecordKind::Held {
                reason: HoldReason::WorkloadGone,
            } => "the workload is gone".to_owned(),
            _ => continue,
        };
        tally.lost.push(format!(
            "{} took its own act for somebody else's: {reason}",
            story.dossier.release.id
        ));
    }
}

fn records(story: &Story) -> impl Iterator<Item = &RecordKind> {
    story.lines.iter().filter_map(|line| match &line.what {
        Happening::Record { record } => Some(&record.what),
        _ => None,
    })
}

/// An act of the record: what was to be done, and the last word about it.
struct Act<'a> {
    intent: &'a Intent,
    outcome: Option<&'a Outcome>,
}

impl Act<'_> {
    fn accepted(&self) -> bool {
        matches!(
            self.outcome,
            Some(Outcome::Accepted { .. } | Outcome::Applied | Outcome::Settled)
        )
    }

    /// Whether it takes the release's marks off the object, so that its own name never stands there.
    fn unsigns(&self) -> bool {
        let removes = json!({ "op": "remove", "path": "/metadata/annotations/slipway.dev~1operation" });
        self.intent
            .act
            .patch
            .as_array()
            .is_some_and(|operations| operations.contains(&removes))
    }
}

fn acts<'a>(stories: &[&'a Story]) -> BTreeMap<&'a OperationId, Act<'a>> {
    let mut acts = BTreeMap::new();
    for line in stories.iter().flat_map(|story| &story.lines) {
        match &line.what {
            Happening::Intent { intent } => {
                acts.insert(
                    &intent.act.operation,
                    Act {
                        intent,
                        outcome: None,
                    },
                );
            }
            Happening::Outcome { operation, outcome } => {
                if let Some(act) = acts.get_mut(operation) {
                    act.outcome = Some(outcome);
                }
            }
            Happening::Record { .. } => {}
        }
    }
    acts
}

fn operations(name: &str, seen: &[Seen], stories: &[&Story], tally: &mut Tally) {
    let acts = acts(stories);
    let mut runs: Vec<&[Seen]> = seen
        .chunk_by(|one, next| one.operation == next.operation)
        .collect();
    // Before the first release there was none.
    if runs.first().is_some_and(|run| run[0].operation.is_none()) {
        runs.remove(0);
    }
    let mut names = BTreeSet::new();
    let mut taken_off = 0;
    for run in &runs {
        let Some(operation) = run[0].operation.clone() else {
            taken_off += 1;
            continue;
        };
        let operation = OperationId(operation);
        let specs: BTreeSet<i64> = run.iter().map(|seen| seen.generation).collect();
        if !names.insert(operation.clone()) || specs.len() > 1 {
            tally
                .doubled
                .push(format!("{name}: {operation:?} was applied twice"));
        }
        match acts.get(&operation) {
            None => tally.lost.push(format!(
                "{name}: {operation:?} was applied, and the record has no intent"
            )),
            Some(act) if !act.accepted() => tally.lost.push(format!(
                "{name}: {operation:?} was applied, and the record says {:?}",
                act.outcome
            )),
            Some(_) => {}
        }
    }
    tally.operations += names.len() + taken_off;
    for (operation, act) in &acts {
        if act.accepted() && !act.unsigns() && !names.contains(*operation) {
            tally.lost.push(format!(
                "{name}: the record says that {operation:?} was accepted, and nobody saw it"
            ));
        }
    }
    let said = acts
        .values()
        .filter(|act| act.accepted() && act.unsigns())
        .count();
    if said < taken_off {
        tally.lost.push(format!(
            "{name}: the marks were taken off {taken_off} times, and the record says {said}: {:?}",
            acts.values()
                .filter(|act| act.unsigns() && !act.accepted())
                .map(|act| (&act.intent.act.operation, act.outcome))
                .collect::<Vec<_>>()
        ));
    }
    if said > taken_off {
        tally.doubled.push(format!(
            "{name}: the record says {said} times that the marks were taken off, and it was {taken_off} times"
        ));
    }
}

impl Tally {
    /// The line that says it all, after everything that is wrong.
    pub fn print(&self, kills: usize) {
        for (what, found) in [
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("wrong", &self.wrong),
        ] {
            for sentence in found {
                println!("{what}: {sentence}");
            }
        }
        println!(
            "{} releases ({} rolled back), {} operations seen, {} wrong at the end",
            self.releases,
            self.rolled_back,
            self.operations,
            self.wrong.len()
        );
        // What only a kill can lose is said of kills only; a full disk has its own stated exception.
        if kills > 0 {
            println!(
                "kills={kills} lost={} doubled={}",
                self.lost.len(),
                self.doubled.len()
            );
        }
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.wrong.is_empty()
    }

    /// As JSON, for a file of figures.
    pub fn figures(&self, kills: usize) -> Value {
        json!({
            "kills": kills, "lost": self.lost.len(), "doubled": self.doubled.len(), "wrong": self.wrong.len(),
            "releases": self.releases, "rolledBack": self.rolled_back, "operations": self.operations,
        })
    }
}
