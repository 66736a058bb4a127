//! The suite on the practice cluster.

#![allow(clippy::expect_used, reason = "a test")]

use contract::Bed;
use practice::{Options, Practice};
use std::sync::Arc;
use std::time::Duration;

/// One step of the cluster's clock. On a busy machine the clock gets slower and never jumps: what lasts a second lasts for
/// many looks of the witness.
const STEP: Duration = Duration::from_millis(25);
const PAUSE: Duration = Duration::from_millis(6);

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let practice = Arc::new(Practice::start(Options {
        manual: true,
        history: Duration::ZERO,
        // Nobody reads metrics here.
        scrape_every: Duration::from_secs(3600),
        ..Options::default()
    }));
    let clock = Arc::clone(&practice);
    std::thread::spawn(move || {
        loop {
            clock.advance_by(STEP);
            std::thread::sleep(PAUSE);
        }
    });
    contract::run(&runtime, &Bed::Practice(practice)).exit();
}
