//! Whole releases in simulated time, with everything that can go wrong as parameters of one seed.
//!
//! The real `release`, the real `conductor` and the pure part of `cluster` drive the practice cluster's controllers. Time,
//! network, disk, API server and other people are simulated: one seed is one scenario, and the same seed gives the same
//! bytes. A driver's future is asked by hand; dropped between two awaits, it has crashed there.
//!
//! The checks stand apart from what makes things happen ([`check`](crate::check)).

#![allow(
    missing_docs,
    clippy::panic,
    reason = "a test program: what its parts are called says what they are"
)]

/// A run is millions of small pieces of JSON that come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod begin;
mod check;
mod deployment;
mod dice;
mod disk;
mod fault;
mod happening;
mod machine;
mod mistake;
mod outside;
mod ports;
mod process;
mod report;
mod rest;
mod room;
mod run;
mod scenario;
mod script;
mod trace;
mod truth;
mod watch;
mod wire;

pub use check::Violation;
pub use mistake::Mistake;
pub use report::{Summary, many};
pub use run::{Ended, run};
