use release::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether what is shown is live. Old data is never shown as live: the window greys what is not `Live`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ContactState {
    /// The watch runs.
    Live,
    /// Nothing came for longer than the watch should be quiet, or it is being taken up again.
    Stale,
    /// The cluster does not answer. Nobody judges meanwhile.
    Lost,
    /// Read from this computer's history; no cluster is asked.
    Recorded,
}

/// How old the picture of one environment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Whether it is live.
    pub state: ContactState,
    /// When the cluster was last heard of; `None` if never.
    pub as_of: Option<Timestamp>,
    /// Since when the state is what it is.
    pub since: Timestamp,
}
