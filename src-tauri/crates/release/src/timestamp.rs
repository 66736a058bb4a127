use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A moment of wall-clock time in milliseconds since the Unix epoch, UTC.
///
/// For records only: waits are measured on a monotonic clock by whoever drives the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
pub struct Timestamp(#[ts(type = "number")] pub i64);

impl Timestamp {
    /// Milliseconds from `earlier` to `self`; 0 if `earlier` is later (a wall clock may jump back).
    pub fn millis_since(self, earlier: Timestamp) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}
