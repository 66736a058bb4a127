//! The answers to commands, one file per screen or concept.

mod connections;
mod environments;
mod findings;
mod history;
mod metrics;
mod new_release;
mod practice;
mod readiness;
mod refresh;
mod release;
mod settings;
mod shell;
