//! Which of our packages may depend on which.

use crate::package::Package;
use crate::violation::{Rule, Violation};

/// A package and all that it may depend on among ours. What is not here is forbidden.
const ARROWS: [(&str, &[&str]); 11] = [
    ("release", &[]),
    ("judge", &[]),
    ("forecast", &["release"]),
    ("conductor", &["release", "judge"]),
    ("history", &["release", "judge", "conductor"]),
    ("telemetry", &["release", "judge", "conductor"]),
    // Telemetry, to give it an HTTP transport over the API server's service proxy.
    ("cluster", &["release", "judge", "conductor", "telemetry"]),
    ("practice", &[]),
    (
        "api",
        &[
            "release",
            "judge",
            "forecast",
            "conductor",
            "history",
            "telemetry",
            "cluster",
            "practice",
        ],
    ),
    ("slipway", &["api"]),
    ("xtask", &[]),
];

/// What packages under `tests/` may not depend on: the shell would link a web view into every test, and the
/// developer commands are no library.
const NOT_FOR_TESTS: [&str; 2] = ["slipway", "xtask"];

/// Every dependency among ours, of whatever kind, that has no arrow.
pub fn violations(packages: &[Package]) -> Vec<Violation> {
    packages.iter().flat_map(of_package).collect()
}

fn of_package(package: &Package) -> Vec<Violation> {
    let allowed = ARROWS
        .iter()
        .find(|(from, _)| *from == package.name)
        .map(|(_, to)| *to);
    if allowed.is_none() && !package.is_of_tests {
        let what = "the architecture names no such package; it and its arrows belong there first";
        return vec![Violation::new(Rule::Arrow, &package.name, what)];
    }
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.is_ours)
        .filter(|dependency| match allowed {
            Some(allowed) => !allowed.contains(&dependency.name.as_str()),
            None => NOT_FOR_TESTS.contains(&dependency.name.as_str()),
        })
        .map(|dependency| {
            Violation::new(
                Rule::Arrow,
                &package.name,
                format!("depends on {}", dependency.name),
            )
        })
        .collect()
}
