//! The figures of a whole run: as lines for people, as one object, and as the tables of the page.

use super::argo::Setting;
use super::outcome::{Group, Outcome, Ratio};
use super::place::Contestant;
use super::terms;
use super::version::Version;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::time::Duration;

/// Releases of one version with one scrape interval, by contestant.
#[derive(Debug, Clone)]
pub struct Part {
    /// What was released.
    pub version: Version,
    /// Between two scrapes.
    pub scrape: Duration,
    /// In the order of the contestants.
    pub groups: Vec<(Contestant, Group)>,
}

impl Part {
    /// Sorts outcomes by contestant.
    pub fn of(
        version: Version,
        scrape: Duration,
        limit: Duration,
        outcomes: Vec<(Contestant, Outcome)>,
    ) -> Part {
        let mut groups: Vec<(Contestant, Group)> = Vec::new();
        for (contestant, outcome) in outcomes {
            match groups.iter_mut().find(|(of, _)| *of == contestant) {
                Some((_, group)) => group.outcomes.push(outcome),
                None => groups.push((
                    contestant,
                    Group {
                        outcomes: vec![outcome],
                        is_slow: version.is_slow(),
                        limit: limit.as_secs_f64(),
                    },
                )),
            }
        }
        Part {
            version,
            scrape,
            groups,
        }
    }

    /// Who met a machine too busy for the traffic ([`Group::is_starved`]).
    pub fn starved(&self) -> Vec<&'static str> {
        let groups = self.groups.iter().filter(|(_, group)| group.is_starved());
        groups.map(|(contestant, _)| contestant.title()).collect()
    }

    fn ours(&self) -> Option<&Group> {
        let mut groups = self.groups.iter();
        groups.find_map(|(contestant, group)| (*contestant == Contestant::Slipway).then_some(group))
    }

    fn name(&self) -> String {
        format!("{}, scrapes of {} s", self.version.name(), self.scrape.as_secs())
    }

    fn json(&self) -> Value {
        let mut all = Map::new();
        for (contestant, group) in &self.groups {
            let mut figures = group.json();
            if self.version == Version::Healthy {
                let completed: Vec<Option<f64>> = group.outcomes.iter().map(|of| of.completed).collect();
                figures["false_rollbacks"] = json!(group.stopped());
                figures["completed_seconds"] = json!(completed);
            } else if *contestant != Contestant::Slipway
                && let Some(ours) = self.ours()
            {
                let ratio = |of: Option<Ratio>| of.map_or(Value::Null, Ratio::json);
                figures["ratio_seconds"] = ratio(Ratio::of_seconds(ours, group));
                figures["ratio_requests"] = ratio(Ratio::of_harm(ours, group));
            }
            all.insert(contestant.name().to_owned(), figures);
        }
        Value::Object(all)
    }
}

/// The last line: raw samples, medians, ratios, and what was the same for all.
pub fn json(parts: &[Part], runs: usize, healthy: usize, limit: Duration) -> Value {
    let all: Map<String, Value> = parts.iter().map(|part| (part.name(), part.json())).collect();
    json!({
        "bench": "bad-release",
        "runs": runs,
        "healthy_releases": healthy,
        "limit_seconds": limit.as_secs(),
        "pods": terms::PODS,
        "requests_per_second": terms::RATE,
        "share_percent": terms::SHARES[0],
        "surge_percent": terms::SURGE,
        "baseline_errors": terms::BASELINE,
        "median_latency_ms": terms::LATENCY.as_millis(),
        "objective_ms": terms::OBJECTIVE.as_millis(),
        "seconds_under_load_before": terms::BEFORE.as_secs(),
        "argo": {
            "version": "1.9.2",
            "page": "https://argo-rollouts.readthedocs.io/en/release-1.9/features/analysis/",
            "settings": Setting::ALL.map(Setting::name),
        },
        "results": all,
    })
}

/// The table of bad versions, in Markdown.
pub fn bad_table(parts: &[Part]) -> String {
    let mut out = String::from(
        "| Version | Scrapes | Who | Stopped | Seconds, median | Requests, median | Slipway's seconds | Slipway's requests |\n\
         |---|--:|---|--:|--:|--:|--:|--:|\n",
    );
    for part in parts.iter().filter(|part| part.version != Version::Healthy) {
        for (contestant, group) in &part.groups {
            let (seconds, requests) = match part.ours() {
                Some(ours) if *contestant != Contestant::Slipway => {
                    (Ratio::of_seconds(ours, group), Ratio::of_harm(ours, group))
                }
                _ => (None, None),
            };
            let _ = writeln!(
                out,
                "| {} | {} s | {} | {} of {} | {} | {}{} | {} | {} |",
                part.version.title(),
                part.scrape.as_secs(),
                contestant.title(),
                group.stopped(),
                group.outcomes.len(),
                group
                    .seconds()
                    .map_or_else(|| format!("never in {:.0}", group.limit), |of| format!("{of:.1}")),
                group
                    .harm()
                    .map_or_else(|| "–".to_owned(), |of| format!("{of:.0}")),
                if group.seconds().is_none() { " so far" } else { "" },
                times(seconds),
                times(requests),
            );
        }
    }
    out
}

/// The table of healthy releases, in Markdown.
pub fn healthy_table(parts: &[Part]) -> String {
    let mut out = String::from(
        "| Scrapes | Who | Healthy releases | Rolled back | Completed | Seconds to complete, median |\n|--:|---|--:|--:|--:|--:|\n",
    );
    for part in parts.iter().filter(|part| part.version == Version::Healthy) {
        for (contestant, group) in &part.groups {
            let completed: Vec<Option<f64>> = group
                .outcomes
                .iter()
                .filter(|of| of.completed.is_some())
                .map(|of| of.completed)
                .collect();
            let _ = writeln!(
                out,
                "| {} s | {} | {} | {} | {} | {} |",
                part.scrape.as_secs(),
                contestant.title(),
                group.outcomes.len(),
                group.stopped(),
                completed.len(),
                super::outcome::median(&completed).map_or_else(|| "–".to_owned(), |of| format!("{of:.0}")),
            );
        }
    }
    out
}

fn times(ratio: Option<Ratio>) -> String {
    ratio.map_or_else(String::new, |ratio| {
        let most = if ratio.at_most { "≤ " } else { "" };
        format!("{most}{} ×", ratio.value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(back: Option<f64>, failed: u64) -> Outcome {
        Outcome {
            back,
            failed,
            slow: 0,
            answered: 100,
            lost: 0,
            completed: None,
            said: String::new(),
        }
    }

    fn part() -> Part {
        Part::of(
            Version::Fails(5),
            Duration::from_secs(1),
            Duration::from_secs(180),
            vec![
                (Contestant::Slipway, outcome(Some(10.0), 10)),
                (Contestant::Argo(Setting::Quick), outcome(Some(20.0), 40)),
                (Contestant::Slipway, outcome(Some(20.0), 20)),
                (Contestant::Argo(Setting::Page), outcome(None, 180)),
            ],
        )
    }

    #[test]
    fn outcomes_are_sorted_by_contestant_and_compared_with_ours() {
        let all = json(&[part()], 2, 20, Duration::from_secs(180));
        let of = &all["results"]["fails-5, scrapes of 1 s"];
        assert_eq!(of["slipway"]["median_seconds"], 15.0);
        assert_eq!(
            of["argo-quick"]["ratio_seconds"],
            json!({ "value": 0.75, "at_most": false })
        );
        assert_eq!(
            of["argo-page"]["ratio_requests"],
            json!({ "value": 0.083, "at_most": true })
        );
    }

    #[test]
    fn the_table_says_never_where_nothing_was_stopped() {
        let table = bad_table(&[part()]);
        assert!(
            table.contains(
                "| fails 5 % | 1 s | Argo, the page's numbers | 0 of 1 | never in 180 | 180 so far | ≤ 0.083 × | ≤ 0.083 × |"
            ),
            "{table}"
        );
        assert!(
            table.contains("| fails 5 % | 1 s | Slipway | 2 of 2 | 15.0 | 15 |  |  |"),
            "{table}"
        );
    }
}
