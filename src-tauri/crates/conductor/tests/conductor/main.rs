//! The protocol between record and cluster, in a world small enough to read.

#![allow(missing_docs, reason = "the names of tests and builders are sentences")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may end where it stands"
)]

mod cluster;
mod earlier;
mod leading;
mod pace;
mod protocol;
mod queue;
mod readings;
mod record;
mod recovery;
mod slipways;
mod trail;
mod urgent;
mod world;
