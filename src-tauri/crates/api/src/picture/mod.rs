//! From what is known or recorded of a release to what a screen shows. Pure: the same story at the same moment gives the
//! same picture, live or years later.

mod acts;
mod controls;
mod course;
mod events;
mod gates;
mod head;
mod impact;
mod judgement;
mod live;
mod pods;
mod recorded;
mod recovery;
mod rollback;
mod shares;
mod signals;
mod told;
mod track;
mod traffic;
mod waits;

pub(crate) use acts::sent_act;
pub(crate) use head::{head, version_tag, workload_name};
pub(crate) use live::{Around, live, running};
pub(crate) use recorded::{capsule, ending};
pub(crate) use recovery::recovery_seconds;
pub(crate) use rollback::{Readiness, choice};
pub(crate) use shares::{share_now, shares};
pub(crate) use told::Told;
pub(crate) use track::tracks;
pub(crate) use waits::{Driven, same as same_wait};
