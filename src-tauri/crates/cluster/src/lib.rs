//! Kubernetes: inventory, native holds, ownership, preflight.

pub mod holds;
