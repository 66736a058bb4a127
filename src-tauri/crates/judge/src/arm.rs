use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One of the two sides of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Arm {
    /// What ran before the release.
    Stable,
    /// What is being released.
    Canary,
}
