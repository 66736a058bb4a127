//! One application in a namespace of its own, under load.

use crate::Witness;
use control_plane::{Application, ControlPlane, Load, LoadOptions, annotation};
use std::time::Duration;

/// Pods of the application.
pub const PODS: i32 = 12;
/// The version that runs at first.
pub const OLD: &str = "1.0";
/// The version that is released.
pub const NEW: &str = "2.0";
/// Requests per second, at most.
const RATE: f64 = 300.0;

/// An application with its load and its witness.
pub struct Room {
    pub namespace: String,
    pub name: &'static str,
    pub load: Load,
    pub witness: Witness,
}

impl Room {
    /// Twelve pods that answer within 20 ms (median) without a failure, 300 requests a second among them, and enough of the
    /// past in Prometheus to compare with. A pod that is deleted serves on for two seconds, as one that drains does.
    pub async fn new(plane: &ControlPlane, name: &'static str) -> Room {
        let namespace = plane.fresh_namespace().await.expect("a namespace");
        plane.grant_release(&namespace).await.expect("rights");
        let application = Application::new(name)
            .replicas(PODS)
            .version(OLD)
            .latency(Duration::from_millis(20))
            .annotate(annotation::TERMINATE_AFTER, "2s");
        plane.deploy(&namespace, &application).await.expect("deployed");
        plane
            .wait_rolled_out(&namespace, name, Duration::from_secs(60))
            .await
            .expect("rolled out");
        let load = plane
            .load(&namespace, name, LoadOptions::rate(RATE))
            .expect("a load");
        let witness = Witness::new(plane, &namespace, name).await;
        tokio::time::sleep(Duration::from_secs(15)).await;
        Room {
            namespace,
            name,
            load,
            witness,
        }
    }
}
