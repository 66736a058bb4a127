//! Who leads an application, and what stands beside its workload for somebody else to go on with.
//!
//! A Lease (`coordination.k8s.io/v1`) for each application: the holder is a profile, `leaseTransitions` is the fencing token. As in
//! client-go's leader election a term is over when the *same record* has been seen here for its whole length on the local monotonic
//! clock; no two clocks are ever compared. The holder believes in two thirds of the term only, so that clocks may go at
//! different rates. The Lease keeps two Slipways out of each other's way and no more: what guards the workload are the `test`s of
//! each act and the token in the workload's marker.
//!
//! Pure: [`LeaseRecord`], [`Sighting`], [`decide`] and [`found_release`]. [`LeaseLeadership`] reads and writes what they say through [`Beside`]:
//! an API server ([`KubeLeadership`]), or the simulation.

mod adapter;
mod beside;
mod config_map;
mod found;
mod record;
mod rule;
mod sighting;

#[cfg(test)]
mod tests;

pub use adapter::{KubeLeadership, LeaseLeadership};
pub use beside::{Beside, Kind, KubeObjects, Unanswered};
pub use config_map::{config_map, read_charter};
pub use found::{Found, found_release};
pub use record::{LeaseRecord, OFFER_ANNOTATION, PERSON_ANNOTATION, object_name};
pub use rule::{Decision, Question, Terms, decide, offered, resigned};
pub use sighting::Sighting;
