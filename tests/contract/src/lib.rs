//! What native holds promise, as cases that run unchanged on the practice cluster and on a real control plane.
//!
//! No case knows where it runs: it gets a [`Bed`], makes a room with one Deployment in a namespace of its own, drives it
//! through `cluster` alone, and a witness, a second client that knows nothing of Slipway, counts pods all the while.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test suite: a broken promise is a panic"
)]

mod bed;
mod cases;
mod manifest;
mod room;
mod slipway;
mod suite;
mod walk;
mod witness;

pub use bed::Bed;
pub use suite::run;
