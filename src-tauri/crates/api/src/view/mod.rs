//! What the window shows and asks for: every request, reply and pushed event, as plain data.
//!
//! One file per screen or concept. The types carry facts (numbers, codes, names), never finished sentences: the window
//! has the words, in each language ([`Said`] lists everything that the backend can have it say). The TypeScript
//! declarations under `ui/src/backend/generated/` are made from here; a test fails when they are stale.

mod act;
mod changes;
mod command;
mod connections;
mod contact;
mod course;
mod environments;
mod event;
mod failure;
mod generate;
mod history;
mod judgement;
mod live;
mod new_release;
mod pods;
mod rollback;
mod said;
mod settings;
mod shell;
mod signal;
mod track;

pub use act::*;
pub use changes::*;
pub use command::*;
pub use connections::*;
pub use contact::*;
pub use course::*;
pub use environments::*;
pub use event::*;
pub use failure::*;
pub use generate::{declarations, stale, write};
pub use history::*;
pub use judgement::*;
pub use live::*;
pub use new_release::*;
pub use pods::*;
pub use rollback::*;
pub use said::*;
pub use settings::*;
pub use shell::*;
pub use signal::*;
pub use track::*;
