use super::{Asked, Finding};
use crate::holds::hash_of;

pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    if asked.seen.view.version.template_hash != hash_of(&asked.pursuit.new_template) {
        return Vec::new();
    }
    vec![Finding::blocking(
        "nothing-to-release",
        "The new version's template is the one that runs already.",
        "Choose another version.",
    )]
}
