use crate::Version;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a rollback goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum RollbackTarget {
    /// The version that ran before this release; its whole manifest is in the record.
    Before,
    /// A revision that the cluster or the record still knows.
    Revision {
        /// The workload controller's revision number, where it has one.
        #[ts(type = "number | null")]
        revision: Option<i64>,
        /// The version that this revision runs; its template hash finds the template.
        version: Version,
    },
}
