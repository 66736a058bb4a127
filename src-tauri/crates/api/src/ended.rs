//! Releases that are over leave memory: what is asked of them later comes from the record.

use crate::api::Inner;
use crate::runtime::Actor;
use release::{ReleaseId, Timestamp};
use std::sync::{Arc, PoisonError};

/// So many releases that are over stay: the screens of those that ended last go on as they were, their way back included.
pub(crate) const ENDED_KEPT: usize = 8;

impl Inner {
    /// Lets go of releases that are over, the ones that ended first before the others; of their watches too, if no other release
    /// needs them. A release that somebody looks at or speaks to now stays.
    pub(crate) fn let_go_of_ended(&self) {
        let watched = self
            .watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut actors = self.actors();
        let mut ended: Vec<(Timestamp, ReleaseId)> = actors
            .iter()
            .filter(|(id, actor)| watched.as_ref() != Some(*id) && is_over(actor))
            .map(|(id, actor)| (last_moment(actor), id.clone()))
            .collect();
        ended.sort();
        let too_many = ended.len().saturating_sub(ENDED_KEPT);
        for (_, id) in ended.into_iter().take(too_many) {
            // A command that is under way holds the actor: it may be the rollback of a release that was complete. Under this
            // lock nobody can take hold of it anew.
            let Some(actor) = actors.remove(&id) else { continue };
            if Arc::strong_count(&actor) > 1 {
                actors.insert(id, actor);
                continue;
            }
            let workload = actor.live.recorder.told().dossier.workload.clone();
            let needed = actors
                .values()
                .any(|other| other.live.recorder.told().dossier.workload == workload);
            if !needed {
                self.workloads.forget(&workload);
            }
            self.workloads.override_findings(id, Vec::new());
        }
    }
}

fn is_over(actor: &Actor) -> bool {
    actor.live.recorder.told().release().stage.is_end()
}

fn last_moment(actor: &Actor) -> Timestamp {
    let told = actor.live.recorder.told();
    told.lines.last().map_or(told.dossier.created, |line| line.at)
}
