//! Drives releases: journal, act, observe, judge, decide.
//!
//! The conductor knows neither Kubernetes nor SQL. It declares what it needs of the world as ports ([`Workloads`],
//! [`Leadership`], [`Signals`], [`Journal`], [`Clock`]) and turns what they say into events for [`release::step`] and what the step asks
//! for into acts. Every act follows one protocol: the intent is durable in the journal, then the act is sent, then its outcome
//! is written; an intent without an outcome is looked up on the object itself.

mod act;
mod alone;
mod apply;
mod charter;
mod clock;
mod contact;
mod dossier;
mod driver;
mod fencing;
mod health;
mod journal;
mod keep_charter;
mod leadership;
mod leading;
mod look_up;
mod manifest;
#[cfg(feature = "planted-mistakes")]
mod mistake;
mod nearness;
mod next;
mod permission;
mod port_error;
mod progress;
mod pursuit;
mod queue;
mod readiness;
mod send;
mod signals;
mod take_over;
mod trail;
mod turn;
mod workload;
mod workloads;

pub use act::{Accepted, ActError, ActKind, OperationId, PreparedAct};
pub use alone::Alone;
pub use apply::ApplyError;
pub use charter::Charter;
pub use clock::Clock;
pub use contact::Contact;
pub use dossier::Dossier;
pub use driver::{CommandError, Driver, DriverView, Ports, Turn};
pub use journal::{Entry, Intent, Journal, Outcome, Snapshot, Unfinished};
pub use leadership::{Bid, Claim, Identity, Leader, Leadership};
pub use manifest::Manifest;
#[cfg(feature = "planted-mistakes")]
pub use mistake::Mistake;
pub use next::{Next, Waiting};
pub use port_error::PortError;
pub use progress::{ActProgress, ActStep};
pub use pursuit::Pursuit;
pub use readiness::readiness;
pub use signals::{ReadyPod, SignalLooks, SignalScope, Signals};
pub use take_over::Takeover;
pub use trail::{Told, Trail};
pub use turn::Urgent;
pub use workload::{
    ArmPods, Observed, PodState, PodTrouble, Revision, WorkloadKind, WorkloadRef, WorkloadView, Writer,
};
pub use workloads::Workloads;
