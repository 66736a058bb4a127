//! `cargo xtask test`: sets everything up, runs groups, and adds up what they counted.

use std::time::{Duration, Instant};

use crate::artifacts::Artifacts;
use crate::counts::Counts;
use crate::groups::{GROUPS, Group, Needs};
use crate::system_packages::{self, FOR_CONTROL_PLANE, FOR_WINDOWS, TO_BUILD};
use crate::workspace::{Workspace, in_ci};
use crate::{Outcome, frontend, groups, process};

/// Building a real control plane from its modules, cold.
const CONTROL_PLANE_BUILD: Duration = Duration::from_secs(15 * 60);

/// Runs the named groups, or all.
///
/// # Errors
///
/// When a name is unknown, a test failed, or a group ran no test.
pub fn test(workspace: &Workspace, names: &[String]) -> Outcome {
    let chosen = choose(names)?;
    let start = Instant::now();
    let mut report = Report::default();
    match Prepared::for_groups(workspace, &chosen) {
        Ok(prepared) => {
            for group in &chosen {
                let began = Instant::now();
                println!("\n──── {}", group.name);
                let outcome = match prepared.missing(group) {
                    Some(why) => Err(why),
                    None => group.run(workspace, &prepared.artifacts),
                };
                report.add(group.name, outcome, began.elapsed());
            }
        }
        Err(why) => report.add("build", Err(why), start.elapsed()),
    }
    report.close(start.elapsed())
}

/// Installs what all groups need and builds nothing.
///
/// # Errors
///
/// When something cannot be installed from here.
pub fn set_up(workspace: &Workspace) -> Outcome {
    let all: Vec<&str> = [&TO_BUILD[..], &FOR_WINDOWS, &FOR_CONTROL_PLANE].concat();
    system_packages::require(workspace, &all)?;
    frontend::install(workspace)
}

fn choose(names: &[String]) -> Outcome<Vec<&'static Group>> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !GROUPS.iter().any(|group| group.name == name.as_str()))
    {
        return Err(format!(
            "there is no group named {unknown}; there are: {}",
            groups::names().join(" ")
        ));
    }
    Ok(GROUPS
        .iter()
        .filter(|group| names.is_empty() || names.iter().any(|name| name == group.name))
        .collect())
}

/// What was made ready, and what could not be.
struct Prepared {
    artifacts: Artifacts,
    no_windows: Option<String>,
    no_control_plane: Option<String>,
}

impl Prepared {
    fn for_groups(workspace: &Workspace, chosen: &[&Group]) -> Outcome<Self> {
        let any = |need: fn(&Needs) -> bool| chosen.iter().any(|group| need(&group.needs));
        let began = Instant::now();
        let app = any(|needs| needs.app);
        // The lints of `arch` read the app's own code too.
        let whole = app || chosen.iter().any(|group| group.name == "arch");
        if whole {
            system_packages::require(workspace, &TO_BUILD)?;
        }
        let no_windows = app.then(|| windows(workspace)).and_then(Result::err);
        if any(|needs| needs.npm) {
            frontend::install(workspace)?;
        }
        if app {
            frontend::build(workspace)?;
        }
        // Where the app can be built it is part of every build: a build without it would choose other features for the
        // packages that both share, and make them all again.
        let with_app = whole || system_packages::can_build_app(workspace);
        let artifacts = if any(|needs| needs.tests) {
            Artifacts::build(workspace, with_app)?
        } else {
            Artifacts::default()
        };
        let no_control_plane = any(|needs| needs.control_plane)
            .then(|| control_plane(workspace, &artifacts))
            .and_then(Result::err);
        println!("everything is built ({} s)", began.elapsed().as_secs());
        Ok(Self {
            artifacts,
            no_windows,
            no_control_plane,
        })
    }

    /// Why `group` cannot run here, if so.
    fn missing(&self, group: &Group) -> Option<String> {
        let windows = self.no_windows.as_ref().filter(|_| group.needs.app);
        let control_plane = self
            .no_control_plane
            .as_ref()
            .filter(|_| group.needs.control_plane);
        windows.or(control_plane).map(|why| format!("{CANNOT_RUN}{why}"))
    }
}

/// Marks an outcome that says nothing about the code, only about this machine.
const CANNOT_RUN: &str = "cannot run on this machine: ";

fn windows(workspace: &Workspace) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Err("a window can be driven by tests on Linux only".to_owned());
    }
    system_packages::require(workspace, &FOR_WINDOWS)?;
    let programs = ["Xvfb", "dbus-daemon", "WebKitWebDriver"];
    match programs.iter().find(|program| !process::is_on_path(program)) {
        None => Ok(()),
        Some(program) => Err(format!("{program} is not installed")),
    }
}

fn control_plane(workspace: &Workspace, artifacts: &Artifacts) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Err("the control plane for tests needs Linux's network namespaces".to_owned());
    }
    system_packages::require(workspace, &FOR_CONTROL_PLANE)?;
    if !process::is_on_path("go") {
        return Err("Go is not installed".to_owned());
    }
    let builder = artifacts.program("control-plane-build")?;
    process::follow(
        process::command(&builder.path, &workspace.root),
        CONTROL_PLANE_BUILD,
    )?
    .require("building the control plane")
    .map(|_| ())
}

/// The lines of all groups, and their sum.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    sum: Counts,
    left_out: Vec<&'static str>,
}

impl Report {
    fn add(&mut self, name: &'static str, outcome: Outcome<Counts>, took: Duration) {
        self.record(name, outcome, took, in_ci());
        if let Some(line) = self.lines.last() {
            println!("{line}");
        }
    }

    fn record(&mut self, name: &'static str, outcome: Outcome<Counts>, took: Duration, strict: bool) {
        let seconds = took.as_secs();
        let (counts, why) = match outcome {
            Ok(counts) if counts.is_empty() => (Counts::of_check(false), " · it ran no test".to_owned()),
            Ok(counts) => (counts, String::new()),
            Err(why) if why.starts_with(CANNOT_RUN) && !strict => {
                self.lines.push(format!("{name}: NOT RUN: {why} ({seconds} s)"));
                self.left_out.push(name);
                return;
            }
            Err(why) => (Counts::of_check(false), format!(" · {why}")),
        };
        let left_out = if counts.left_out > 0 {
            format!(" · {} ignored", counts.left_out)
        } else {
            String::new()
        };
        self.lines.push(format!(
            "{name}: {} passed, {} failed ({seconds} s){left_out}{why}",
            counts.passed, counts.failed
        ));
        self.sum += counts;
    }

    fn close(self, took: Duration) -> Outcome {
        println!("\n════ all groups, {} s", took.as_secs());
        for line in &self.lines {
            println!("{line}");
        }
        if !self.left_out.is_empty() {
            println!("NOT RUN on this machine: {}", self.left_out.join(" "));
        }
        println!("{} passed, {} failed", self.sum.passed, self.sum.failed);
        if self.sum.failed > 0 || self.sum.is_empty() {
            Err(String::new())
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CANNOT_RUN, Counts, Report, choose};
    use std::time::Duration;

    fn report(outcome: Result<Counts, String>, strict: bool) -> Report {
        let mut report = Report::default();
        report.record("window", outcome, Duration::from_secs(7), strict);
        report
    }

    #[test]
    fn a_group_that_ran_no_test_is_a_failure() {
        let report = report(Ok(Counts::default()), false);
        assert_eq!(report.sum.failed, 1);
        assert_eq!(
            report.lines,
            ["window: 0 passed, 1 failed (7 s) · it ran no test"]
        );
    }

    #[test]
    fn a_group_that_cannot_run_is_a_notice_for_a_person_and_a_failure_in_ci() {
        let why = || Err(format!("{CANNOT_RUN}no display"));
        assert_eq!(report(why(), false).sum.failed, 0);
        assert_eq!(report(why(), false).left_out, ["window"]);
        assert_eq!(report(why(), true).sum.failed, 1);
    }

    #[test]
    fn a_group_that_broke_is_a_failure_for_everybody() {
        assert_eq!(
            report(Err("the bundler left no package".to_owned()), false)
                .sum
                .failed,
            1
        );
    }

    #[test]
    fn a_run_without_a_single_test_does_not_succeed() {
        assert!(Report::default().close(Duration::ZERO).is_err());
        assert!(
            report(Err(format!("{CANNOT_RUN}no display")), false)
                .close(Duration::ZERO)
                .is_err()
        );
    }

    #[test]
    fn an_unknown_group_is_refused_with_the_names_that_exist() {
        let error = choose(&["untit".to_owned()]).map(|_| ()).unwrap_err();
        assert!(error.contains("untit") && error.contains("unit ui"), "{error}");
    }
}
