//! The release state machine, spoken in the domain's words.

#![allow(missing_docs, reason = "the names of tests and builders are sentences")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may end where it stands"
)]

mod builders;
mod lifecycle;
mod plans;
mod properties;
mod rollback;
mod taking_over;
