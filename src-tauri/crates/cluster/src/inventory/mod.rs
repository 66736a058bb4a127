//! What is in the clusters: contexts of kubeconfig files, namespaces, applications.

mod application;
mod collection;
mod follow;
mod item;
mod namespaces;
mod summary;

#[cfg(test)]
mod tests;

pub use application::{Application, Corrections, applications};
pub use follow::{Inventory, InventoryState};
pub use namespaces::{Identity, identify, namespaces};
pub use summary::{Trouble, WorkloadLabels, WorkloadSummary};
