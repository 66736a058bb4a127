//! What became of releases, and what is said of many. Pure.

use serde_json::{Map, Value, json};

/// What became of one release.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Seconds from the change until only the old version was there, whole; nothing if it was not stopped within the limit.
    pub back: Option<f64>,
    /// Requests that the new version failed, until then or until the limit.
    pub failed: u64,
    /// Answers of the new version above the objective, until then or until the limit.
    pub slow: u64,
    /// All answers of the new version, until then or until the limit.
    pub answered: u64,
    /// Requests that nobody answered, or that were not sent because nobody was there.
    pub lost: u64,
    /// Seconds until the new version served everything and the release was over.
    pub completed: Option<f64>,
    /// What the contestant said last.
    pub said: String,
    /// Seconds from the change until single steps, by their names ([`super::timeline`]).
    pub steps: Map<String, Value>,
}

impl Outcome {
    /// For the record of a run that is not over.
    pub fn record(&self) -> Value {
        json!({
            "back": self.back, "failed": self.failed, "slow": self.slow, "answered": self.answered, "lost": self.lost,
            "completed": self.completed, "said": self.said, "steps": self.steps,
        })
    }

    /// From such a record; nothing if it is not one.
    pub fn read(record: &Value) -> Option<Outcome> {
        let count = |name: &str| record.get(name)?.as_u64();
        Some(Outcome {
            back: record.get("back")?.as_f64(),
            failed: count("failed")?,
            slow: count("slow")?,
            answered: count("answered")?,
            lost: count("lost")?,
            completed: record.get("completed")?.as_f64(),
            said: record.get("said")?.as_str()?.to_owned(),
            steps: record.get("steps")?.as_object()?.clone(),
        })
    }
}

/// A number that may be missing because something never happened: the middle one, where "never" is later than everything.
/// Nothing if the middle one is "never", or there is none.
pub fn median(values: &[Option<f64>]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| match (a, b) {
        (Some(a), Some(b)) => a.total_cmp(b),
        (None, None) => std::cmp::Ordering::Equal,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (Some(_), None) => std::cmp::Ordering::Less,
    });
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len().is_multiple_of(2) {
        Some(f64::midpoint((*sorted.get(half - 1)?)?, upper?))
    } else {
        upper
    }
}

/// Whether more than a hundredth of all these requests were lost.
pub fn is_starved<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> bool {
    let (lost, answered) = outcomes.into_iter().fold((0, 0), |(lost, answered), outcome| {
        (lost + outcome.lost, answered + outcome.answered)
    });
    100 * lost > answered
}

/// The releases of one contestant with one version and one scrape interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// One for each release, in no order that means anything.
    pub outcomes: Vec<Outcome>,
    /// Whether what counts are slow answers.
    pub is_slow: bool,
    /// Seconds after which a version that is still there counts as never stopped.
    pub limit: f64,
}

impl Group {
    /// How many were stopped.
    pub fn stopped(&self) -> usize {
        self.outcomes
            .iter()
            .filter(|outcome| outcome.back.is_some())
            .count()
    }

    /// The median of seconds until the old version served everything.
    pub fn seconds(&self) -> Option<f64> {
        median(
            &self
                .outcomes
                .iter()
                .map(|outcome| outcome.back)
                .collect::<Vec<_>>(),
        )
    }

    /// The median of what it cost users, in requests.
    pub fn harm(&self) -> Option<f64> {
        median(&self.harms().iter().map(|harm| Some(*harm)).collect::<Vec<_>>())
    }

    /// What each release cost users, in requests.
    pub fn harms(&self) -> Vec<f64> {
        let of = |outcome: &Outcome| {
            if self.is_slow {
                outcome.slow
            } else {
                outcome.failed
            }
        };
        self.outcomes.iter().map(|outcome| of(outcome) as f64).collect()
    }

    /// Whether more than a hundredth of the requests were lost. Nobody fails to answer here by design, so the machine was too
    /// busy for the traffic, and the figures say nothing of the contestants.
    pub fn is_starved(&self) -> bool {
        is_starved(&self.outcomes)
    }

    /// Raw figures and medians.
    pub fn json(&self) -> Value {
        let of = |number: fn(&Outcome) -> Value| self.outcomes.iter().map(number).collect::<Vec<_>>();
        json!({
            "releases": self.outcomes.len(),
            "stopped": self.stopped(),
            "starved": self.is_starved(),
            "median_seconds": rounded(self.seconds()),
            "median_requests": rounded(self.harm()),
            "outcomes": of(Outcome::record),
        })
    }

    /// From such figures; nothing if they are none.
    pub fn read(figures: &Value, is_slow: bool, limit: f64) -> Option<Group> {
        let outcomes = figures.get("outcomes")?.as_array()?;
        Some(Group {
            outcomes: outcomes.iter().map(Outcome::read).collect::<Option<_>>()?,
            is_slow,
            limit,
        })
    }

    /// The median of the seconds until a step; nothing where it was never seen.
    pub fn step(&self, name: &str) -> Option<f64> {
        let of: Vec<Option<f64>> = self
            .outcomes
            .iter()
            .filter_map(|outcome| outcome.steps.get(name))
            .map(Value::as_f64)
            .collect();
        median(&of)
    }

    /// Requests that nobody answered.
    pub fn lost(&self) -> u64 {
        self.outcomes.iter().map(|outcome| outcome.lost).sum()
    }
}

/// Ours in relation to a peer's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Three digits.
    pub value: f64,
    /// The peer did not stop the version: its figure is the one until the limit, so the true ratio is smaller still.
    pub at_most: bool,
}

impl Ratio {
    /// Seconds; nothing if ours was not stopped.
    pub fn of_seconds(ours: &Group, peer: &Group) -> Option<Ratio> {
        let theirs = peer.seconds();
        ratio(ours.seconds()?, theirs.unwrap_or(peer.limit), theirs.is_none())
    }

    /// Requests; nothing if ours was not stopped.
    pub fn of_harm(ours: &Group, peer: &Group) -> Option<Ratio> {
        ours.seconds()?;
        ratio(ours.harm()?, peer.harm()?, peer.seconds().is_none())
    }

    /// For the last line.
    pub fn json(self) -> Value {
        json!({ "value": self.value, "at_most": self.at_most })
    }
}

fn ratio(ours: f64, theirs: f64, at_most: bool) -> Option<Ratio> {
    let value = (ours / theirs * 1_000.0).round() / 1_000.0;
    value.is_finite().then_some(Ratio { value, at_most })
}

fn rounded(value: Option<f64>) -> Value {
    value.map_or(Value::Null, |value| json!((value * 100.0).round() / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(back: Option<f64>, failed: u64, slow: u64) -> Outcome {
        Outcome {
            back,
            failed,
            slow,
            answered: 1_000,
            lost: 0,
            completed: None,
            said: String::new(),
            steps: Map::new(),
        }
    }

    fn group(outcomes: &[(Option<f64>, u64)]) -> Group {
        Group {
            outcomes: outcomes
                .iter()
                .map(|(back, failed)| outcome(*back, *failed, 7))
                .collect(),
            is_slow: false,
            limit: 180.0,
        }
    }

    #[test]
    fn never_is_later_than_everything() {
        assert_eq!(median(&[None, Some(1.0), Some(9.0)]), Some(9.0));
        assert_eq!(median(&[None, None, Some(9.0)]), None);
        assert_eq!(median(&[Some(1.0), Some(2.0)]), Some(1.5));
        // Between a number and "never" there is no number.
        assert_eq!(median(&[Some(1.0), None]), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_peer_that_never_stops_is_compared_by_its_figures_until_the_limit() {
        let ours = group(&[(Some(18.0), 10)]);
        let never = group(&[(None, 40)]);
        let seconds = Ratio::of_seconds(&ours, &never).unwrap();
        assert_eq!((seconds.value, seconds.at_most), (0.1, true));
        let harm = Ratio::of_harm(&ours, &never).unwrap();
        assert_eq!((harm.value, harm.at_most), (0.25, true));
        let stopped = Ratio::of_seconds(&ours, &group(&[(Some(36.0), 20)])).unwrap();
        assert_eq!((stopped.value, stopped.at_most), (0.5, false));
    }

    #[test]
    fn what_we_never_stop_has_no_ratio() {
        let ours = group(&[(None, 10)]);
        let peer = group(&[(Some(5.0), 10)]);
        assert_eq!(Ratio::of_seconds(&ours, &peer), None);
        assert_eq!(Ratio::of_harm(&ours, &peer), None);
    }

    #[test]
    fn figures_of_a_machine_that_lost_requests_are_marked() {
        let mut group = group(&[(Some(5.0), 1), (Some(5.0), 1)]);
        group.outcomes[0].lost = 20;
        assert!(!group.is_starved());
        group.outcomes[1].lost = 1;
        assert!(group.is_starved());
        assert_eq!(group.json()["starved"], true);
    }

    #[test]
    fn for_a_slow_version_slow_answers_count() {
        let mut group = group(&[(Some(5.0), 1)]);
        assert_eq!(group.harm(), Some(1.0));
        group.is_slow = true;
        assert_eq!(group.harm(), Some(7.0));
    }

    #[test]
    fn the_record_says_null_for_what_never_happened() {
        let json = group(&[(None, 40), (Some(5.0), 2), (None, 41)]).json();
        assert_eq!(json["stopped"], 1);
        assert_eq!(json["median_seconds"], Value::Null);
        let seconds = |n: usize| json["outcomes"][n]["back"].clone();
        assert_eq!([seconds(0), seconds(1)], [Value::Null, json!(5.0)]);
        assert_eq!(json["median_requests"], 40.0);
    }

    #[test]
    fn figures_can_be_read_again() {
        let mut written = group(&[(None, 40), (Some(5.0), 2)]);
        written.outcomes[1].steps.insert("ready".into(), json!(2.5));
        written.outcomes[1].completed = Some(3.0);
        assert_eq!(Group::read(&written.json(), false, 180.0), Some(written.clone()));
        assert_eq!(written.step("ready"), Some(2.5));
        assert_eq!(written.step("decided"), None);
        assert_eq!(
            Group::read(&json!({"outcomes": [{"back": 1.0}]}), false, 180.0),
            None
        );
    }
}
