//! The figures of a whole run, as one object that can be read again. Pure.

use super::argo::Setting;
use super::outcome::{Group, Outcome, Ratio};
use super::place::Contestant;
use super::terms;
use super::version::Version;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Releases of one version with one scrape interval, by contestant.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What was released.
    pub version: Version,
    /// Between two scrapes.
    pub scrape: Duration,
    /// After this time a version counted as never stopped.
    pub limit: Duration,
    /// The build that measured: `release` or `debug`.
    pub build: String,
    /// Rounds that were thrown away and measured again, because requests were lost in them.
    pub repeated: u64,
    /// In the order of the contestants.
    pub groups: Vec<(Contestant, Group)>,
}

/// This program's build.
pub fn build() -> &'static str {
    if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    }
}

impl Part {
    /// Sorts outcomes by contestant.
    pub fn of(
        version: Version,
        scrape: Duration,
        limit: Duration,
        outcomes: Vec<(Contestant, Outcome)>,
        repeated: u64,
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
            limit,
            build: build().to_owned(),
            repeated,
            groups,
        }
    }

    /// With the releases of an earlier run of the same terms before its own.
    pub fn after(self, earlier: Part) -> Part {
        let outcomes = earlier.groups.into_iter().chain(self.groups);
        let outcomes = outcomes.flat_map(|(of, group)| group.outcomes.into_iter().map(move |one| (of, one)));
        let repeated = earlier.repeated + self.repeated;
        Part::of(
            self.version,
            self.scrape,
            self.limit,
            outcomes.collect(),
            repeated,
        )
    }

    /// From a name and figures of [`json`]; nothing if they are none.
    pub fn read(name: &str, figures: &Value) -> Option<Part> {
        let (version, scrape) = name.split_once(", scrapes of ")?;
        let version = Version::all().find(|of| of.name() == version)?;
        let scrape = Duration::from_secs(scrape.strip_suffix(" s")?.parse().ok()?);
        let limit = Duration::from_secs(figures.get("limit_seconds")?.as_u64()?);
        let groups = Contestant::ALL.into_iter().filter_map(|contestant| {
            let figures = figures.get(contestant.name())?;
            let group = Group::read(figures, version.is_slow(), limit.as_secs_f64())?;
            Some((contestant, group))
        });
        Some(Part {
            version,
            scrape,
            limit,
            build: figures.get("build")?.as_str()?.to_owned(),
            repeated: figures.get("repeated_rounds")?.as_u64()?,
            groups: groups.collect(),
        })
    }

    /// Who met a machine too busy for the traffic ([`Group::is_starved`]).
    pub fn starved(&self) -> Vec<&'static str> {
        let groups = self.groups.iter().filter(|(_, group)| group.is_starved());
        groups.map(|(contestant, _)| contestant.title()).collect()
    }

    /// Slipway's releases.
    pub fn ours(&self) -> Option<&Group> {
        let mut groups = self.groups.iter();
        groups.find_map(|(contestant, group)| (*contestant == Contestant::Slipway).then_some(group))
    }

    /// What it is called among the figures.
    pub fn name(&self) -> String {
        format!("{}, scrapes of {} s", self.version.name(), self.scrape.as_secs())
    }

    fn json(&self) -> Value {
        let mut all = Map::new();
        all.insert("limit_seconds".into(), json!(self.limit.as_secs()));
        all.insert("build".into(), json!(self.build));
        all.insert("repeated_rounds".into(), json!(self.repeated));
        for (contestant, group) in &self.groups {
            let mut figures = group.json();
            if self.version == Version::Healthy {
                figures["false_rollbacks"] = json!(group.stopped());
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

/// Raw samples, medians, ratios, and what was the same for all.
pub fn json(parts: &[Part]) -> Value {
    let all: Map<String, Value> = parts.iter().map(|part| (part.name(), part.json())).collect();
    json!({
        "bench": "bad-release",
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

/// The parts of such figures, those that can be read.
pub fn read(figures: &Value) -> Vec<Part> {
    let results = figures.get("results").and_then(Value::as_object);
    let parts = results
        .into_iter()
        .flatten()
        .filter_map(|(name, figures)| Part::read(name, figures));
    parts.collect()
}

/// What is measured now in the place of older parts of the same names, in the order of versions and intervals.
pub fn merged(older: Vec<Part>, now: &[Part]) -> Vec<Part> {
    let mut all: Vec<Part> = older
        .into_iter()
        .filter(|part| now.iter().all(|of| of.name() != part.name()))
        .chain(now.iter().cloned())
        .collect();
    let place = |part: &Part| Version::all().position(|of| of == part.version);
    all.sort_by_key(|part| (place(part), part.scrape));
    all
}

#[cfg(test)]
pub(super) mod tests {
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
            steps: Map::from_iter([("ready".to_owned(), json!(3.25))]),
        }
    }

    /// Two releases by Slipway, stopped; one by Argo's quick setting, stopped; one by its page's numbers, not stopped.
    pub(in super::super) fn part(version: Version) -> Part {
        Part::of(
            version,
            Duration::from_secs(1),
            Duration::from_secs(180),
            vec![
                (Contestant::Slipway, outcome(Some(10.0), 10)),
                (Contestant::Argo(Setting::Quick), outcome(Some(20.0), 40)),
                (Contestant::Slipway, outcome(Some(20.0), 20)),
                (Contestant::Argo(Setting::Page), outcome(None, 180)),
            ],
            1,
        )
    }

    #[test]
    fn outcomes_are_sorted_by_contestant_and_compared_with_ours() {
        let all = json(&[part(Version::Fails(5))]);
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
    fn releases_of_an_earlier_run_count_with_those_of_this_one() {
        let both = part(Version::Fails(5)).after(part(Version::Fails(5)));
        let releases: Vec<usize> = both
            .groups
            .iter()
            .map(|(_, group)| group.outcomes.len())
            .collect();
        assert_eq!((releases, both.repeated), (vec![4, 2, 2], 2));
    }

    #[test]
    fn figures_can_be_read_again_and_only_what_was_measured_anew_is_replaced() {
        let older = part(Version::Fails(5));
        assert_eq!(
            read(&json(std::slice::from_ref(&older))),
            std::slice::from_ref(&older)
        );
        let worse = part(Version::Fails(20));
        let mut newer = part(Version::Fails(5));
        newer.repeated = 7;
        let all = merged(vec![older, worse.clone()], std::slice::from_ref(&newer));
        assert_eq!(all, [worse, newer]);
        assert_eq!(read(&json!({ "results": { "fails-5, scrapes of 1 s": {} } })), []);
    }
}
