//! The app's own program against a real control plane, killed at any moment and started again, until every release is
//! over. A second client watches every Deployment throughout; at the end what it saw is held against the record.
//!
//! Moments are drawn from a seed that is printed: `SLIPWAY_CRASH_SEED` repeats one. `SLIPWAY_CRASH_KILLS` sets how often the
//! app is killed.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test suite: a broken promise is a panic, and what was measured is printed"
)]

mod app;
mod audit;
mod disk;
mod shop;
mod suite;
mod trouble;
mod witness;

pub use app::{App, Shown};
pub use audit::{Audit, Tally};
pub use disk::{Room, own_mounts};
pub use shop::{APPLICATIONS, PODS, Shop, back};
pub use suite::{Suite, enter};
pub use trouble::Trouble;
pub use witness::{Seen, Witness};

/// A number that an environment variable gives, or the one given here.
pub fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .map_or(usual, |text| text.parse().expect("a number"))
}
