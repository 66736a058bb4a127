use super::Finding;

/// Nothing in the cluster judges: Slipway does, while it is open.
pub(crate) fn check() -> Vec<Finding> {
    vec![Finding::info(
        "nobody-judges",
        "While Slipway is closed or this computer sleeps, the release stays in its phase and serves, and nobody judges it.",
        "Leave Slipway open during the release.",
    )]
}
