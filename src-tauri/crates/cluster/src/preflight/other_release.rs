use super::{Asked, Finding};
use crate::holds::Live;

pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    let live = Live::read(&asked.seen.object);
    if !live.held() {
        return Vec::new();
    }
    let release = live.marker.as_ref().map(|marker| marker.release.as_str());
    if release == Some(asked.pursuit.release.0.as_str()) {
        return Vec::new();
    }
    let whose = release.map_or_else(
        || "A release without a name".to_owned(),
        |release| format!("Release {release}"),
    );
    vec![Finding::blocking(
        "other-release",
        format!("{whose} holds the workload."),
        "Finish it, or roll it back, before another one starts.",
    )]
}
