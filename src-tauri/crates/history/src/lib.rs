//! The record of every release on this machine, in SQLite.
//!
//! [`History`] implements [`conductor::Journal`] and answers the history screen: what a release showed while it was live
//! can be shown again at any moment of its life ([`Story::at`]), with no cluster and no network.
//!
//! One thread owns the one connection that writes. What must be durable (a step with its intent, an outcome) is one
//! transaction with `synchronous = FULL`; samples and snapshots wait in memory for a moment and never stand before it.
//! Readers have connections of their own and are never in the writer's way (write-ahead log).
//!
//! Literal environment values stay in the stored manifests, because a rollback needs them; whatever leaves this crate for a
//! screen or a file goes through [`mask_env`]. Credentials and Secret objects never come in.

mod backup;
mod capsule;
mod decode;
mod delta;
mod draft;
mod environment;
mod event;
mod facts;
mod file;
mod history;
mod history_error;
mod journal;
mod lane;
mod listing;
mod maintenance;
mod manifest;
mod mask;
mod moment;
mod note;
mod readers;
mod recover;
mod release_row;
mod retention;
mod schema;
mod series;
mod setting;
mod story;
mod unfinished;
mod writer;

pub use capsule::{Capsule, Imported};
pub use draft::Draft;
pub use environment::LastKnown;
pub use event::{Happening, Line};
pub use file::SetAside;
pub use history::{Facts, History};
pub use history_error::HistoryError;
pub use listing::{Filter, Listing, ReleaseRow, StageCount};
pub use mask::{MASK, mask_env};
pub use moment::Moment;
pub use note::Note;
pub use recover::Recovered;
pub use retention::{Retention, Tidied};
pub use story::{StateChange, Story};
