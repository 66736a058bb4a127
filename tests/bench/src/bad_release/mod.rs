//! A bad release, stopped by Slipway and by Argo Rollouts: how many requests it cost, and how long it took.
//!
//! # What is the same for both
//! One control plane, one Prometheus, one load for each application. Applications stand side by side, each in a namespace of its
//! own, and all releases of one version begin at the same moment, so that all meet the same machine. Pods, traffic, share, surge
//! and scrapes are those of [`terms`]. Requests are counted by who sent them; pods are watched by a client that knows neither
//! tool.
//!
//! # What is Argo's own
//! The shape and the numbers of its analysis are those of its documentation, page "Analysis & Progressive Delivery" of v1.9
//! (<https://argo-rollouts.readthedocs.io/en/release-1.9/features/analysis/>): background analysis, the template `success-rate`
//! with `successCondition: result[0] >= 0.95`, `failureLimit: 3` and `irate(…[5m])`, steps of 20 % with pauses of ten minutes.
//! What differs from the page in each setting, and why, stands at [`argo::Setting`].
//!
//! # What is measured
//! From the change (the patch of the Rollout, the call of `release.start`) until only pods of the old version are there and all
//! of them are Ready; and the requests that the new version failed (for the slower one: answered above the objective) until
//! then. A version that is not stopped within the limit has no time, and its requests are those until the limit.

pub mod argo;
pub mod contest;
pub mod kept;
pub mod order;
pub mod outcome;
pub mod page;
pub mod place;
pub mod report;
pub mod serving;
pub mod terms;
pub mod timeline;
pub mod version;
