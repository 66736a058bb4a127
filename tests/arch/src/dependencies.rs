//! Who may know which of other people's packages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::package::{Kind, PURE, Package, host, metadata, text};
use crate::violation::{Rule, Violation};

/// A family of packages, told by the start of the name, and the packages of ours that may declare it.
/// Packages under `tests/` may declare what they need.
const KNOWN_BY: [(&[&str], &[&str]); 3] = [
    (&["tauri", "wry", "webkit2gtk"], &["slipway"]),
    // `api` hands a client from one to the other.
    (&["kube", "k8s-"], &["cluster", "practice", "api"]),
    (&["rusqlite", "libsqlite3", "sqlx", "diesel"], &["history"]),
];

/// What no pure crate may reach, also not through others: runtimes, clusters, databases, HTTP, clocks, randomness
/// and logging. Names starting with one of these.
const NEVER_IN_PURE: [&str; 31] = [
    "tokio",
    "async-",
    "futures",
    "smol",
    "mio",
    "kube",
    "k8s-",
    "rusqlite",
    "libsqlite3",
    "sqlx",
    "diesel",
    "reqwest",
    "hyper",
    "ureq",
    "axum",
    "tower",
    "tauri",
    "keyring",
    "rustls",
    "tempfile",
    "jiff",
    "chrono",
    "rand",
    "getrandom",
    "fastrand",
    "oorandom",
    "tracing",
    "log",
    "env_logger",
    "socket2",
    "notify",
];

/// Every declared dependency that its package may not know.
pub fn violations(packages: &[Package]) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in packages.iter().filter(|package| !package.is_of_tests) {
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| !dependency.is_ours)
        {
            let name = dependency.name.as_str();
            let is_stranger = KNOWN_BY.iter().any(|(family, knowing)| {
                starts_with_one(name, family) && !knowing.contains(&package.name.as_str())
            });
            let is_impure =
                package.is_pure() && dependency.kind != Kind::Dev && starts_with_one(name, &NEVER_IN_PURE);
            if is_stranger || is_impure {
                found.push(Violation::new(
                    Rule::Dependency,
                    &package.name,
                    format!("may not know {name}"),
                ));
            }
        }
    }
    found
}

/// What pure crates reach through other packages, in the resolved graph of the whole workspace.
///
/// # Errors
///
/// When Cargo cannot resolve the workspace from what this machine has.
pub fn reached_by_pure_crates(manifest: &Path) -> Result<Vec<Violation>, String> {
    // Only this platform's: the others' crates are not on a machine that has built the workspace and nothing else.
    let graph = Graph::read(&metadata(manifest, &["--filter-platform", &host()?])?)?;
    let mut found = Vec::new();
    for name in PURE {
        for reached in graph.reached_from(name) {
            if starts_with_one(reached, &NEVER_IN_PURE) {
                found.push(Violation::new(
                    Rule::Dependency,
                    name,
                    format!("reaches {reached} through others"),
                ));
            }
        }
    }
    Ok(found)
}

fn starts_with_one(name: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| name.starts_with(start))
}

/// Package ids with their names and what their code, not their tests, depends on.
struct Graph {
    names: BTreeMap<String, String>,
    arrows: BTreeMap<String, Vec<String>>,
}

impl Graph {
    fn read(metadata: &Value) -> Result<Self, String> {
        let mut names = BTreeMap::new();
        for package in list(metadata, "/packages") {
            names.insert(text(package, "/id")?, text(package, "/name")?);
        }
        let mut arrows = BTreeMap::new();
        for node in list(metadata, "/resolve/nodes") {
            let to: Result<Vec<String>, String> = list(node, "/deps")
                .iter()
                .filter(|dep| {
                    list(dep, "/dep_kinds")
                        .iter()
                        .any(|kind| kind.get("kind").is_some_and(Value::is_null))
                })
                .map(|dep| text(dep, "/pkg"))
                .collect();
            arrows.insert(text(node, "/id")?, to?);
        }
        Ok(Self { names, arrows })
    }

    fn reached_from(&self, name: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let starts = self.names.iter().filter(|(_, of)| *of == name).map(|(id, _)| id);
        let mut next: Vec<&String> = starts.collect();
        while let Some(id) = next.pop() {
            for to in self.arrows.get(id).into_iter().flatten() {
                if reached.insert(to) {
                    next.push(to);
                }
            }
        }
        reached
            .iter()
            .filter_map(|id| self.names.get(*id))
            .map(String::as_str)
            .collect()
    }
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
