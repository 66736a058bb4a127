//! What a release is: versions, plans, phases, gates, and the state machine that moves a release through them.
//!
//! This crate is pure: no I/O, no clock, no async, no randomness. Time enters as a [`Timestamp`] on every event.
//! [`step`] is the only place where a release changes its state; it returns the new state and what shall be done, and
//! does nothing itself. What the workload should look like is a function of the state ([`Release::goal`]), so that a
//! driver that starts anew after a crash needs nothing but the last state to go on.

mod approve;
mod arrival;
mod command;
mod effect;
mod event;
mod excess;
mod foreign_change;
mod gate;
mod goal;
mod hand_over;
mod hold;
mod next_phase;
mod observation;
mod person;
mod phase;
mod plan;
mod plan_error;
mod preflight;
mod promote;
mod record;
mod refusal;
mod release;
mod resume;
mod roll_back;
mod rollback_target;
mod share;
mod skip_bake;
mod stage;
mod start;
mod step;
mod timestamp;
mod version;

pub use command::Command;
pub use effect::Effect;
pub use event::Event;
pub use gate::{Gate, GateOutcome};
pub use goal::Goal;
pub use observation::Observation;
pub use person::Person;
pub use phase::Phase;
pub use plan::{MAX_BAKE_SECONDS, MAX_PHASES, OnExcess, Plan};
pub use plan_error::{PlanError, PlanProblem};
pub use record::{Record, RecordKind};
pub use refusal::Refusal;
pub use release::{Approval, Passage, PassedBy, Release, ReleaseId, ReleaseKind};
pub use rollback_target::RollbackTarget;
pub use share::Share;
pub use stage::{Active, HoldReason, Stage};
pub use step::{Step, step};
pub use timestamp::Timestamp;
pub use version::{ContainerImage, Version};
