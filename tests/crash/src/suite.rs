//! How a program of this suite runs its tests: one after another, on one control plane.

use control_plane::{ControlPlane, Options};
use libtest_mimic::{Arguments, Trial};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Enters the network namespace of the tests. `false` if they were not asked for: `cargo xtask test crash` does. The first thing in
/// `main`, before any thread exists.
pub fn enter() -> bool {
    let asked_for = std::env::var_os("SLIPWAY_APP").is_some();
    if asked_for {
        control_plane::enter_namespace();
    }
    asked_for
}

/// The control plane of a program and what runs on it.
pub struct Suite {
    runtime: Arc<Runtime>,
    plane: Arc<ControlPlane>,
}

impl Suite {
    /// Runs the trials and ends the program.
    pub fn run(trials: impl FnOnce(&Suite) -> Vec<Trial>) -> ! {
        let runtime = Arc::new(Runtime::new().expect("a runtime"));
        let started = runtime.block_on(ControlPlane::start(Options::default().without_traffic()));
        let suite = Suite {
            runtime,
            plane: Arc::new(started.expect("a control plane")),
        };
        let trials = trials(&suite);
        let mut arguments = Arguments::from_args();
        arguments.test_threads = Some(1);
        let conclusion = libtest_mimic::run(&arguments, trials);
        // Everything ends with the control plane, whatever still holds it.
        drop(suite);
        conclusion.exit()
    }

    /// One test on the control plane.
    pub fn trial(&self, name: &'static str, test: impl AsyncFnOnce(&ControlPlane) + Send + 'static) -> Trial {
        let (runtime, plane) = (Arc::clone(&self.runtime), Arc::clone(&self.plane));
        Trial::test(name, move || {
            println!("\n{name}");
            runtime.block_on(test(&plane));
            Ok(())
        })
    }
}

/// Tests on the control plane, each named as its function.
#[macro_export]
macro_rules! trials {
    ($suite:expr, $($name:ident),* $(,)?) => { vec![$($suite.trial(stringify!($name), $name)),*] };
}
