use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who acts: the local profile's name plus the user name that the cluster knows (from a SelfSubjectReview).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The name in the local profile.
    pub name: String,
    /// The cluster's own name for the user, where it has been asked.
    pub cluster_user: Option<String>,
}

impl Person {
    /// A person known by the local profile only.
    pub fn named(name: impl Into<String>) -> Person {
        Person {
            name: name.into(),
            cluster_user: None,
        }
    }
}
