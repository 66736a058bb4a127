//! What the benches share: figures, the window's side of a release, a held Deployment for the raw peer, a counter
//! of pods, peaks of memory, processes that are compared, and a contest of whole releases.
//!
//! A bench that cannot go on says why and ends; there is nobody to recover for.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "programs that measure and speak to whoever runs them"
)]

pub mod bad_release;
pub mod contestant;
pub mod figures;
pub mod held;
pub mod memory;
pub mod pods;
pub mod window;
