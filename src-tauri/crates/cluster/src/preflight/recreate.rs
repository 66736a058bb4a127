use super::{Asked, Finding};

pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    if !crate::holds::Live::read(&asked.seen.object).recreate {
        return Vec::new();
    }
    vec![Finding::blocking(
        "recreate",
        "The workload's strategy is Recreate: all its pods are stopped before new ones start, so there are no phases.",
        "Replace it at once and watch it, or change its strategy to RollingUpdate.",
    )]
}
