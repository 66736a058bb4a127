//! What became of releases, and what is said of many. Pure.

use serde_json::{Value, json};

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
        let of = |number: fn(&Outcome) -> u64| self.outcomes.iter().map(number).sum::<u64>();
        100 * of(|outcome| outcome.lost) > of(|outcome| outcome.answered)
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
            "seconds": of(|outcome| rounded(outcome.back)),
            "failed": of(|outcome| json!(outcome.failed)),
            "slow": of(|outcome| json!(outcome.slow)),
            "answered": of(|outcome| json!(outcome.answered)),
            "lost": of(|outcome| json!(outcome.lost)),
            "said": of(|outcome| json!(outcome.said)),
        })
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
        assert_eq!(json["seconds"], json!([null, 5.0, null]));
        assert_eq!(json["median_requests"], 40.0);
    }
}
