//! The release state machine, spoken in the domain's words.

#![allow(missing_docs, reason = "the names of tests and builders are sentences")]

mod builders;
mod lifecycle;
mod plans;
mod properties;
mod rollback;
