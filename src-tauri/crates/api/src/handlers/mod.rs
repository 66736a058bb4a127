//! The answers to commands, one file per screen or concept.

mod connections;
mod draft;
mod drift;
mod elsewhere;
mod environments;
mod findings;
mod history;
mod leave;
mod metrics;
mod metrics_test;
mod own_query;
mod practice;
mod preflight;
mod readiness;
mod refresh;
mod release;
mod replay;
mod settings;
mod shell;
mod start;
mod traffic;
mod wake;
mod wanted;

pub(crate) use drift::Drift;
pub(crate) use elsewhere::Elsewhere;
pub(crate) use traffic::Serving;
