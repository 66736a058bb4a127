//! The rounds that are measured already, on disk: a run that was cut off goes on where it was.

use super::order::Order;
use super::outcome::Outcome;
use super::place::Contestant;
use super::version::Version;
use bench_judge::whole::write_whole;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Rounds by their names.
pub struct Kept {
    file: PathBuf,
    rounds: Map<String, Value>,
}

/// One round, and how often it was thrown away because the machine was too busy.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Who released, and what became of it.
    pub outcomes: Vec<(Contestant, Outcome)>,
    /// Tries before.
    pub repeated: u64,
}

/// What a round is called: everything that decides what it measures. A debug build's are not taken for a release build's.
pub fn name(
    order: &Order,
    version: Version,
    scrape: Duration,
    number: usize,
    round: &[Contestant],
) -> String {
    let many = |of: &Contestant| round.iter().filter(|one| *one == of).count().to_string();
    format!(
        "{}, {}, scrapes of {} s, limit {} s, round {number} of {}",
        super::report::build(),
        version.name(),
        scrape.as_secs(),
        order.limit.as_secs(),
        Contestant::ALL.map(|of| many(&of)).join(" "),
    )
}

impl Kept {
    /// What is in this file; nothing if `anew`.
    pub fn open(file: PathBuf, anew: bool) -> Kept {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let rounds = serde_json::from_str(&text).ok().filter(|_| !anew);
        Kept {
            file,
            rounds: rounds.unwrap_or_default(),
        }
    }

    /// A round, if it is there.
    pub fn round(&self, name: &str) -> Option<Round> {
        let kept = self.rounds.get(name)?;
        let outcomes = kept.get("outcomes")?.as_array()?;
        let read = |one: &Value| {
            let who = one.get("who")?.as_str()?;
            let contestant = Contestant::ALL.into_iter().find(|of| of.name() == who)?;
            Some((contestant, Outcome::read(one)?))
        };
        Some(Round {
            outcomes: outcomes.iter().map(read).collect::<Option<_>>()?,
            repeated: kept.get("repeated")?.as_u64()?,
        })
    }

    /// Keeps a round.
    ///
    /// # Errors
    /// What the disk says.
    pub fn keep(&mut self, name: &str, round: &Round) -> std::io::Result<()> {
        let outcomes: Vec<Value> = (round.outcomes.iter())
            .map(|(contestant, outcome)| {
                let mut record = outcome.record();
                record["who"] = json!(contestant.name());
                record
            })
            .collect();
        let kept = json!({ "outcomes": outcomes, "repeated": round.repeated });
        self.rounds.insert(name.to_owned(), kept);
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        write_whole(&self.file, &Value::Object(self.rounds.clone()).to_string())
    }

    /// Forgets everything: the run is over.
    ///
    /// # Errors
    /// What the disk says.
    pub fn clear(self) -> std::io::Result<()> {
        if self.file.exists() {
            std::fs::remove_file(&self.file)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_was_cut_off_finds_its_rounds_again_and_only_those_of_the_same_terms() {
        let folder = std::env::temp_dir().join(format!("slipway-kept-{}", std::process::id()));
        let file = folder.join("kept.json");
        let order = |text: &str| Order::read(text.split_whitespace().map(str::to_owned)).unwrap();
        let named = |order: &Order| {
            let rounds = order.rounds(Version::Fails(5), 0);
            name(order, Version::Fails(5), Duration::from_secs(1), 0, &rounds[0])
        };
        let of = named(&order("2 0 90"));
        let round = Round {
            outcomes: vec![(
                Contestant::Slipway,
                Outcome {
                    back: Some(4.5),
                    failed: 3,
                    slow: 0,
                    answered: 80,
                    lost: 0,
                    completed: None,
                    said: "rolledBack degraded".into(),
                    steps: Map::new(),
                },
            )],
            repeated: 1,
        };
        let mut kept = Kept::open(file.clone(), false);
        assert_eq!(kept.round(&of), None);
        kept.keep(&of, &round).unwrap();
        let again = Kept::open(file.clone(), false);
        assert_eq!(again.round(&of), Some(round));
        for other in ["2 0 91", "1 0 90", "2 0 90 without-page"] {
            assert_eq!(again.round(&named(&order(other))), None, "{other}");
        }
        assert_eq!(Kept::open(file.clone(), true).round(&of), None);
        again.clear().unwrap();
        assert_eq!(Kept::open(file, false).round(&of), None);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
