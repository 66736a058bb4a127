//! Kubernetes: inventory, native holds, ownership, preflight.
//!
//! - [`holds`]: the pure part of native holds: what was seen and the goal in, the next act out.
//! - [`inventory`]: namespaces, workloads with their Services, applications across environments.
//! - [`kubeconfig`]: contexts, and connections made from them.
//! - [`lease`]: who leads an application, and going on with what another Slipway began.
//! - [`preflight`]: checks before a start, and what a rollback would do.
//! - [`KubeWorkloads`]: the port `conductor::Workloads` on API servers, one per environment ([`Environments`]).

mod field;
pub mod holds;
pub mod inventory;
pub mod kubeconfig;
pub mod lease;
pub mod preflight;
mod request;
mod workloads;

pub use holds::{finish_by_hand, possible_shares, template_hash, version_of};
pub use request::Trouble;
pub use workloads::{Environments, KubeWorkloads, NewVersion, Parts, Pod, Prepared, act_error, newer};
