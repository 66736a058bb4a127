use super::{Asked, Finding};

pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    if !asked.seen.view.paused {
        return Vec::new();
    }
    vec![Finding::blocking(
        "paused",
        "The workload is paused: its controller would not start the new version.",
        "Resume it first (kubectl rollout resume).",
    )]
}
