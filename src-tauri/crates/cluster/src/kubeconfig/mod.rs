//! Contexts of kubeconfig files, and connections made from them.
//!
//! Codes: `kubeconfig-missing`, `kubeconfig-empty`, `kubeconfig-malformed`, `kubeconfig-unreadable` (a file);
//! `context-unknown`, `context-broken`, `server-invalid`, `certificate-unreadable`, `certificate-expired`,
//! `exec-missing`, `exec-interactive`, `exec-timeout`, `exec-failed`, `exec-rubbish`, `auth-unsupported` (a context).

mod connect;
mod exec;
mod expiry;
mod files;
mod plugin_auth;
mod unreached;

#[cfg(test)]
mod tests;

pub use connect::connect;
pub use exec::PLUGIN_TIMEOUT;
pub use files::{Context, File, Files, default_paths};
pub(crate) use unreached::Unreached;
