//! Kubeconfig files and the contexts in them: read and connected, each with what is wrong said in a sentence. What a
//! connected cluster answers is in [`crate::inventory`].

mod connect;
mod exec_plugin;
mod failure;
mod files;

#[cfg(test)]
mod tests;

pub use connect::connect;
pub use files::{Context, File, Files, default_paths};
