//! `docs/judge.md`: tables and plots made from the figures, and the figures themselves.

use super::outcome::{Group, Ratio, median};
use super::place::Contestant;
use super::report::{self, Part};
use super::timeline::STEPS;
use super::version::Version;
use bench_judge::marks::replaced;
use bench_judge::plot::{self, Row, Scale, Series};
use bench_judge::whole::write_whole;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is drawn, in the order of [`Contestant::ALL`].
const SERIES: [Series; 4] = [
    ("Slipway", "#2f81f7"),
    ("Argo, quick", "#3fb950"),
    ("Argo, tuned", "#d29922"),
    ("Argo, the page's numbers", "#8b949e"),
];

/// The page of this repository.
pub struct Page {
    docs: PathBuf,
    parts: Vec<Part>,
}

impl Page {
    /// Reads the figures that are there.
    pub fn open() -> Page {
        Page::in_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs"))
    }

    fn in_folder(docs: PathBuf) -> Page {
        let text = fs::read_to_string(docs.join("judge/bad-release.json")).unwrap_or_default();
        let figures: Value = serde_json::from_str(&text).unwrap_or_default();
        Page {
            docs,
            parts: report::read(&figures),
        }
    }

    /// Releases that were made on the terms of a run: by this build, until the same limit.
    pub fn made(&self, version: Version, scrape: Duration, limit: Duration) -> Option<Part> {
        let is_same = |part: &&Part| part.version == version && part.scrape == scrape && part.limit == limit;
        let of_this_build = |part: &&Part| part.build == report::build();
        self.parts.iter().filter(is_same).find(of_this_build).cloned()
    }

    /// Puts parts in the place of older ones and writes everything anew.
    ///
    /// # Errors
    /// What the disk says.
    pub fn put(&mut self, parts: &[Part]) -> std::io::Result<()> {
        self.parts = report::merged(std::mem::take(&mut self.parts), parts);
        self.write()
    }

    /// Writes figures, plots and tables.
    ///
    /// # Errors
    /// What the disk says.
    pub fn write(&self) -> std::io::Result<()> {
        let folder = self.docs.join("judge");
        fs::create_dir_all(&folder)?;
        let figures = serde_json::to_string_pretty(&report::json(&self.parts)).unwrap_or_default();
        write_whole(&folder.join("bad-release.json"), &(figures + "\n"))?;
        fs::write(folder.join("bad-release-seconds.svg"), seconds_plot(&self.parts))?;
        fs::write(
            folder.join("bad-release-requests.svg"),
            requests_plot(&self.parts),
        )?;
        let page = self.docs.join("judge.md");
        let mut text = fs::read_to_string(&page)?;
        for (name, table) in [
            ("bad-release", bad_table(&self.parts)),
            ("bad-release-steps", steps_table(&self.parts)),
            ("healthy-release", healthy_table(&self.parts)),
        ] {
            text = replaced(&text, name, &table);
        }
        fs::write(page, text)
    }
}

fn bad(parts: &[Part]) -> impl Iterator<Item = &Part> {
    parts.iter().filter(|part| part.version != Version::Healthy)
}

/// The table of bad versions, in Markdown.
pub fn bad_table(parts: &[Part]) -> String {
    let mut out = String::from(
        "| Version | Scrapes | Who | Stopped | Seconds, median | Requests, median | Slipway's seconds are | Slipway's requests are |\n\
         |---|--:|---|--:|--:|--:|--:|--:|\n",
    );
    for part in bad(parts) {
        for (contestant, group) in &part.groups {
            let (seconds, requests) = match part.ours() {
                Some(ours) if *contestant != Contestant::Slipway => {
                    (Ratio::of_seconds(ours, group), Ratio::of_harm(ours, group))
                }
                _ => (None, None),
            };
            let _ = writeln!(
                out,
                "| {} | {} s | {} | {} of {}{} | {} | {}{} | {} | {} |",
                part.version.title(),
                part.scrape.as_secs(),
                contestant.title(),
                group.stopped(),
                group.outcomes.len(),
                if group.is_starved() {
                    " (requests were lost)"
                } else {
                    ""
                },
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

/// Where Slipway's seconds go, in Markdown.
fn steps_table(parts: &[Part]) -> String {
    let mut out = String::from("| Version | Scrapes |");
    for (_, title) in STEPS {
        let _ = write!(out, " {title} |");
    }
    out += " All old again |\n|---|--:|--:|--:|--:|--:|--:|\n";
    for part in bad(parts) {
        let Some(ours) = part.ours() else { continue };
        let number = |of: Option<f64>| of.map_or_else(|| "–".to_owned(), |of| format!("{of:.1}"));
        let _ = write!(out, "| {} | {} s |", part.version.title(), part.scrape.as_secs());
        for (step, _) in STEPS {
            let _ = write!(out, " {} |", number(ours.step(step)));
        }
        let _ = writeln!(out, " {} |", number(ours.seconds()));
    }
    out
}

/// The table of healthy releases, in Markdown.
pub fn healthy_table(parts: &[Part]) -> String {
    let mut out = String::from(
        "| Scrapes | Who | Healthy releases | Rolled back | Completed | Still going forward | Seconds to complete, median | \
         Requests lost |\n|--:|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for part in parts.iter().filter(|part| part.version == Version::Healthy) {
        for (contestant, group) in &part.groups {
            let completed: Vec<Option<f64>> = (group.outcomes.iter())
                .filter(|of| of.completed.is_some())
                .map(|of| of.completed)
                .collect();
            let all = group.outcomes.len();
            let _ = writeln!(
                out,
                "| {} s | {} | {all} | {} | {} | {} | {} | {} |",
                part.scrape.as_secs(),
                contestant.title(),
                group.stopped(),
                completed.len(),
                all.saturating_sub(group.stopped() + completed.len()),
                median(&completed).map_or_else(|| "–".to_owned(), |of| format!("{of:.0}")),
                group.lost(),
            );
        }
    }
    out
}

fn times(ratio: Option<Ratio>) -> String {
    ratio.map_or_else(String::new, |ratio| {
        let most = if ratio.at_most { "≤ " } else { "" };
        format!("{most}{:.2} ×", ratio.value)
    })
}

fn rows(parts: &[Part], value: impl Fn(&Group) -> Option<f64>) -> Vec<Row> {
    bad(parts)
        .map(|part| {
            let of = |contestant: Contestant| {
                let mut groups = part.groups.iter();
                groups.find_map(|(one, group)| (*one == contestant).then_some(group))
            };
            let groups = Contestant::ALL.map(of);
            Row {
                label: format!("{}, scrapes of {} s", part.version.title(), part.scrape.as_secs()),
                values: groups.iter().map(|group| group.and_then(&value)).collect(),
                at_least: groups
                    .iter()
                    .map(|group| group.is_some_and(|group| group.seconds().is_none()))
                    .collect(),
            }
        })
        .collect()
}

fn seconds_plot(parts: &[Part]) -> String {
    let rows = rows(parts, |group| Some(group.seconds().unwrap_or(group.limit)));
    let title =
        "Seconds until the old version serves everything again, median (pale: not stopped until the limit)";
    plot::bars(title, &SERIES, &rows, Scale::Numbers(1.0, " s"), None)
}

fn requests_plot(parts: &[Part]) -> String {
    let rows = rows(parts, Group::harm);
    let title = "Requests that the bad version failed, or answered too slowly, median (pale: not stopped until the limit)";
    plot::bars(title, &SERIES, &rows, Scale::Numbers(1.0, ""), None)
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::part;
    use super::*;

    #[test]
    fn the_table_says_never_where_nothing_was_stopped() {
        let table = bad_table(&[part(Version::Fails(5))]);
        assert!(
            table.contains(
                "| fails 5 % | 1 s | Argo, the page's numbers | 0 of 1 | never in 180 | 180 so far | ≤ 0.08 × | ≤ 0.08 × |"
            ),
            "{table}"
        );
        assert!(
            table.contains("| fails 5 % | 1 s | Slipway | 2 of 2 | 15.0 | 15 |  |  |"),
            "{table}"
        );
        let table = steps_table(&[part(Version::Fails(5))]);
        assert!(
            table.ends_with("| fails 5 % | 1 s | – | 3.2 | – | – | 15.0 |\n"),
            "{table}"
        );
    }

    #[test]
    fn a_healthy_release_that_is_neither_over_nor_rolled_back_still_goes_forward() {
        let mut part = part(Version::Healthy);
        part.groups[0].1.outcomes[1].back = None;
        let table = healthy_table(&[part]);
        assert!(
            table.contains("| 1 s | Slipway | 2 | 1 | 0 | 1 | – | 0 |"),
            "{table}"
        );
    }

    #[test]
    fn the_page_is_written_from_its_own_figures_and_keeps_what_was_not_measured_anew() {
        let docs = std::env::temp_dir().join(format!("slipway-page-{}", std::process::id()));
        fs::create_dir_all(docs.join("judge")).unwrap();
        let text = "a\n<!-- bad-release -->\nold\n<!-- end of bad-release -->\nb\n";
        fs::write(docs.join("judge.md"), text).unwrap();
        Page::in_folder(docs.clone())
            .put(&[part(Version::Fails(5))])
            .unwrap();
        Page::in_folder(docs.clone())
            .put(&[part(Version::Fails(1))])
            .unwrap();
        let text = fs::read_to_string(docs.join("judge.md")).unwrap();
        assert!(
            text.contains("| fails 5 % |") && text.contains("| fails 1 % |"),
            "{text}"
        );
        assert!(
            text.starts_with("a\n") && text.ends_with("b\n") && !text.contains("old\n"),
            "{text}"
        );
        let svg = fs::read_to_string(docs.join("judge/bad-release-seconds.svg")).unwrap();
        // The page's numbers stopped neither.
        assert_eq!(svg.matches('…').count(), 2, "{svg}");
        fs::remove_dir_all(docs).unwrap();
    }
}
