//! What a control plane is started with.

use std::time::Duration;

/// The namespace in which [`User::Releaser`] may release from the start.
pub const RELEASER_NAMESPACE: &str = "shop";

/// What to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name of the context and cluster in kubeconfigs.
    pub context: String,
    /// How many nodes; at least one. Only DaemonSets use more than the first.
    pub nodes: u16,
    /// The interval at which a Prometheus scrapes every pod, or none for no Prometheus.
    pub prometheus: Option<Duration>,
    /// Whether the pods answer HTTP; with a Prometheus they always do. Without it a start is a little quicker and nothing watches all pods.
    pub traffic: bool,
}

impl Default for Options {
    /// One node, pods that answer, no Prometheus.
    fn default() -> Self {
        Self {
            context: "test".to_owned(),
            nodes: 1,
            prometheus: None,
            traffic: true,
        }
    }
}

impl Options {
    /// The default with another context's name.
    pub fn named(context: &str) -> Self {
        Self {
            context: context.to_owned(),
            ..Self::default()
        }
    }

    /// With a Prometheus that scrapes every pod once a second.
    pub fn with_prometheus(mut self) -> Self {
        self.prometheus = Some(Duration::from_secs(1));
        self
    }

    /// With pods that do not answer.
    pub fn without_traffic(mut self) -> Self {
        self.traffic = false;
        self
    }
}
