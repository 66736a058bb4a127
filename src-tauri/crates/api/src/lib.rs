//! The one command surface of Slipway; wires the rest together.
//!
//! [`Api::call`] takes a command by its name and a request as JSON, and gives the reply; [`Api::events`] is everything that is
//! pushed. What goes over that line is declared in [`view`], once. Nothing here knows the window: the same surface serves
//! tests and benchmarks.

mod api;
mod dispatch;
mod ended;
mod failure;
mod handlers;
mod manifest_diff;
mod picture;
mod runtime;
mod secrets;
pub mod view;

pub use api::{Api, Options};
pub use failure::ErrorView;
