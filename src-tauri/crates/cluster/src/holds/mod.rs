//! Native holds: how the workload's own controller is made to stop at each phase, and to go back.
//!
//! Pure: what was seen and where to go come in, the next act comes out. No clock, no I/O, no memory: every decision is made anew
//! from the object and its ReplicaSets, so it is the same after a restart, after others changed the number of replicas, and
//! after a lost answer.
//!
//! A hold is a `minReadySeconds` of a year: new pods become Ready and serve, but never Available, so the Deployment controller
//! stops exactly at `maxSurge: s`, `maxUnavailable: u` with s + u pods of the new version and N − u of the old one. The
//! walk between shares changes s and u only: adding pods (s + b, u), then, the new pods being Ready, making room (s − b, u + b).
//! So there are never more than N + S pods, and never fewer than N that serve, by what Slipway does.
//!
//! `spec.replicas` is never written.

mod by_hand;
mod fence;
mod foreign;
mod left;
mod live;
mod marker;
mod next;
mod originals;
mod patch;
mod promote;
mod roll_back;
mod share;
mod template;
mod walk;

#[cfg(test)]
mod tests;

pub use by_hand::finish_by_hand;
pub(crate) use foreign::FIELD_MANAGER;
pub(crate) use live::Live;
pub use live::{max_surge_pods, max_unavailable_pods};
pub(crate) use marker::before_release;
pub use marker::{MarkedVersions, Marker, OPERATION_ANNOTATION, RELEASE_ANNOTATION};
pub use next::next;
#[cfg(any(test, feature = "planted-mistakes"))]
pub use next::{Mistake, next_with};
pub use originals::{HOLD_DEADLINE_SECONDS, HOLD_MIN_READY_SECONDS};
pub use share::{ShareProblem, possible_shares, surge_pods, target_pods};
pub(crate) use template::{hash_of, version_in};
pub use template::{template_hash, version_of};
