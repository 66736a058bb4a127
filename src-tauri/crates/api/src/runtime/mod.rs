//! The running backend: environments, drivers of releases, and the answers to commands.

mod actor;
mod applications;
mod clock;
mod connections;
mod environment;
mod leaderships;
mod pod_proxy;
mod pod_targets;
mod practice_place;
mod practice_transport;
mod protection;
mod proxied;
mod recorder;
mod registry;
mod service_proxy;
mod sleep;

pub(crate) use actor::{Actor, own_operations, trail};
pub(crate) use applications::{Application, Applications, LastSeen};
pub(crate) use clock::{PracticeClock, SystemClock, now};
pub(crate) use connections::{Answered, KubeContexts};
pub(crate) use environment::{Environment, Level, Place};
pub(crate) use leaderships::Leaderships;
pub(crate) use pod_proxy::PodProxy;
pub(crate) use practice_place::{place_in_practice, scenario, scenario_id, scenario_title};
pub(crate) use practice_transport::PracticeTransport;
pub(crate) use protection::Unlocks;
pub(crate) use recorder::Recorder;
pub(crate) use registry::{Registry, practice_environments};
pub(crate) use service_proxy::{ServiceProxy, find_prometheus};
pub(crate) use sleep::{Elapsed, SleepWatch};
