//! The suite on the practice cluster.

#![allow(clippy::expect_used, reason = "a test")]

use contract::Bed;
use practice::{Options, Practice};
use std::sync::Arc;
use std::time::Duration;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let practice = {
        let _inside = runtime.enter();
        Practice::start(Options {
            // A pod's start must last long enough for the witness to see it on a busy machine.
            acceleration: 1.0,
            history: Duration::ZERO,
            // Nobody reads metrics here.
            scrape_every: Duration::from_secs(3600),
            ..Options::default()
        })
    };
    let conclusion = contract::run(&runtime, &Bed::Practice(Arc::new(practice)));
    conclusion.exit();
}
