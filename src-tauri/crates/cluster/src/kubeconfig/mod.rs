//! Kubeconfig files and the contexts in them: read, connected and asked, each with what is wrong said in a sentence.

mod connect;
mod exec_plugin;
mod failure;
mod files;
mod probe;

#[cfg(test)]
mod tests;

pub use connect::connect;
pub use files::{Context, File, Files, default_paths};
pub use probe::{Answer, probe};
