//! A real control plane for tests.
#![allow(clippy::print_stderr)]
mod application;
mod certificates;
mod cluster;
mod error;
mod folders;
mod http;
mod load;
mod namespace;
mod objects;
mod parts;
mod podserver;
mod process;
mod prometheus;
mod stages;
mod tools;
mod users;

pub use application::Application;
pub use cluster::{ControlPlane, Options, RELEASER_NAMESPACE};
pub use error::{Error, Result};
pub use load::{Counts, Load, LoadOptions, Outcomes};
pub use namespace::{enter_namespace, inside, try_enter_namespace};
pub use parts::Part;
pub use podserver::PORT as POD_PORT;
pub use prometheus::{PROMETHEUS_SERVICE, Prometheus, Sample};
pub use stages::annotation;
pub use tools::build;
pub use users::User;
