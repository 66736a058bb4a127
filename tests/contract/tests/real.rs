//! The suite on a real control plane. Runs where it was asked for: `cargo xtask test control-plane`.

#![allow(clippy::expect_used, reason = "a test")]

use contract::Bed;
use control_plane::{ControlPlane, Options};
use std::sync::Arc;

fn main() {
    if std::env::var("SLIPWAY_CLUSTER").as_deref() != Ok("control-plane") {
        return;
    }
    control_plane::enter_namespace();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let started = runtime.block_on(ControlPlane::start(Options::default().without_traffic()));
    let plane = Arc::new(started.expect("a control plane"));
    let conclusion = contract::run(&runtime, &Bed::Real(Arc::clone(&plane)));
    // Everything ends with the control plane, whatever still holds it.
    drop(plane);
    conclusion.exit();
}
