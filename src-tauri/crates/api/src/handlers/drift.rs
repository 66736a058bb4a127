use crate::api::Inner;
use crate::view::Cell;
use conductor::{Revision, WorkloadRef, Workloads as _};
use release::{ContainerImage, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, MutexGuard, PoisonError};

/// Places that are looked up in one round; the rest waits for the next ones.
const A_ROUND: usize = 16;

/// Two versions of one application: the one that is ahead, and the one it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    application: String,
    environment: String,
    ahead: Vec<(String, String)>,
    behind: Vec<(String, String)>,
}

/// How many versions apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Apart {
    versions: u32,
    at_least: bool,
}

/// How far environments are ahead of each other, as far as it was looked up.
#[derive(Default)]
pub(crate) struct Drift {
    known: BTreeMap<Pair, Apart>,
    wanted: BTreeMap<Pair, WorkloadRef>,
}

fn images(containers: &[ContainerImage]) -> Vec<(String, String)> {
    let mut all: Vec<_> = containers
        .iter()
        .map(|one| (one.container.clone(), one.image.clone()))
        .collect();
    all.sort();
    all
}

impl Inner {
    fn drift(&self) -> MutexGuard<'_, Drift> {
        self.drift.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many versions each environment is ahead of the next one, in the order of promotion. What was not looked up yet
    /// is at least one.
    pub(crate) fn fill_drift(
        &self,
        cells: &mut [Cell],
        order: &[&str],
        workloads: &BTreeMap<(String, String), WorkloadRef>,
    ) {
        let rows: BTreeSet<String> = cells.iter().map(|cell| cell.application.clone()).collect();
        let mut drift = self.drift();
        for row in rows {
            for places in order.windows(2) {
                let version = |environment: &str| {
                    let at = |cell: &&Cell| cell.application == row && cell.environment == environment;
                    let tag = cells.iter().find(at)?.version.as_ref()?;
                    Some(images(&tag.version.containers))
                };
                let (Some(ahead), Some(behind)) = (version(places[0]), version(places[1])) else {
                    continue;
                };
                if ahead == behind {
                    continue;
                }
                let pair = Pair {
                    application: row.clone(),
                    environment: places[0].to_owned(),
                    ahead,
                    behind,
                };
                let apart = drift.known.get(&pair).copied();
                if apart.is_none()
                    && let Some(workload) = workloads.get(&(row.clone(), places[0].to_owned()))
                {
                    drift.wanted.insert(pair, workload.clone());
                }
                let here = |cell: &&mut Cell| cell.application == row && cell.environment == places[0];
                if let Some(cell) = cells.iter_mut().find(here) {
                    cell.ahead = Some(apart.map_or(1, |apart| apart.versions));
                    cell.ahead_at_least = apart.is_none_or(|apart| apart.at_least);
                    cell.ahead_of = Some(places[1].to_owned());
                }
            }
        }
    }

    /// Looks up how far environments are ahead, a few at a time; whether anything was found.
    pub(crate) async fn look_up_drift(self: &Arc<Self>) -> bool {
        let mut wanted: Vec<(Pair, WorkloadRef)> = Vec::new();
        {
            let mut drift = self.drift();
            while wanted.len() < A_ROUND
                && let Some(next) = drift.wanted.pop_first()
            {
                wanted.push(next);
            }
        }
        let mut found = false;
        for (pair, workload) in wanted {
            // Without contact it is asked again when the matrix changes.
            let Ok(revisions) = self.workloads.revisions(&workload).await else {
                continue;
            };
            let mut versions = of_revisions(&revisions);
            versions.extend(self.of_record(&pair).await);
            let apart = apart(&versions, &pair.behind);
            self.drift().known.insert(pair, apart);
            found = true;
        }
        found
    }

    /// What ran there before what the ReplicaSets still know, the newest first.
    async fn of_record(&self, pair: &Pair) -> Vec<Vec<(String, String)>> {
        let filter = history::Filter {
            applications: vec![pair.application.clone()],
            environments: vec![pair.environment.clone()],
            limit: 50,
            ..history::Filter::default()
        };
        let Ok(listing) = self.history.list(filter).await else {
            return Vec::new();
        };
        let ids: Vec<_> = listing.releases.iter().map(|row| row.id.clone()).collect();
        let stories = self.history.outlines(&ids).await.unwrap_or_default();
        let releases = stories.iter().map(|story| &story.dossier.release);
        releases
            .flat_map(|release| {
                let done = release.stage == Stage::Completed;
                let to = done.then(|| images(&release.to.containers));
                to.into_iter().chain([images(&release.from.containers)])
            })
            .collect()
    }
}

fn of_revisions(revisions: &[Revision]) -> Vec<Vec<(String, String)>> {
    let mut newest_first: Vec<&Revision> = revisions.iter().collect();
    newest_first.sort_by_key(|revision| std::cmp::Reverse(revision.revision));
    newest_first
        .into_iter()
        .map(|revision| images(&revision.version.containers))
        .collect()
}

/// How many different versions came after the one that is behind. Where that one is not among those known, it is only
/// known that there is one at least.
fn apart(newest_first: &[Vec<(String, String)>], behind: &[(String, String)]) -> Apart {
    let mut later: Vec<&Vec<(String, String)>> = Vec::new();
    for version in newest_first {
        if version == behind {
            return Apart {
                versions: u32::try_from(later.len()).unwrap_or(u32::MAX).max(1),
                at_least: false,
            };
        }
        if !later.contains(&version) {
            later.push(version);
        }
    }
    Apart {
        versions: 1,
        at_least: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(tag: &str) -> Vec<(String, String)> {
        vec![("app".into(), format!("shop/app:{tag}"))]
    }

    #[test]
    fn every_version_between_counts_once() {
        let known = ["5", "4", "5", "3", "2"].map(version);
        assert_eq!(apart(&known, &version("2")).versions, 3);
        assert!(!apart(&known, &version("2")).at_least);
    }

    #[test]
    fn a_version_that_never_ran_here_is_at_least_one_behind() {
        let found = apart(&["5", "4"].map(version), &version("1"));
        assert_eq!(
            found,
            Apart {
                versions: 1,
                at_least: true
            }
        );
    }
}
