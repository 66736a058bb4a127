//! Whole releases on a real control plane: real pods' answers, a real Prometheus, and the same commands that the window
//! sends. Pods are counted by a second client that knows nothing of Slipway, and failed requests by whoever sent them.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test suite: a broken promise is a panic, and what was measured is printed"
)]

mod broken_source;
mod room;
mod story;
mod window;
mod witness;

pub use broken_source::{Breakage, BrokenSource};
pub use room::{NEW, OLD, Room};
pub use story::{Story, follow};
pub use window::Window;
pub use witness::{Seen, Witness};
