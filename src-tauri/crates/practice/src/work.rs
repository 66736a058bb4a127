//! What the controllers have to look at, and when: a queue in simulated time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One thing to reconcile. The order decides between things due at the same moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// A Deployment, by namespace and name.
    Deployment(String, String),
    /// A ReplicaSet, by namespace and name.
    ReplicaSet(String, String),
    /// The EndpointSlice of a Service, by namespace and name.
    Endpoints(String, String),
    /// A pod's scheduling and life, by namespace and name.
    Pod(String, String),
    /// Objects whose owner, named by uid, is gone.
    Garbage(String),
    /// The status of a namespace's quotas.
    Quota(String),
    /// The status of a PodDisruptionBudget, by namespace and name.
    Disruption(String, String),
    /// A namespace that is being deleted.
    Namespace(String),
    /// One scrape of every pod's metrics.
    Scrape,
}

/// A queue with one place per thing: the earliest time asked for wins.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    order: BTreeSet<(Duration, Work)>,
    due: BTreeMap<Work, Duration>,
}

impl Queue {
    /// Asks for `work` at `at`, or earlier if that was asked for already.
    pub fn add(&mut self, work: Work, at: Duration) {
        match self.due.get(&work) {
            Some(earlier) if *earlier <= at => return,
            Some(later) => {
                self.order.remove(&(*later, work.clone()));
            }
            None => {}
        }
        self.due.insert(work.clone(), at);
        self.order.insert((at, work));
    }

    /// Takes the next thing that is due at or before `until`, with its time.
    pub fn pop(&mut self, until: Duration) -> Option<(Duration, Work)> {
        if self.order.first().is_none_or(|(at, _)| *at > until) {
            return None;
        }
        let (at, work) = self.order.pop_first()?;
        self.due.remove(&work);
        Some((at, work))
    }

    /// When the next thing is due.
    pub fn next_due(&self) -> Option<Duration> {
        self.order.first().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_time_asked_for_wins_and_each_thing_comes_once() {
        let mut queue = Queue::default();
        let work = Work::Deployment("a".into(), "b".into());
        queue.add(work.clone(), Duration::from_secs(5));
        queue.add(work.clone(), Duration::from_secs(2));
        queue.add(work.clone(), Duration::from_secs(9));
        assert_eq!(queue.pop(Duration::from_secs(1)), None);
        assert_eq!(
            queue.pop(Duration::from_secs(10)),
            Some((Duration::from_secs(2), work))
        );
        assert_eq!(queue.pop(Duration::from_secs(10)), None);
    }
}
