use super::{Asked, Finding};

/// What a hold looks like to those who do not know of it.
pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    if asked.shares.iter().all(|share| share.is_whole()) {
        return Vec::new();
    }
    vec![Finding::info(
        "other-alerts",
        "During a hold the new pods serve but are not counted as available, and the Deployment stays Progressing: alerts on \
         mismatched replicas or unavailable Deployments may fire.",
        "Tell those who watch them, or silence them for this workload.",
    )]
}
