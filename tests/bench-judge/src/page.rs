//! `docs/judge.md`: the measured figures as JSON, and tables and plots made from them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use bench_judge::marks::replaced;
use bench_judge::plot::{self, Row, Scale, Series};
use bench_judge::whole::write_whole;

const OURS: &str = "#2f81f7";
const GREY: &str = "#8b949e";
const ORANGE: &str = "#d29922";
const GREEN: &str = "#3fb950";

/// Detection that was asked for: name of the case, median and 95th percentile in seconds.
const AIMS: [(&str, f64, f64); 6] = [
    ("errors 0.001 -> 0.01, 0 looks before", 30.0, 65.0),
    ("errors 0.005 -> 0.01, 0 looks before", 150.0, 420.0),
    ("errors 0.01 -> 0.02, 0 looks before", 85.0, 200.0),
    ("errors 0.001 -> 0.05, 0 looks before", 5.0, 10.0),
    ("latency sigma 0.5 x 1.2", 20.0, 35.0),
    ("latency sigma 0.5 x 1.1", 50.0, 105.0),
];

/// The figures and where they and the page are kept.
pub struct Page {
    docs: PathBuf,
    figures: Map<String, Value>,
}

fn parts<'a>(figures: &'a Map<String, Value>, name: &str) -> Vec<(&'a String, &'a Value)> {
    let of = figures.get(name).and_then(Value::as_object);
    of.map(|map| map.iter().collect()).unwrap_or_default()
}

/// In which part of a case's releases something was said.
fn part(value: &Value, field: &str) -> Option<f64> {
    let releases = if field.starts_with("kayenta") {
        "kayenta_releases"
    } else {
        "releases"
    };
    let of = share(value, releases).filter(|releases| *releases > 0.0)?;
    Some(share(value, field)? / of)
}

fn share(value: &Value, field: &str) -> Option<f64> {
    value.get(field).and_then(Value::as_f64)
}

fn percent(value: Option<f64>) -> String {
    value.map_or("–".into(), |share| format!("{:.2} %", 100.0 * share))
}

fn seconds(value: Option<f64>) -> String {
    value.map_or("never".into(), |seconds| format!("{seconds:.0} s"))
}

impl Page {
    /// Reads what was measured before: of this repository, if no other folder is given.
    pub fn open(docs: Option<PathBuf>) -> Page {
        let docs = docs.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs"));
        let text = fs::read_to_string(docs.join("judge/figures.json")).unwrap_or_default();
        let figures = serde_json::from_str(&text).unwrap_or_default();
        Page { docs, figures }
    }

    /// What is known of a group of cases.
    pub fn get(&self, group: &str) -> Value {
        self.figures
            .get(group)
            .cloned()
            .unwrap_or_else(|| Value::Object(Map::new()))
    }

    /// Puts newly measured cases in the place of older ones with their names, and writes everything anew.
    ///
    /// # Errors
    /// What the disk says.
    pub fn put(&mut self, group: &str, cases: Value) -> std::io::Result<()> {
        let kept = self
            .figures
            .entry(group)
            .or_insert_with(|| Value::Object(Map::new()));
        match (kept, cases) {
            (Value::Object(kept), Value::Object(cases)) => kept.extend(cases),
            (kept, cases) => *kept = cases,
        }
        self.write()
    }

    /// Writes figures, plots and tables.
    ///
    /// # Errors
    /// What the disk says.
    pub fn write(&self) -> std::io::Result<()> {
        let folder = self.docs.join("judge");
        fs::create_dir_all(&folder)?;
        let json = serde_json::to_string_pretty(&self.figures).unwrap_or_default();
        write_whole(&folder.join("figures.json"), &(json + "\n"))?;
        fs::write(folder.join("false-alarms.svg"), self.plot_false_alarms())?;
        fs::write(folder.join("detection.svg"), self.plot_detection())?;
        let page = self.docs.join("judge.md");
        let mut text = fs::read_to_string(&page)?;
        for (name, table) in [
            ("false-alarms", self.false_alarms()),
            ("false-healthy", self.false_healthy()),
            ("detection", self.detection()),
            ("cost", self.cost()),
        ] {
            text = replaced(&text, name, &table);
        }
        fs::write(page, text)
    }

    fn plot_false_alarms(&self) -> String {
        let series: [Series; 4] = [
            ("Slipway", OURS),
            ("Kayenta's judge at every look", GREEN),
            ("Mann–Whitney at every look", ORANGE),
            ("fixed threshold", GREY),
        ];
        let fields = [
            "sequential",
            "kayenta",
            "repeated_mann_whitney",
            "fixed_threshold",
        ];
        let rows: Vec<Row> = parts(&self.figures, "false_alarms")
            .into_iter()
            .filter(|(name, _)| name.starts_with("no change"))
            .map(|(name, value)| Row {
                label: name.trim_start_matches("no change, ").to_owned(),
                values: fields.iter().map(|field| part(value, field)).collect(),
                at_least: Vec::new(),
            })
            .collect();
        let title = "Releases in which a canary that is no worse is ever called degraded, 360 looks";
        plot::bars(title, &series, &rows, Scale::Shares(1e-4), Some((0.01, "alpha")))
    }

    fn plot_detection(&self) -> String {
        let series: [Series; 4] = [
            ("median", OURS),
            ("asked for", GREY),
            ("95th percentile", GREEN),
            ("asked for", ORANGE),
        ];
        let rows: Vec<Row> = AIMS
            .iter()
            .filter_map(|(name, median, p95)| {
                let found = self.figures.get("detection")?.get(name)?;
                Some(Row {
                    label: name.trim_end_matches(", 0 looks before").to_owned(),
                    values: vec![
                        share(found, "median"),
                        Some(*median),
                        share(found, "p95"),
                        Some(*p95),
                    ],
                    at_least: Vec::new(),
                })
            })
            .collect();
        let title = "Seconds until a bad canary is found";
        plot::bars(title, &series, &rows, Scale::Seconds, None)
    }

    fn false_alarms(&self) -> String {
        let mut out = "| Nothing is worse | Releases | Slipway | Mann–Whitney, every look | Fixed threshold | Kayenta's judge, every look | \
             Kayenta's judge, last look alone | Releases of Kayenta's |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"
            .to_owned();
        for (name, value) in parts(&self.figures, "false_alarms") {
            let Some(name) = name.strip_prefix("no change, ") else {
                continue;
            };
            let of = |field| percent(part(value, field));
            out += &format!(
                "| {name} | {} | **{}** | {} | {} | {} | {} | {} |\n",
                value["releases"],
                of("sequential"),
                of("repeated_mann_whitney"),
                of("fixed_threshold"),
                of("kayenta"),
                of("kayenta_once"),
                value["kayenta_releases"],
            );
        }
        out
    }

    fn false_healthy(&self) -> String {
        let mut out = "| The effect is exactly the smallest worth stopping for | Releases | Ever called healthy | Ever called \
             degraded |\n|---|--:|--:|--:|\n"
            .to_owned();
        for (name, value) in parts(&self.figures, "false_alarms") {
            let Some(name) = name.strip_prefix("effect ") else {
                continue;
            };
            let of = |field| percent(part(value, field));
            out += &format!(
                "| {name} | {} | **{}** | {} |\n",
                value["releases"],
                of("healthy"),
                of("sequential")
            );
        }
        out
    }

    fn detection(&self) -> String {
        let mut out =
            "| Case | Releases | Median | 95th percentile | Asked for | Found |\n|---|--:|--:|--:|--:|--:|\n"
                .to_owned();
        for (name, value) in parts(&self.figures, "detection") {
            let aim = AIMS.iter().find(|(aim, _, _)| aim == name);
            out += &format!(
                "| {name} | {} | {} | {} | {} | {} |\n",
                value["releases"],
                seconds(share(value, "median")),
                seconds(share(value, "p95")),
                aim.map_or("".into(), |(_, median, p95)| format!("{median:.0} / {p95:.0} s")),
                percent(share(value, "found")),
            );
        }
        out
    }

    fn cost(&self) -> String {
        let mut out = "| | |\n|---|--:|\n".to_owned();
        for (name, value) in parts(&self.figures, "cost") {
            out += &format!("| {} | {} |\n", name.replace('_', " "), value);
        }
        out
    }
}
