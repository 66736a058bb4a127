//! A Kubernetes-shaped cluster inside this process, with traffic and metrics.
//!
//! [`World`] is one cluster: objects with resource versions, the API server's checks, and the Deployment, ReplicaSet,
//! EndpointSlice, quota and disruption controllers that follow Kubernetes 1.36. It is synchronous and deterministic: time
//! enters only through [`World::advance`], and the same seed with the same calls gives the same bytes.
//!
//! [`Practice`] owns three worlds (dev, staging, production) with six applications, lets their time run on a tokio task,
//! and hands out `kube::Client`s to them. There are no sockets.
//!
//! Metrics are samples of what the pods counted; the Prometheus HTTP API answers PromQL over them, also through the API
//! server's service proxy at `monitoring/prometheus:9090`. What it does not know it says (HTTP 422), it never makes up a series.
//! A [`Scenario`] changes how the pods of an application's *next* version behave; what to think of that is up to others.

mod access;
mod api_server;
mod api_status;
mod call;
mod clock;
mod conditions;
mod defaults;
mod deletion;
mod deployment_controller;
mod discovery;
mod disruption;
mod endpoints;
mod events;
mod fault;
mod garbage;
mod kinds;
mod kubectl;
mod managed_fields;
mod metrics;
mod model_server;
mod object;
mod patch;
mod pods;
mod practice;
mod promql;
mod proportional;
mod quota;
mod replicaset_controller;
mod request;
mod rollout;
mod rollout_status;
mod sampling;
mod scale;
mod scenario;
mod schema;
mod seed_data;
mod selector;
mod service;
mod store;
mod strategic;
mod traffic;
mod validation;
mod watch;
mod work;
mod workload;
mod world;
mod writes;

pub use access::User;
pub use api_server::Reply;
pub use fault::{Fault, Faults};
pub use kinds::Resource;
pub use kubectl::{Refused, path_of};
pub use model_server::ModelServer;
pub use practice::{Options, Practice};
pub use scenario::{ALL as SCENARIOS, Scenario};
pub use seed_data::{Environment, NAMESPACE, PROFILES, Profile, populate, profile};
pub use service::ApiService;
pub use store::{Change, ChangeType, Expired, Key};
pub use traffic::Application;
pub use watch::{Polled, WatchId};
pub use world::{World, WorldOptions};
