use super::{Asked, Finding};

/// A rollout that is not complete: a new one would leave three versions behind.
pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    let view = &asked.seen.view;
    if view.held {
        return Vec::new();
    }
    let current = view.arm(&view.version.template_hash);
    let complete = view.observed_generation >= view.generation
        && current.is_some_and(|arm| arm.ready >= view.replicas && view.pods() == arm.pods);
    if complete || view.replicas == 0 {
        return Vec::new();
    }
    let ready = current.map_or(0, |arm| arm.ready);
    vec![
        Finding::blocking(
            "rollout-under-way",
            format!(
                "The workload is not at rest: {ready} of {} pods of its version are Ready.",
                view.replicas
            ),
            "Wait until it is, or roll back to a version that works.",
        )
        .overridable(),
    ]
}
