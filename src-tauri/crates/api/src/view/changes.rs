use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a line of a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LineKind {
    /// In both.
    Same,
    /// Only after.
    Added,
    /// Only before.
    Removed,
    /// Lines in both that are left out.
    Gap,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DiffLine {
    /// What it is.
    pub kind: LineKind,
    /// Its text; literal environment values are masked.
    pub text: String,
}

/// One manifest before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ManifestDiff {
    /// What it is, for example `Deployment checkout`.
    pub title: String,
    /// The lines, with gaps.
    pub lines: Vec<DiffLine>,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
}
