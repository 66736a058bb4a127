//! The answers to commands, one file per screen or concept.

mod connections;
mod draft;
mod elsewhere;
mod environments;
mod findings;
mod history;
mod metrics;
mod practice;
mod preflight;
mod readiness;
mod refresh;
mod release;
mod replay;
mod settings;
mod shell;
mod start;
mod wanted;

pub(crate) use elsewhere::Elsewhere;
