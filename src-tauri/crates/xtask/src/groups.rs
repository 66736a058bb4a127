//! The groups of tests: what each needs, may take and runs.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::artifacts::{Artifacts, Program};
use crate::counts::Counts;
use crate::desktop::Desktop;
use crate::workspace::Workspace;
use crate::{Outcome, artifacts, bundle, frontend, process};

/// What has to be there before a group can run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    /// The packages of `ui/`.
    pub npm: bool,
    /// The test programs of all packages.
    pub tests: bool,
    /// The app itself with the window's files inside, and a desktop to show it on.
    pub app: bool,
    /// The binaries of a real control plane.
    pub control_plane: bool,
}

/// A group of tests.
pub struct Group {
    /// Its name on the command line.
    pub name: &'static str,
    /// The longest time it may take, in minutes. What still runs then is ended and counts as failed.
    pub minutes: u64,
    /// What has to be there before.
    pub needs: Needs,
    run: fn(&mut Run<'_>) -> Outcome<Counts>,
}

const TESTS: Needs = Needs {
    npm: false,
    tests: true,
    app: false,
    control_plane: false,
};
const APP: Needs = Needs {
    npm: true,
    tests: true,
    app: true,
    control_plane: false,
};

/// All groups, in the order in which they run: the fastest answers first.
pub const GROUPS: [Group; 9] = [
    Group {
        name: "arch",
        minutes: 7,
        needs: TESTS,
        run: arch,
    },
    Group {
        name: "unit",
        minutes: 10,
        needs: TESTS,
        run: unit,
    },
    Group {
        name: "ui",
        minutes: 6,
        needs: Needs {
            npm: true,
            tests: false,
            app: false,
            control_plane: false,
        },
        run: ui,
    },
    Group {
        name: "contract",
        minutes: 3,
        needs: TESTS,
        run: contract,
    },
    Group {
        name: "simulation",
        minutes: 8,
        needs: TESTS,
        run: simulation,
    },
    Group {
        name: "control-plane",
        minutes: 10,
        needs: Needs {
            control_plane: true,
            ..TESTS
        },
        run: control_plane,
    },
    Group {
        name: "crash",
        minutes: 15,
        needs: Needs {
            control_plane: true,
            ..APP
        },
        run: crash,
    },
    Group {
        name: "window",
        minutes: 10,
        needs: APP,
        run: window,
    },
    Group {
        name: "bundle",
        minutes: 4,
        needs: APP,
        run: bundled,
    },
];

/// The names of all groups.
pub fn names() -> Vec<&'static str> {
    GROUPS.iter().map(|group| group.name).collect()
}

impl Group {
    /// Runs it to its end and adds up what its runners counted.
    ///
    /// # Errors
    ///
    /// When something it needs cannot be started; a failed test is no error but a count.
    pub fn run(&self, workspace: &Workspace, artifacts: &Artifacts) -> Outcome<Counts> {
        let deadline = Instant::now() + Duration::from_secs(60 * self.minutes);
        (self.run)(&mut Run {
            workspace,
            artifacts,
            deadline,
        })
    }
}

/// One run of a group.
pub struct Run<'a> {
    workspace: &'a Workspace,
    artifacts: &'a Artifacts,
    deadline: Instant,
}

impl Run<'_> {
    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Runs a command that only says yes or no.
    fn check(&self, command: Command) -> Outcome<Counts> {
        Ok(Counts::of_check(process::follow(command, self.left())?.success))
    }

    /// Runs the test programs that `wanted` picks, each as Cargo would: in the folder of its package.
    fn tests(&self, wanted: impl Fn(&Path, &str) -> bool, prepare: impl Fn(&mut Command)) -> Outcome<Counts> {
        let mut sum = Counts::default();
        for program in self.artifacts.tests(wanted) {
            let mut command = test_command(self.workspace, program);
            prepare(&mut command);
            println!("\n{} · {}", program.package.display(), program.target);
            let ended = process::follow(command, self.left())?;
            if !ended.success {
                println!(
                    "{} · {}: {}",
                    program.package.display(),
                    program.target,
                    ended.how
                );
            }
            sum += Counts::read(&ended.lines, ended.success);
        }
        Ok(sum)
    }
}

/// A test program of the build, started as Cargo starts it.
pub fn test_command(workspace: &Workspace, program: &Program) -> Command {
    let folder = workspace.root.join(&program.package);
    let mut command = process::command(&program.path, &folder);
    command
        .env("CARGO_MANIFEST_DIR", &folder)
        .env("RUST_BACKTRACE", "1");
    command
}

fn is_crate(package: &Path) -> bool {
    package.starts_with("src-tauri/crates")
}

/// The layout's rules, formatting and lints: everything that reads the code and does not run it.
fn arch(run: &mut Run<'_>) -> Outcome<Counts> {
    let mut sum = run.tests(|package, _| package == Path::new("tests/arch"), |_| ())?;
    let mut format = artifacts::cargo(run.workspace);
    format.args(["fmt", "--all", "--check", "--", "--files-with-diff"]);
    sum += run.check(format)?;
    let mut clippy = artifacts::cargo(run.workspace);
    clippy.args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]);
    sum += run.check(clippy)?;
    Ok(sum)
}

/// Every crate's own tests, those of packages that only help other tests, and the examples in the documentation of the
/// pure crates. Other crates have no such examples (`arch` sees to it): compiling one against all of kube is not worth it.
fn unit(run: &mut Run<'_>) -> Outcome<Counts> {
    let mut sum = run.tests(|package, _| is_crate(package) || !is_of_a_group(package), |_| ())?;
    let mut examples = artifacts::cargo(run.workspace);
    examples.args(["test", "--doc", "--package", "release", "--package", "judge"]);
    let ended = process::follow(examples, run.left())?;
    sum += Counts::read(&ended.lines, ended.success);
    Ok(sum)
}

/// Whether another group than `unit` runs the tests of this package. A new package under `tests/` that no group
/// names is run by `unit`: it is never left out silently.
fn is_of_a_group(package: &Path) -> bool {
    let named = [
        "tests/arch",
        "tests/contract",
        "tests/control-plane",
        "tests/crash",
        "tests/releases",
        "tests/simulation",
        "tests/window",
    ];
    named.iter().any(|name| package == Path::new(name))
}

/// The window's sources: types, lints, component tests.
fn ui(run: &mut Run<'_>) -> Outcome<Counts> {
    let mut sum = frontend::check(run.workspace, "check", run.left())?;
    sum += frontend::check(run.workspace, "lint", run.left())?;
    sum += frontend::test(run.workspace, run.left())?;
    Ok(sum)
}

/// The test of `tests/contract` that runs its cases on the real control plane; its other tests use the practice cluster.
const CONTRACT_ON_REAL: &str = "real";

/// The contract suite on the practice cluster.
fn contract(run: &mut Run<'_>) -> Outcome<Counts> {
    run.tests(
        |package, target| package == Path::new("tests/contract") && target != CONTRACT_ON_REAL,
        |_| (),
    )
}

/// Whole releases in simulated time, with everything that can go wrong.
fn simulation(run: &mut Run<'_>) -> Outcome<Counts> {
    run.tests(|package, _| package == Path::new("tests/simulation"), |_| ())
}

/// The control plane's own tests, the contract suite on it, and whole releases with real traffic.
fn control_plane(run: &mut Run<'_>) -> Outcome<Counts> {
    run.tests(
        |package, target| {
            package == Path::new("tests/control-plane")
                || (package == Path::new("tests/contract") && target == CONTRACT_ON_REAL)
                || package == Path::new("tests/releases")
        },
        |command| {
            command.env("SLIPWAY_CLUSTER", "control-plane");
        },
    )
}

/// The app killed, and everything around it, in the middle of releases on the real control plane.
fn crash(run: &mut Run<'_>) -> Outcome<Counts> {
    run.deadline += time_for_more_kills();
    let desktop = Desktop::start(run.workspace)?;
    run.tests(
        |package, _| package == Path::new("tests/crash"),
        |command| {
            desktop.host(command);
            command
                .args(["--test-threads=1", "--nocapture"])
                .env("SLIPWAY_APP", run.workspace.app());
        },
    )
}

/// What more kills than usual take, two seconds each, where they were asked for.
fn time_for_more_kills() -> Duration {
    let asked = std::env::var("SLIPWAY_CRASH_KILLS").ok();
    let kills: u64 = asked.and_then(|kills| kills.parse().ok()).unwrap_or(0);
    Duration::from_secs(2 * kills.saturating_sub(200))
}

/// The app in a real window, and the main job in it.
fn window(run: &mut Run<'_>) -> Outcome<Counts> {
    let desktop = Desktop::start(run.workspace)?;
    let scratch = run.workspace.scratch("window")?;
    let tour = run.workspace.empty_scratch("tour")?;
    run.tests(
        |package, target| package == Path::new("tests/window") && target != bundle::TEST,
        |command| {
            desktop.host(command);
            command
                .args(["--test-threads=1", "--nocapture"])
                .env("SLIPWAY_APP", run.workspace.app())
                .env("SLIPWAY_SCRATCH", &scratch)
                .env("SLIPWAY_TOUR_DIR", &tour);
        },
    )
}

/// The Debian package: made, unpacked, and its app opened.
fn bundled(run: &mut Run<'_>) -> Outcome<Counts> {
    let package = bundle::debian_package(run.workspace, run.left())?;
    let desktop = Desktop::start(run.workspace)?;
    let scratch = run.workspace.scratch("bundle-test")?;
    run.tests(
        |folder, target| folder == Path::new("tests/window") && target == bundle::TEST,
        |command| {
            desktop.host(command);
            command
                .args(["--test-threads=1", "--nocapture"])
                .env("SLIPWAY_DEB", &package)
                .env("SLIPWAY_SCRATCH", &scratch);
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, is_of_a_group};
    use std::path::Path;

    #[test]
    fn all_groups_together_stay_within_their_budget() {
        // A hundred minutes cold, twenty-five of which belong to builds.
        assert!(GROUPS.iter().map(|group| group.minutes).sum::<u64>() <= 73);
    }

    #[test]
    fn a_package_that_no_group_names_is_run_by_unit() {
        assert!(!is_of_a_group(Path::new("tests/something-new")));
        assert!(is_of_a_group(Path::new("tests/contract")));
    }
}
