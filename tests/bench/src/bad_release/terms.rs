//! What is the same for every contestant.

use std::time::Duration;

/// Pods of each application.
pub const PODS: i32 = 10;
/// The shares that the new version gets, in percent, as in Argo's example; then everything.
pub const SHARES: [u32; 4] = [20, 40, 60, 80];
/// How many pods more than wanted there may be at any time, in percent; none may be missing.
pub const SURGE: u32 = 20;
/// Requests per second to each application: 20 of them to the new version at its first share.
pub const RATE: f64 = 100.0;
/// The median time of an answer. Answers vary as a log-normal distribution with σ = 0.25: 2 % take more than 250 ms, 0.3 % more
/// than the objective.
pub const LATENCY: Duration = Duration::from_millis(150);
/// Slipway's default objective for the 95th percentile.
pub const OBJECTIVE: Duration = Duration::from_millis(300);
/// The share of requests that the old version fails.
pub const BASELINE: f64 = 0.001;
/// How long an application is under load before its release.
pub const BEFORE: Duration = Duration::from_secs(40);
/// How long a bad version stays at its share if nothing stops it: Argo's example. Longer than any limit.
pub const PAUSE: Duration = Duration::from_secs(600);
/// How long a healthy version stays at each share at least.
pub const HEALTHY_PAUSE: Duration = Duration::from_secs(20);
/// The version that runs.
pub const OLD: &str = "1.0";
/// The version that is released.
pub const NEW: &str = "2.0";
