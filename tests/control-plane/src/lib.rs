//! A real Kubernetes control plane for tests: etcd, the API server and the controller manager from Kubernetes' own
//! modules, KWOK's nodes, Debian's Prometheus. Containers are pretended, so one process answers HTTP on every
//! pod's address, and a load sends requests: what tests see of health was really measured.
//!
//! # Building it
//! `cargo run -p control-plane --bin control-plane-build` builds what is missing into `target/control-plane/` ([`build`]).
//! It needs Go, `apt-get`, `dpkg-deb`, `ip` and `unshare`. The first time takes about seven minutes on two cores; nothing to do
//! takes milliseconds.
//!
//! # Using it
//! A test binary needs `harness = false` and begins with [`enter_namespace`], before any thread exists:
//!
//! ```no_run
//! use control_plane::{Application, ControlPlane, LoadOptions, Options, Part, User};
//! use std::time::Duration;
//!
//! fn main() -> control_plane::Result<()> {
//!     control_plane::enter_namespace();
//!     tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
//!         let cluster = ControlPlane::start(Options::default().with_prometheus()).await?;
//!         let namespace = cluster.fresh_namespace().await?;
//!         cluster.deploy(&namespace, &Application::new("web")).await?;
//!         cluster.wait_rolled_out(&namespace, "web", Duration::from_secs(30)).await?;
//!         let load = cluster.load(&namespace, "web", LoadOptions::rate(200.0))?;
//!         let client = cluster.client(User::Releaser).await?; // or kubeconfig(), or kubectl()
//!         cluster.deploy(&namespace, &Application::new("web").version("2.0").error_rate(0.05)).await?;
//!         let samples = cluster.prometheus()?.query("sum by (code) (rate(http_requests_total[5s]))").await?;
//!         cluster.hang(Part::ApiServer)?;
//!         cluster.resume(Part::ApiServer)?;
//!         println!("{samples:?} {:?}", load.stop());
//!         # drop(client);
//!         Ok(())
//!     })
//! }
//! ```
//!
//! - What becomes of a pod is said by annotations of its template: [`annotation`].
//! - [`ControlPlane::start_all`] starts up to four beside each other; [`ControlPlane::kubeconfig_of_all`] gives one kubeconfig
//!   for them.
//! - Everything listens inside the namespace only: a browser or a shell outside sees nothing of it. Another process that should
//!   see it must be started by the test.
//! - [`ControlPlane::wire`] is a line of one's own to the API server that can be cut, stalled and restored while other clients
//!   keep theirs; [`ControlPlane::expire_history`] makes every watch from before answer 410.
//! - Deleting a namespace takes seconds: use a fresh one for each test. All tests of a binary share one control plane at
//!   best; those that hang or kill parts run alone.
//! - New pods are found by Prometheus within about six seconds, as its discovery is throttled to five.
//! - By hand: `cargo run -p control-plane --bin control-plane-run -- --prometheus` opens a shell beside a running one.
//! - `SLIPWAY_KEEP_CONTROL_PLANE=1` keeps the folder with the logs after the end.
//! - Ending is a SIGKILL of everything, also when this process dies in whatever way.
// A library for tests speaks to whoever runs them.
#![allow(clippy::print_stderr)]
mod access;
mod application;
mod argo;
mod certificates;
mod cluster;
mod error;
mod faults;
mod folders;
mod http;
mod index;
mod load;
mod namespace;
mod objects;
mod options;
mod parts;
mod podserver;
mod process;
mod prometheus;
mod scale;
mod stages;
mod tools;
mod users;
mod wire;

pub use application::Application;
pub use argo::ArgoRollouts;
pub use cluster::ControlPlane;
pub use error::{Error, Result};
pub use load::{Counts, Load, LoadOptions, Outcomes};
pub use namespace::{enter_namespace, inside, try_enter_namespace};
pub use options::{Options, RELEASER_NAMESPACE};
pub use parts::Part;
pub use podserver::PORT as POD_PORT;
pub use prometheus::{PROMETHEUS_SERVICE, Prometheus, Sample};
pub use stages::annotation;
pub use tools::{build, build_argo_rollouts};
pub use users::User;
pub use wire::Wire;
