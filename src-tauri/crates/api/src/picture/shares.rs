use super::Told;
use crate::view::ShareStep;
use release::{Share, Timestamp};

/// The canary's share of serving pods from the start on, one entry for each change.
pub(crate) fn shares(told: &Told, now: Timestamp) -> Vec<ShareStep> {
    let harm = told.harm(now);
    let harmed = |at: Timestamp| harm.iter().any(|(from, until)| *from <= at && at < *until);
    let mut steps = vec![ShareStep {
        at: told.dossier.created,
        share: Share::NONE,
        harm: false,
    }];
    for snapshot in told
        .snapshots
        .iter()
        .filter(|snapshot| snapshot.workload.is_some() && snapshot.at <= now)
    {
        let step = ShareStep {
            at: snapshot.at,
            share: snapshot.share,
            harm: harmed(snapshot.at),
        };
        let same = steps
            .last()
            .is_some_and(|last| last.share == step.share && last.harm == step.harm);
        if !same {
            steps.push(step);
        }
    }
    steps
}

/// The canary's share at the last look.
pub(crate) fn share_now(told: &Told) -> Share {
    told.snapshots
        .iter()
        .rev()
        .find(|snapshot| snapshot.workload.is_some())
        .map_or(Share::NONE, |last| last.share)
}
